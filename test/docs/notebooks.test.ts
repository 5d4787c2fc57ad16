/** Notebooks of scripts in cells: what each cell gives stands under it, in order, as a notebook's format has it. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCells, withMarkers } from '../../docs/notebooks/cells';
import { exampleNames, writeNotebook } from '../../docs/notebooks/examples';
import { makeNotebook, type Notebook, type Output } from '../../docs/notebooks/notebook';
import { notebookPage } from '../../docs/site/notebook-page';

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = `// %% [markdown]
// Some **text**.
//
// - and a list

// %% Print
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { name } from './helper.ts';
interface Gone { what: string }
const wait = (ms: number): Promise<void> => new Promise((done) => { setTimeout(done, ms); });
console.log('one');
console.error('two');
console.log(name);
await wait(5);
console.log('after', process.argv.slice(2));

// %% Only a type
interface Empty { what: Gone }

// %% Draw
writeFileSync(process.env.PICTURES + '/a.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
writeFileSync(process.env.PICTURES + '/b.png', Uint8Array.of(137, 80, 78, 71));
console.log(\`Wrote \${process.env.PICTURES}/a.svg and \${process.env.PICTURES}/b.png\`);
console.log(\`Again: \${process.env.PICTURES}/a.svg, and an old one: docs/pictures/views.png\`);

// %% Let others print
spawnSync(process.execPath, ['-e', 'console.log("from a process")'], { stdio: 'inherit' });
const worker = new Worker('console.log("from a thread")', { eval: true });
await new Promise((done) => worker.on('exit', done));
process.stdout.write(new TextEncoder().encode('→').slice(0, 1));
process.stdout.write(new TextEncoder().encode('→').slice(1));
await wait(50);

// %% Fail
console.log('before');
throw new RangeError('no more');

// %% Never reached
console.log('unreachable');
`;

const streams = (outputs: Output[], name: string) =>
  outputs.flatMap((output) => (output.output_type === 'stream' && output.name === name ? [output.text] : []));

beforeAll(() => mkdir(join(root, 'out'), { recursive: true }));

describe('the notebook of a script', () => {
  let folder: string;
  let notebook: Notebook;
  let status: number;
  /** Outputs of the cell of code under a title. */
  const under = (title: string) => {
    const at = notebook.cells.findIndex(({ source }) => source === `## ${title}`);
    const cell = notebook.cells[at + 1]!;
    if (cell.cell_type !== 'code') throw new Error(`${title} has no code`);
    return cell;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(root, 'out', 'notebook-'));
    process.env['PICTURES'] = folder;
    await writeFile(join(folder, 'helper.ts'), `export const name: string = 'from a module';\n`);
    await writeFile(join(folder, 'some-script.ts'), script);
    ({ notebook, status } = await makeNotebook(script, {
      path: join(folder, 'some-script.ts'),
      args: ['--x', '1 2'],
    }));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('has the text, the titles and the code as they are', () => {
    const texts = notebook.cells
      .filter(({ cell_type }) => cell_type === 'markdown')
      .map(({ source }) => source);
    expect(texts.slice(0, 3)).toEqual(['# Some script', 'Some **text**.\n\n- and a list', '## Print']);
    const code = notebook.cells.filter(({ cell_type }) => cell_type === 'code').map(({ source }) => source);
    expect(code).toEqual(parseCells(script).flatMap(({ kind, source }) => (kind === 'code' ? [source] : [])));
  });

  it('keeps the order of both streams, also after awaits, and passes arguments on', () => {
    expect(under('Print').outputs).toEqual([
      { output_type: 'stream', name: 'stdout', text: 'one\n' },
      { output_type: 'stream', name: 'stderr', text: 'two\n' },
      { output_type: 'stream', name: 'stdout', text: "from a module\nafter [ '--x', '1 2' ]\n" },
    ]);
    expect(under('Only a type').outputs).toEqual([]);
  });

  it('shows each picture that the run has written where its file is named, once', () => {
    const shown = under('Draw').outputs.filter(({ output_type }) => output_type === 'display_data');
    expect(shown).toEqual([
      {
        output_type: 'display_data',
        metadata: {},
        data: {
          'image/svg+xml': '<svg xmlns="http://www.w3.org/2000/svg"/>',
          'text/plain': join(folder, 'a.svg'),
        },
      },
      {
        output_type: 'display_data',
        metadata: {},
        data: { 'image/png': 'iVBORw==', 'text/plain': join(folder, 'b.png') },
      },
    ]);
  });

  it('holds what threads and processes print, and characters that come in two parts', () => {
    const text = streams(under('Let others print').outputs, 'stdout').join('');
    expect(text).toContain('from a process\n');
    expect(text).toContain('from a thread\n');
    expect(text).toContain('→');
  });

  it('ends with the error of the cell that failed, and without a path of this machine', () => {
    expect(status).toBe(1);
    const { outputs } = under('Fail');
    expect(outputs).toMatchObject([
      { output_type: 'stream', text: 'before\n' },
      { output_type: 'error', ename: 'RangeError', evalue: 'no more' },
    ]);
    const { traceback } = outputs[1] as Extract<Output, { output_type: 'error' }>;
    expect(traceback[0]).toBe('RangeError: no more');
    // The line of the script, in which markers have changed no line's number.
    const line = script.split('\n').findIndex((text) => text.startsWith('throw')) + 1;
    expect(traceback[1]).toMatch(new RegExp(`/some-script\\.ts:${line}:\\d+`));
    expect(traceback.join('\n')).not.toContain(root);
    expect(under('Never reached')).toMatchObject({ execution_count: null, outputs: [] });
  });

  it('counts the cells that ran, and has all that the format asks for', () => {
    const counts = notebook.cells.flatMap((cell) =>
      cell.cell_type === 'code' ? [cell.execution_count] : [],
    );
    expect(counts).toEqual([1, 2, 3, 4, 5, null]);
    expect(notebook).toMatchObject({ nbformat: 4, nbformat_minor: 5 });
    const ids = notebook.cells.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
    for (const cell of notebook.cells) {
      const fields = ['cell_type', 'id', 'metadata', 'source'];
      if (cell.cell_type === 'code') fields.push('execution_count', 'outputs');
      expect(Object.keys(cell).sort()).toEqual(fields.sort());
    }
  });

  it('becomes a page with its outputs under the cells and its pictures beside it', () => {
    const { markdown, pictures } = notebookPage(notebook, 'some');
    expect([...pictures.keys()]).toEqual(['some-1.svg', 'some-2.png']);
    expect(pictures.get('some-2.png')).toEqual(Buffer.from([137, 80, 78, 71]));
    const order = [
      '# Some script',
      'Some **text**.',
      "console.log('one')",
      '```txt\none\n```',
      '```txt\ntwo\n```',
    ];
    const at = [...order, '(./some-1.svg)', 'RangeError: no more\n'].map((part) => markdown.indexOf(part));
    expect(at.every((position, i) => position > (at[i - 1] ?? -1))).toBe(true);
  });
});

