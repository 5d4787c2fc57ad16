/**
 * How fast each engine here, and each peer, trains and predicts the same network. Each side runs in a process of its
 * own, one after the other, several times over; its best pass counts.
 */
import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

const HELP = `npm run bench -- engines [flags]
  --model NAME     a name of the registry, or a preset of smallCnn: m5 to m8   [haltufBaseline]
  --size PIXELS    side of the images                                  [the model's]
  --batch IMAGES                                                       [16]
  --rounds N       rounds in a pass; the best counts                   [5]
  --steps N        steps in a round                                    [4]
  --passes N       times that all sides run in turn                    [2]
  --sides LIST     wasm,wasm-1-thread,native,webgpu,cpu,keras,
                   keras-onednn,torch                                  [all but cpu]
  --python PATH    a Python with keras and tensorflow, torch, or both  [python3]
  --json FILE      where to write the figures`;

/** What a side measured. */
interface Rates {
  side: string;
  trainImagesPerSecond: number;
  predictImagesPerSecond: number;
  /** From the start of the first training step to its end. */
  firstStepSeconds?: number;
  details?: Record<string, unknown>;
}

/** Peers: the name of each in engines_peer.py, and what its process is told. */
const PEERS: Readonly<Record<string, { peer: string; env?: Record<string, string> }>> = {
  keras: { peer: 'keras' },
  // TensorFlow's own default depends on the processor; our native engine always turns it on.
  'keras-onednn': { peer: 'keras', env: { TF_ENABLE_ONEDNN_OPTS: '1' } },
  torch: { peer: 'torch' },
};
const { values: flags } = parseArgs({
  options: {
    model: { type: 'string', default: 'haltufBaseline' },
    size: { type: 'string', default: '' },
    batch: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '4' },
    passes: { type: 'string', default: '2' },
    sides: { type: 'string', default: 'wasm,wasm-1-thread,native,webgpu,keras,keras-onednn,torch' },
    python: { type: 'string', default: 'python3' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit();
}

const best = new Map<string, Rates>();
const missing = new Map<string, string>();
const sides = flags.sides.split(',');
for (let pass = 1; pass <= Number(flags.passes); pass++) {
  for (const side of sides) {
    if (missing.has(side)) continue;
    process.stderr.write(`pass ${pass} of ${flags.passes}: ${side} …\n`);
    const rates = await measure(side);
    if (typeof rates === 'string') missing.set(side, rates);
    else best.set(side, faster(best.get(side), rates));
  }
}
const rows = [...best.values()];
printTable(rows);
for (const [side, reason] of missing) console.log(`${side}: not measured. ${reason}`);
if (flags.json !== undefined) {
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  const { model, size, batch } = flags;
  await writeFile(
    flags.json,
    `${JSON.stringify({ model, size, batch, machine, rates: rows, missing: Object.fromEntries(missing) }, null, 2)}\n`,
  );
}

/** The side's rates, or why there are none. */
async function measure(side: string): Promise<Rates | string> {
  const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));
  const same = [
    '--model',
    flags.model,
    '--size',
    flags.size,
    '--batch',
    flags.batch,
    '--rounds',
    flags.rounds,
    '--steps',
    flags.steps,
  ];
  const peer = PEERS[side];
  const [program, args]: [string, string[]] = peer
    ? [flags.python, [path('engines_peer.py'), peer.peer, ...same]]
    : [
        process.execPath,
        [
          '--disable-warning=ExperimentalWarning',
          '--disable-warning=DEP0180',
          '--loader',
          'ts-node/esm',
        ].concat([path('engines-side.ts'), side, ...same]),
      ];
  try {
    const options = { maxBuffer: 1 << 24, timeout: 1_200_000, env: { ...process.env, ...peer?.env } };
    const { stdout } = await promisify(execFile)(program, args, options);
    return { ...(JSON.parse(stdout.trim().split('\n').at(-1)!) as Rates), side };
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    const lines = (stderr || message).trim().split('\n');
    return lines.findLast((line) => /Error|error|not /.test(line)) ?? lines.at(-1)!;
  }
}

function faster(before: Rates | undefined, now: Rates): Rates {
  if (!before) return now;
  return {
    ...now,
    trainImagesPerSecond: Math.max(before.trainImagesPerSecond, now.trainImagesPerSecond),
    predictImagesPerSecond: Math.max(before.predictImagesPerSecond, now.predictImagesPerSecond),
  };
}

function printTable(rates: Rates[]): void {
  const peers = rates.filter(({ side }) => side in PEERS);
  const kinds = ['trainImagesPerSecond', 'predictImagesPerSecond'] as const;
  const header = kinds.flatMap((kind) => [
    kind.startsWith('train') ? 'train img/s' : 'predict img/s',
    ...peers.map((peer) => `× ${peer.side}`),
  ]);
  const table = rates.map((row) => [
    row.side,
    ...kinds.flatMap((kind) => [
      row[kind].toFixed(1),
      ...peers.map((peer) => (row[kind] / peer[kind]).toFixed(2)),
    ]),
  ]);
  const all = [['', ...header], ...table];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  for (const row of all)
    console.log(
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
    );
}
