/** What the docs site is made of: every page has its place. */
import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { guidePages } from '../../docs/site/pages';

const docs = new URL('../../docs/', import.meta.url);

it('every page of the guide is in the reading order once, and begins with its title', async () => {
  const files = (await readdir(docs)).filter((file) => file.endsWith('.md') && file !== 'index.md');
  const pages = await guidePages();
  expect(pages.map((name) => `${name}.md`).sort()).toEqual(files.sort());
  expect(pages.slice(0, 3)).toEqual(['images', 'data', 'models']);
  for (const file of files) expect(await readFile(new URL(file, docs), 'utf8'), file).toMatch(/^# /);
});
