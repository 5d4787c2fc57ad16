/** Tests of pages of `docs` whose blocks run: what they say is printed is, and their pictures are what they draw. */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodePng } from 'hpa-kit';
import { programOf, promisesOf, runPage, type PageRun } from '../../docs/run-snippets';

export const docs = new URL('../../docs/', import.meta.url);

/** Names of the pictures that a page shows. */
export const picturesOf = (page: string) =>
  Array.from(page.matchAll(/!\[.+\]\(pictures\/(.+)\)/g), ([, name]) => name!);

/** Runs the pages, at the same time, and tests each. */
export function testPages(names: readonly string[]): void {
  const runs = new Map<string, Promise<PageRun>>();
  beforeAll(async () => {
    for (const name of names) runs.set(name, runPage(name));
    await Promise.all(runs.values());
  });

  describe.each(names)('docs/%s', (name) => {
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
}

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
