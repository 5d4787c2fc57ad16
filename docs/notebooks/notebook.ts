/** Makes a Jupyter notebook, nbformat 4.5, of a script in cells and of what a run of it gave. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { parseCells } from './cells.ts';
import { execute } from './execute.ts';

/** What a cell of code gave; see https://nbformat.readthedocs.io/en/latest/format_description.html. */
export type Output =
  | { output_type: 'stream'; name: 'stdout' | 'stderr'; text: string }
  | { output_type: 'display_data'; data: Record<string, string>; metadata: Record<string, never> }
  | { output_type: 'error'; ename: string; evalue: string; traceback: string[] };

/** A cell of a notebook. */
export type NotebookCell = { id: string; metadata: Record<string, never>; source: string } & (
  { cell_type: 'markdown' } | { cell_type: 'code'; execution_count: number | null; outputs: Output[] }
);

/** A notebook as its file has it. */
export interface Notebook {
  nbformat: 4;
  nbformat_minor: 5;
  metadata: {
    kernelspec: { name: string; display_name: string; language: string };
    language_info: { name: string; file_extension: string; mimetype: string };
    /** What the outputs come from. */
    hpa_kit: { script: string; sha256: string; arguments: readonly string[] };
  };
  cells: NotebookCell[];
}

/** How a notebook is made. */
export interface MakeNotebookOptions {
  /** Where the script is, for its imports. */
  path: string;
  /** Arguments of the script. @default [] */
  args?: readonly string[];
  /** Whether to run it, and so to have outputs. @default true */
  run?: boolean;
}

/** The digest of a script that its notebook keeps. */
export const digestOf = (script: string): string => createHash('sha256').update(script).digest('hex');

/** The notebook of a script, and the exit status of the run. */
export async function makeNotebook(
  script: string,
  { path, args = [], run = true }: MakeNotebookOptions,
): Promise<{ notebook: Notebook; status: number }> {
  const parsed = parseCells(script);
  const firstCode = parsed.findIndex(({ kind }) => kind === 'code');
  if (firstCode < 0) throw new SyntaxError(`There is no cell of code in ${path}`);
  const ran = run ? await execute(script, { path, args, firstCode }) : undefined;
  const name = basename(path, '.ts').replaceAll('-', ' ');
  const cells: NotebookCell[] = [];
  const addText = (source: string) =>
    cells.push({ cell_type: 'markdown', id: `cell-${cells.length}`, metadata: {}, source });
  addText(`# ${name[0]!.toUpperCase()}${name.slice(1)}`);
  let count = 0;
  parsed.forEach(({ kind, title, source }, index) => {
    if (kind === 'markdown') return addText(source);
    if (title) addText(`## ${title}`);
    const outputs = ran?.outputs.get(index);
    cells.push({
      cell_type: 'code',
      id: `cell-${cells.length}`,
      metadata: {},
      source,
      execution_count: outputs ? ++count : null,
      outputs: outputs ?? [],
    });
  });
  const notebook: Notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: 'deno', display_name: 'Deno', language: 'typescript' },
      language_info: { name: 'typescript', file_extension: '.ts', mimetype: 'text/x.typescript' },
      hpa_kit: { script: basename(path), sha256: digestOf(script), arguments: args },
    },
    cells,
  };
  return { notebook, status: ran?.status ?? 0 };
}
