/**
 * The source behind folders and dropped files alike: one PNG a channel, `<id>_<channel>.png`, read by
 * whatever function the platform has.
 */
import { HpaError, withContext } from '../errors';
import { decodeStack, type StackDecoder } from '../image/decode-stack';
import { checkClasses, HPA_CLASSES, pickRows } from '../labels';
import type { LabelTable } from './label-table';
import type { ImageSource } from './source';

/** The competition's channels: microtubules, the protein, nucleus, endoplasmic reticulum. */
export const HPA_CHANNELS: readonly string[] = Object.freeze(['red', 'green', 'blue', 'yellow']);

/** What folders and dropped files have in common. */
export interface FileSourceOptions {
  /** Channel names, in the order in which they are stacked. @default ['red', 'green', 'blue', 'yellow'] */
  channels?: readonly string[];
  /** Class names. @default the 28 classes of the task */
  classes?: readonly string[];
  /** What to do about labelled samples that lack a file: stop, or go on without them. @default 'error' */
  onMissing?: 'error' | 'skip';
  /** Decodes, stacks and resizes each sample, such as a pool of workers. @default decodeStack, on this thread */
  decoder?: StackDecoder | undefined;
}

/** A source of files, with the samples that lack one. */
export interface FileSource extends ImageSource {
  /** Samples left out because a file is missing (`onMissing: 'skip'`), with what is missing. */
  readonly missing: ReadonlyMap<string, HpaError>;
}

export interface FileSourceParts extends FileSourceOptions {
  name: string;
  /** The ids and labels; absent: every complete sample among the files, without labels. */
  table?: LabelTable | undefined;
  /** The group of each id. */
  groups?: ReadonlyMap<string, string> | undefined;
  /** Names of the files there are. */
  files: ReadonlySet<string>;
  read: (fileName: string, signal?: AbortSignal) => Promise<Uint8Array>;
}

/**
 * Makes a source of files. Which files exist is checked now; what they hold, when they are loaded.
 *
 * @throws HpaError `file-missing` that lists what is missing, `id-unsafe` for ids that could leave the folder
 */
export function fileSource(parts: FileSourceParts): FileSource {
  const { name, table, files, groups, read } = parts;
  const {
    channels = HPA_CHANNELS,
    classes = HPA_CLASSES,
    onMissing = 'error',
    decoder: decode = decodeStack,
  } = parts;
  checkClasses(classes);
  if (channels.length === 0)
    throw new TypeError('channels must name at least one channel. Received an empty list.');
  const fileName = (id: string, channel: string) => `${id}_${channel}.png`;

  const ids = table ? table.ids : idsAmong(files, channels[0]!);
  for (const id of ids) checkId(id, name);
  const missing = new Map<string, HpaError>();
  for (const id of ids) {
    const absent = channels.filter((channel) => !files.has(fileName(id, channel)));
    if (absent.length === 0) continue;
    const reason = `There is no file for ${absent.length} of ${channels.length} channels`;
    missing.set(
      id,
      new HpaError('file-missing', reason, {
        sample: id,
        channel: absent.join(', '),
        file: fileName(id, absent[0]!),
      }),
    );
  }
  if (missing.size > 0 && onMissing === 'error') throw missingError(name, ids.length, missing);

  const kept = ids.map((_, i) => i).filter((i) => !missing.has(ids[i]!));
  const keptIds = kept.map((i) => ids[i]!);
  return {
    name,
    ids: keptIds,
    channels,
    classes,
    missing,
    ...(table && { labels: pickRows(table.labels, kept, classes.length) }),
    ...(groups && { groups: keptIds.map((id) => groupOf(groups, id, name)) }),
    async load(index, { signal, size } = {}) {
      const id = keptIds[index];
      if (id === undefined)
        throw new RangeError(`index must be an integer from 0 to ${keptIds.length - 1}. Received ${index}.`);
      const parts = await Promise.all(
        channels.map(async (channel) => {
          const file = fileName(id, channel);
          try {
            return { name: file, bytes: await read(file, signal) };
          } catch (error) {
            throw withContext(error, { file, sample: id, channel });
          }
        }),
      );
      return decode(
        {
          sample: id,
          files: parts,
          channels: channels.map((channel, file) => ({ name: channel, file })),
          size,
        },
        { signal },
      );
    },
  };
}

function idsAmong(files: ReadonlySet<string>, channel: string): string[] {
  const ending = `_${channel}.png`;
  return [...files]
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort();
}

function checkId(id: string, folder: string): void {
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[/\\\x00-\x1f]/.test(id) || id.startsWith('..'))
    throw new HpaError(
      'id-unsafe',
      `The id ${JSON.stringify(id)} could leave the folder. Ids are plain file names`,
      { file: folder, sample: id },
    );
}

function missingError(name: string, total: number, missing: ReadonlyMap<string, HpaError>): HpaError {
  const first = [...missing.values()].slice(0, 3).map((error) => `${error.sample} lacks ${error.channel}`);
  const more = missing.size > 3 ? `, and ${missing.size - 3} more` : '';
  const [one] = missing.values();
  return new HpaError(
    'file-missing',
    `${missing.size} of ${total} samples lack a file in ${name}: ${first.join('; ')}${more}. ` +
      "Add the files, or pass onMissing: 'skip' to go on without those samples",
    { file: one?.file, sample: one?.sample, channel: one?.channel },
  );
}

function groupOf(groups: ReadonlyMap<string, string>, id: string, name: string): string {
  const group = groups.get(id);
  if (group === undefined)
    throw new HpaError('csv-invalid', `The groups of ${name} say nothing of this sample`, { sample: id });
  return group;
}
