/**
 * Takes apart a script in cells, as editors know them: `// %% [markdown]` begins a cell of text in line comments,
 * `// %% Title` one of code. The cells of a script are one module, and so share its names.
 */
import ts from 'typescript';

/** A part of a script. */
export interface Cell {
  kind: 'markdown' | 'code';
  /** What stands behind `// %%` of a cell of code. */
  title: string;
  /** Text or code, without the line that begins the cell. */
  source: string;
}

const MARKER = /^\/\/ %%(?: \[(markdown)\])?(?: (.*))?$/;

/** The cells of a script, in order; empty ones are left out. */
export function parseCells(script: string): Cell[] {
  return split(script).filter(({ source }) => source !== '');
}

/**
 * The script with a call in place of each line that begins a cell of code, `globalThis.notebookCell(n)`, where n counts
 * the cells of `parseCells` from 0. Lines keep their numbers. Throws a SyntaxError where a cell begins inside a statement.
 */
export function withMarkers(script: string, name: string): string {
  const file = ts.createSourceFile(name, script, ts.ScriptTarget.Latest);
  const lines = script.split('\n');
  let cells = 0;
  for (const { source, kind, line } of split(script)) {
    if (source === '') continue;
    const index = cells++;
    if (kind === 'markdown' || line < 0) continue;
    const at = ts.getPositionOfLineAndCharacter(file, line, 0);
    if (file.statements.some((statement) => statement.getStart(file) < at && at < statement.end))
      throw new SyntaxError(`A cell begins inside a statement: ${name}, line ${line + 1}`);
    lines[line] = `globalThis.notebookCell?.(${index});`;
  }
  return lines.join('\n');
}

function split(script: string): (Cell & { line: number })[] {
  const lines = script.split('\n');
  const starts = lines.flatMap((line, i) => (MARKER.test(line) ? [i] : []));
  return [-1, ...starts].map((line, i) => {
    const [, markdown, title = ''] = MARKER.exec(lines[line] ?? '') ?? [];
    const body = lines.slice(line + 1, starts[i]);
    const text = markdown ? body.map((text) => text.replace(/^\/\/ ?/, '')) : body;
    return { line, kind: markdown ? 'markdown' : 'code', title, source: text.join('\n').trim() };
  });
}