it('a script that only sets its exit status has failed as well', async () => {
  const path = join(root, 'examples', 'quickstart.ts');
  const { notebook, status } = await makeNotebook('// %% A\nprocess.exit(3);\n', { path });
  expect(status).toBe(3);
  expect(notebook.cells.at(-1)).toMatchObject({ outputs: [{ output_type: 'error', ename: 'ExitStatus' }] });
});

it('cells inside statements and scripts without cells are refused', async () => {
  const inside = '// %% A\nif (true) {\n// %% B\n}\n';
  expect(() => withMarkers(inside, 'x.ts')).toThrow(
    new SyntaxError('A cell begins inside a statement: x.ts, line 3'),
  );
  await expect(makeNotebook('// %% [markdown]\n// Text\n', { path: 'x.ts' })).rejects.toThrow(
    new SyntaxError('There is no cell of code in x.ts'),
  );
  expect(withMarkers('// %% A\n1;\n', 'x.ts')).toBe('globalThis.notebookCell?.(0);\n1;\n');
});

it('every example makes a notebook', async () => {
  const out = await mkdtemp(join(root, 'out', 'notebook-'));
  try {
    for (const name of await exampleNames()) {
      const { file } = await writeNotebook(name, { run: false, out });
      const { cells } = JSON.parse(await readFile(file, 'utf8')) as Notebook;
      expect(cells.filter(({ cell_type }) => cell_type === 'code').length, name).toBeGreaterThan(1);
    }
  } finally {
    await rm(out, { recursive: true });
  }
});
