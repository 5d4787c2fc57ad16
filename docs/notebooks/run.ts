/** `npm run notebooks`: makes a Jupyter notebook, with its outputs, of each example. */
import { basename, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { argumentsOf, exampleNames, writeNotebook } from './examples.ts';

const help = `Makes a Jupyter notebook of each example in cells (\`// %%\`), with the outputs and pictures of a run.

  npm run notebooks -- [EXAMPLE…] [options] [-- ARGUMENTS OF THE EXAMPLE]

  EXAMPLE       its name or path, such as quickstart or examples/quickstart.ts (all)
  --out DIR     where to write (out/notebooks)
  --no-run      only the text and the code
  --list        name the examples, and what they are run with
  --help        this text

A picture is shown where a line of output names its file (PNG, SVG or JPEG) that the run has written.
An example that fails keeps what it gave so far, with the error, and the exit status is 1.`;

const argv = process.argv.slice(2);
const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
const { values: flags, positionals } = parseArgs({
  args: argv.slice(0, end),
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    'no-run': { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const known = await exampleNames();
const names = positionals.length > 0 ? positionals.map((path) => basename(path, '.ts')) : known;
const unknown = names.find((name) => !known.includes(name));
const own = end < argv.length ? argv.slice(end + 1) : undefined;

if (flags.help) console.log(help);
else if (flags.list) for (const name of known) console.log([name, ...argumentsOf(name)].join(' '));
else if (unknown !== undefined) fail(`EXAMPLE must be one of ${known.join(', ')}. Received ${unknown}`);
else if (own && names.length !== 1) fail('Arguments of the example must follow the name of one example.');
else
  for (const name of names) {
    const started = performance.now();
    const { file, status, notebook } = await writeNotebook(name, {
      args: own,
      run: !flags['no-run'],
      out: flags.out,
    });
    const seconds = Math.round((performance.now() - started) / 1000);
    console.log(`${relative('.', file)}: ${notebook.cells.length} cells, ${seconds} s`);
    if (status !== 0) fail(`${name} failed; the notebook shows how.`);
  }

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
