/** The site's pages in reading order. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DefaultTheme } from 'vitepress';

const docs = fileURLToPath(new URL('..', import.meta.url));

/** Pages of the guide that come first and last; others stand between them. */
const FIRST = [
  'images',
  'data',
  'models',
  'losses',
  'training',
  'thresholds',
  'search',
  'predict',
  'explain',
];
const LAST = ['engines', 'decisions', 'releasing'];

/** Names of the guide's pages. */
export async function guidePages(): Promise<string[]> {
  const names = await namesIn(docs);
  const between = names.filter((name) => ![...FIRST, ...LAST, 'index'].includes(name));
  return [...FIRST, ...between, ...LAST];
}

/** Names of the pages in a folder, without `.md`. */
export async function namesIn(folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.md')).sort();
  return files.map((file) => file.slice(0, -'.md'.length));
}

/** Links to pages of a folder, each by its first heading. */
export async function linksTo(
  pages: string,
  folder: string,
  names: readonly string[],
): Promise<DefaultTheme.SidebarItem[]> {
  return Promise.all(
    names.map(async (name) => {
      const [, text = name] =
        /^# (.+)$/m.exec(await readFile(join(pages, folder, `${name}.md`), 'utf8')) ?? [];
      return { text, link: `/${join(folder, name)}` };
    }),
  );
}
