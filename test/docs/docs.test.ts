import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { PAGES, SLOW_PAGES } from '../../docs/run-snippets';
import { docs, picturesOf, testPages } from './page-tests';

testPages(PAGES.filter((name) => !SLOW_PAGES.includes(name)));

it('keeps no picture that no page shows, and all of them small', async () => {
  const pages = await Promise.all(PAGES.map((name) => readFile(new URL(name, docs), 'utf8')));
  const files = await readdir(new URL('pictures/', docs));
  expect(files.sort()).toEqual(pages.flatMap(picturesOf).sort());
  const sizes = await Promise.all(files.map((file) => readFile(new URL(`pictures/${file}`, docs))));
  expect(sizes.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(150_000 * PAGES.length);
});
