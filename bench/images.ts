/**
 * Decoding and pixel operations beside OpenCV, Pillow, upng-js and sharp. The sides run in turn, several times over,
 * each on one thread but where the table says workers; the best of each counts.
 */
import { execFile } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

const HELP = `npm run bench -- images [flags]
  --data DIR       a folder with kaggle-png/, png16/, tiff/ and mislabelled/ (RGB JPEGs) of real files; what it
                   lacks is left out                                    [../shared/data]
  --rounds N       times that all sides run in turn                     [3]
  --python PATH    a Python with opencv-python-headless and pillow      [python3]
  --json FILE      where to write the figures too; they are printed in any case
sharp takes part where it is installed: npm install --no-save sharp`;

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: 'python3' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit();
}

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const node = [
  '--disable-warning=ExperimentalWarning',
  '--disable-warning=DEP0180',
  '--loader',
  'ts-node/esm',
];
const sides: readonly (readonly [program: string, args: string[]])[] = [
  [process.execPath, [...node, path('images-side.ts'), flags.data]],
  [flags.python, [path('images_peer.py'), flags.data]],
];

/** Milliseconds by work and side. */
const best = new Map<string, Map<string, number>>();
const failed = new Map<string, string>();
for (let round = 1; round <= Number(flags.rounds); round++) {
  for (const [program, args] of sides) {
    process.stderr.write(`round ${round} of ${flags.rounds}: ${program} …\n`);
    try {
      const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 1 << 24, timeout: 600_000 });
      const figures = JSON.parse(stdout.trim().split('\n').at(-1)!) as {
        work: string;
        side: string;
        milliseconds: number;
      }[];
      for (const { work, side, milliseconds } of figures) {
        const row = best.get(work) ?? new Map<string, number>();
        row.set(side, Math.min(milliseconds, row.get(side) ?? Infinity));
        best.set(work, row);
      }
    } catch (error) {
      const { stderr, message } = error as { stderr?: string; message: string };
      failed.set(program, (stderr || message).trim().split('\n').at(-1)!);
    }
  }
}

const peers = [...new Set([...best.values()].flatMap((row) => [...row.keys()]))].filter(
  (side) => side !== 'hpa-kit',
);
const format = (milliseconds: number | undefined) =>
  milliseconds === undefined ? '' : milliseconds.toFixed(milliseconds < 1 ? 3 : 2);
const table = [...best].map(([work, row]) => {
  const ours = row.get('hpa-kit');
  const cells = peers.flatMap((peer) => {
    const theirs = row.get(peer);
    return [format(theirs), ours && theirs ? `${(theirs / ours).toFixed(2)}×` : ''];
  });
  return [work, format(ours), ...cells];
});
const all = [['milliseconds', 'hpa-kit', ...peers.flatMap((peer) => [peer, 'ours is'])], ...table];
const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
for (const row of all)
  console.log(
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  );
for (const [program, reason] of failed) console.log(`${program}: not measured. ${reason}`);

const machine = { cpu: cpus()[0]?.model, cores: availableParallelism(), node: process.version };
const json = JSON.stringify({
  machine,
  milliseconds: Object.fromEntries([...best].map(([work, row]) => [work, Object.fromEntries(row)])),
  missing: Object.fromEntries(failed),
});
console.log(json);
if (flags.json !== undefined) await writeFile(flags.json, `${json}\n`);
