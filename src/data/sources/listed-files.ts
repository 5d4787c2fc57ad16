/** Samples among the names of files: of a folder, an archive or a drop on a page. */
import { HpaError } from '../../errors';
import type { FilePlace } from './file-source';
import type { FileLayout } from './file-template';
import { firstOf } from './missing-files';

/** The part of a `FilePlace` that a list of names decides. `names` are relative to `folder`. */
export function listedFiles(
  name: string,
  layout: FileLayout,
  names: ReadonlySet<string>,
): Pick<FilePlace, 'name' | 'listIds' | 'locate' | 'has'> {
  return {
    name,
    listIds: () => idsAmong(name, layout, names),
    locate: (id, channel) => layout.fileName(id, channel),
    has: (file) => names.has(file),
  };
}

function idsAmong(place: string, layout: FileLayout, names: ReadonlySet<string>): string[] {
  const ids = new Set<string>();
  for (const file of names) {
    const match = isLitter(file) ? undefined : layout.match(file);
    if (match?.folder === '') ids.add(match.id);
  }
  if (ids.size > 0) return [...ids].sort();
  const some = names.size === 0 ? 'It is empty' : `It has ${firstOf([...names], ', ')}`;
  throw new HpaError('file-missing', `No file fits the template. ${some}`, { file: place });
}

/**
 * The folder in which the samples are, with its `/`, when files may lie in any: the one given, or the only one
 * with files that fit the template.
 *
 * @throws HpaError `file-ambiguous` when they are in several folders
 */
export function folderOf(
  place: string,
  layout: FileLayout,
  names: Iterable<string>,
  folder: string | undefined,
): string {
  if (folder !== undefined) return folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  const counts = new Map<string, number>();
  for (const name of names) {
    const match = isLitter(name) ? undefined : layout.match(name);
    if (match) counts.set(match.folder, (counts.get(match.folder) ?? 0) + 1);
  }
  if (counts.size < 2) return [...counts.keys()][0] ?? '';
  const folders = [...counts].map(([of, count]) => `${JSON.stringify(of)} (${count} files)`);
  throw new HpaError(
    'file-ambiguous',
    `Files that fit the template are in ${counts.size} folders: ${firstOf(folders, ', ')}. Say which with the option folder`,
    { file: place },
  );
}

/** What macOS and version control leave beside the files. */
function isLitter(name: string): boolean {
  return name.split('/').some((part) => part === '__MACOSX' || part.startsWith('.'));
}
