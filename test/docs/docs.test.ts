/** The pages of `docs` whose blocks run: what they say is printed is, and their pictures are what they draw. */
import { readdir, readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodePng } from 'hpa-kit';
import { PAGES, programOf, promisesOf, runPage, type PageRun } from '../../docs/run-snippets';

const docs = new URL('../../docs/', import.meta.url);
const runs = new Map<string, Promise<PageRun>>();
const picturesOf = (page: string) =>
  Array.from(page.matchAll(/!\[.+\]\(pictures\/(.+)\)/g), ([, name]) => name!);

beforeAll(async () => {
  for (const name of PAGES) runs.set(name, runPage(name));
  await Promise.all(runs.values());
});

describe.each(PAGES)('docs/%s', (name) => {
  let page: string;
  let run: PageRun;
  beforeAll(async () => {
    page = await readFile(new URL(name, docs), 'utf8');
    run = await runs.get(name)!;
  });

  it('prints what it says, line by line', () => {
    const promised = promisesOf(programOf(page));
    expect(promised.length).toBeGreaterThanOrEqual(page.match(/^```ts$/gm)!.length);
    const asPromised = run.output.map((line, i) => (fits(line, promised[i]) ? promised[i] : line));
    expect(asPromised).toEqual(promised);
  });

  it('shows each picture that it makes, with a caption, and no other', () => {
    expect([...run.pictures.keys()].sort()).toEqual([...new Set(picturesOf(page))].sort());
    expect(page.match(/^!\[.+\]\(pictures.+\)\n\n_.+_$/gm) ?? []).toHaveLength(run.pictures.size);
  });

  it('makes the pictures that are checked in', async () => {
    for (const [file, bytes] of run.pictures) {
      const kept = await readFile(new URL(`pictures/${file}`, docs));
      if (file.endsWith('.svg')) expect(bytes.toString(), file).toBe(kept.toString());
      else {
        const [made, wanted] = [await decodePng(bytes), await decodePng(kept)];
        expect([made.width, made.height, made.channels], file).toEqual([
          wanted.width,
          wanted.height,
          wanted.channels,
        ]);
        expect(Buffer.compare(made.data as Uint8Array, wanted.data as Uint8Array), file).toBe(0);
      }
    }
  });

  it('leaves few of its blocks out, and says so', () => {
    const kinds = Array.from(page.matchAll(/^```(.+)$/gm), ([, kind]) => kind!);
    // Commands and answers are no code of a page.
    const ours = kinds.filter((kind) => !['sh', 'json'].includes(kind));
    expect(new Set(ours)).toEqual(new Set(ours.filter((kind) => kind === 'ts' || kind === 'ts no-run')));
    expect(ours.filter((kind) => kind !== 'ts').length).toBeLessThanOrEqual(ours.length / 5);
  });
});

it('keeps no picture that no page shows, and all of them small', async () => {
  const pages = await Promise.all(PAGES.map((name) => readFile(new URL(name, docs), 'utf8')));
  const files = await readdir(new URL('pictures/', docs));
  expect(files.sort()).toEqual(pages.flatMap(picturesOf).sort());
  const sizes = await Promise.all(files.map((file) => readFile(new URL(`pictures/${file}`, docs))));
  expect(sizes.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(150_000 * PAGES.length);
});

/** Whether a line is the one promised, in which `…` stands for anything. */
function fits(line: string, promised: string | undefined): boolean {
  if (promised === undefined) return false;
  let from = 0;
  const parts = promised.split('…');
  return parts.every((part, i) => {
    const at = i === parts.length - 1 ? line.length - part.length : line.indexOf(part, from);
    const found = at >= from && line.startsWith(part, at) && (i > 0 || at === 0);
    from = at + part.length;
    return found;
  });
}
