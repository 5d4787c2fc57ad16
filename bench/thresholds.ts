/** Thresholds and ranking metrics beside scikit-learn, on the same scores, one thread each. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import {
  averagePrecisionScore,
  bootstrapInterval,
  countConfusion,
  f1Score,
  findThresholds,
  fitCalibration,
  macroF1,
  Random,
  rankScores,
  rocAucScore,
  type FindThresholdsOptions,
} from 'hpa-kit';

const HELP = `npm run bench -- thresholds [flags]
  --rounds N       the best of N counts           [30]
  --python PATH    a Python with scikit-learn     [python3]
  --large ROWS     rows of the large set          [1000000]`;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    python: { type: 'string', default: 'python3' },
    large: { type: 'string', default: '1000000' },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit();
}
const rounds = Number(flags.rounds);
const numClasses = 28;

const folder = await mkdtemp(join(tmpdir(), 'hpa-kit-thresholds-'));
try {
  const file = join(folder, 'scores.bin');
  const script = fileURLToPath(new URL('thresholds_sklearn.py', import.meta.url));
  const { stdout } = await promisify(execFile)(flags.python, [script, file, flags.rounds], {
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  const peer = JSON.parse(stdout) as { rows: number; macroF1: number; seconds: Record<string, number> };
  const bytes = await readFile(file);
  const entries = peer.rows * numClasses;
  const labels = Uint8Array.from(bytes.subarray(0, entries));
  const scores = new Float32Array(
    bytes.buffer.slice(bytes.byteOffset + entries, bytes.byteOffset + 5 * entries),
  );
  console.log(`${peer.rows.toLocaleString('en')} × ${numClasses}, best of ${rounds}, milliseconds`);

  const find = (options: Partial<FindThresholdsOptions>) => () =>
    findThresholds(labels, scores, { numClasses, ...options });
  const exact = find({ method: 'exact', validation: false });
  row('exact F1 thresholds', await best(exact), peer.seconds.sweep);
  const difference = Math.abs(exact().macroF1 - peer.macroF1);
  if (!(difference <= 1e-6))
    throw new Error(`macro F1 is ${exact().macroF1}, that of scikit-learn ${peer.macroF1}`);
  console.log(`  macro F1 ${exact().macroF1.toFixed(9)}, ${difference.toExponential(1)} from scikit-learn's`);

  const predicted = Float32Array.from(scores, (score) => Number(score >= 0.5));
  row(
    'macro F1 of predictions',
    await best(() => f1Score(countConfusion(labels, predicted, { numClasses }))),
    peer.seconds.f1,
  );
  row(
    'average precision',
    await best(() => averagePrecisionScore(rankScores(labels, scores, { numClasses }))),
    peer.seconds.averagePrecision,
  );
  row(
    'ROC AUC',
    await best(() => rocAucScore(rankScores(labels, scores, { numClasses }))),
    peer.seconds.rocAuc,
  );
  const fit = (method: 'isotonic' | 'platt') => () =>
    fitCalibration(labels, scores, { numClasses, method, from: 'probabilities' });
  row('isotonic calibration', await best(fit('isotonic'), 3), peer.seconds.isotonic);
  row('Platt calibration', await best(fit('platt'), 3), peer.seconds.platt);

  console.log('hpa-kit alone');
  const others: [string, Partial<FindThresholdsOptions>][] = [
    ['exact, with the score expected on unseen data', { method: 'exact' }],
    ['the default, with the score expected', {}],
    ['the default', { validation: false }],
    ['prior matching', { method: 'priors', validation: false }],
    ['one common threshold', { method: 'common', validation: false }],
    ['micro F1, exact', { method: 'exact', objective: 'microF1', validation: false }],
    ['sample F1', { method: 'exact', objective: 'sampleF1', validation: false }],
  ];
  for (const [name, options] of others) row(name, await best(find(options), 3));
  const metric = (l: Uint8Array, s: Float32Array | Float64Array) =>
    macroF1(countConfusion(l, s, { numClasses }));
  row(
    'BCa interval of macro F1, 1,000 resamples',
    await best(() => bootstrapInterval(labels, scores, metric, { numClasses }), 1),
  );

  const large = enlarge(labels, scores, Number(flags.large));
  const name = `exact F1 thresholds, ${Number(flags.large).toLocaleString('en')} × ${numClasses}`;
  row(
    name,
    await best(
      () => findThresholds(large.labels, large.scores, { numClasses, method: 'exact', validation: false }),
      3,
    ),
  );
} finally {
  await rm(folder, { recursive: true });
}

/** The same labels and scores over again, the scores moved a little so that none are equal. */
function enlarge(labels: Uint8Array, scores: Float32Array, rows: number) {
  const random = new Random('large');
  const large = { labels: new Uint8Array(rows * numClasses), scores: new Float32Array(rows * numClasses) };
  for (let i = 0; i < large.scores.length; i++) {
    large.labels[i] = labels[i % labels.length]!;
    large.scores[i] = scores[i % labels.length]! * (0.999 + 0.001 * random.next());
  }
  return large;
}

/** Milliseconds of the quickest round. */
async function best(work: () => unknown, times = rounds): Promise<number> {
  let milliseconds = Infinity;
  for (let round = 0; round < times; round++) {
    const start = performance.now();
    await work();
    milliseconds = Math.min(milliseconds, performance.now() - start);
  }
  return milliseconds;
}

function row(name: string, milliseconds: number, peerSeconds?: number): void {
  const peer =
    peerSeconds === undefined
      ? ''
      : `   scikit-learn ${(1000 * peerSeconds).toFixed(1).padStart(8)}   ${((1000 * peerSeconds) / milliseconds).toFixed(1)} ×`;
  console.log(`  ${name.padEnd(48)} ${milliseconds.toFixed(1).padStart(9)}${peer}`);
}
