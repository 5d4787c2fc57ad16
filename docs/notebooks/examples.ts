/** The examples that become notebooks, and what they are run with where nothing else is asked for. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseCells } from './cells.ts';
import { digestOf, makeNotebook, type Notebook } from './notebook.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where notebooks are written if nothing else is said. */
export const NOTEBOOKS = join(root, 'out', 'notebooks');

/** What keeps a run short, or gives it images: those that the quickstart draws. */
const ARGUMENTS: Record<string, readonly string[]> = {
  train: '--images out/cells --labels out/cells/train.csv --image-size 96 --epochs 4 --out out/train'.split(
    ' ',
  ),
  search: ['--trials', '2', '--out', 'out/search-notebook'],
};

/** Names of `examples/*.ts` that are in cells, in the order in which they are run: the quickstart first. */
export async function exampleNames(): Promise<string[]> {
  const names: string[] = [];
  for (const file of (await readdir(join(root, 'examples'))).sort()) {
    if (!file.endsWith('.ts')) continue;
    const cells = parseCells(await readFile(join(root, 'examples', file), 'utf8'));
    if (cells.some(({ title }) => title !== '')) names.push(basename(file, '.ts'));
  }
  return ['quickstart', ...names.filter((name) => name !== 'quickstart')];
}

/** Arguments that an example is run with by default. */
export const argumentsOf = (name: string): readonly string[] => ARGUMENTS[name] ?? [];

/** Runs an example and writes its notebook, with what it gave up to an error if there was one. */
export async function writeNotebook(
  name: string,
  {
    args = argumentsOf(name),
    run = true,
    out = NOTEBOOKS,
  }: { args?: readonly string[]; run?: boolean; out?: string } = {},
): Promise<{ notebook: Notebook; file: string; status: number }> {
  const path = join(root, 'examples', `${name}.ts`);
  const { notebook, status } = await makeNotebook(await readFile(path, 'utf8'), { path, args, run });
  await mkdir(out, { recursive: true });
  const file = join(out, `${name}.ipynb`);
  await writeFile(file, `${JSON.stringify(notebook, null, 1)}\n`);
  return { notebook, file, status };
}

/** The notebook of an example as it was written before, if the example and its arguments are still the same. */
export async function keptNotebook(name: string): Promise<Notebook | undefined> {
  const script = await readFile(join(root, 'examples', `${name}.ts`), 'utf8');
  const text = await readFile(join(NOTEBOOKS, `${name}.ipynb`), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const notebook = JSON.parse(text) as Notebook;
  const { sha256, arguments: args } = notebook.metadata.hpa_kit;
  const ran = notebook.cells.every((cell) => cell.cell_type !== 'code' || cell.execution_count !== null);
  const same = sha256 === digestOf(script) && args.join(' ') === argumentsOf(name).join(' ');
  return ran && same ? notebook : undefined;
}
