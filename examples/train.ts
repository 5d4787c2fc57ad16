// %% [markdown]
// The job of the quickstart on images of your own: `npm run example -- examples/train.ts --help`.

// %% Flags
import { parseArgs } from 'node:util';
import {
  HpaDataset,
  HPA_CLASSES,
  buildModel,
  findThresholds,
  isHpaError,
  listModels,
  predictDataset,
  trainModel,
  weightHistograms,
  type StepLog,
} from 'hpa-kit';
import { flip, rotate90 } from 'hpa-kit/augment';
import {
  checkpointFolder,
  decoderPool,
  openDiskCache,
  openFolder,
  openZip,
  terminalProgress,
  useEngine,
  type EngineName,
  type OpenFolderOptions,
} from 'hpa-kit/node';
import { printEpoch, printScores, scoreTest, writeResults } from './support/results.ts';

const help = `Trains a network on a folder or ZIP of images, PNG, TIFF or JPEG, and scores it on a held-out part.

  --images PATH         the folder, or a ZIP, which is read in place (required)
  --labels CSV          its labels, columns Id,Target (required)
  --groups CSV:COLUMN   samples of one group stay in one part of the split
  --predict PATH        a folder or ZIP to predict for submission.csv; without it, the test part
  --channels LIST       channel names, comma-separated (red,green,blue,yellow)
  --template NAME       how files are named ({id}_{channel}.png); without {channel}, one file has all channels
  --planes hpa-v18      take each stain from its plane of an RGB file, as in HPA's downloads
  --model NAME          ${listModels()
    .map(({ name }) => name)
    .join(' or ')} (haltufBaseline)
  --image-size N        pixels of the square image that the network sees (192)
  --epochs N            (10)
  --batch-size N        (16)
  --learning-rate X     (0.001)
  --patience N          stop after N epochs without a better validation loss (off)
  --valid X --test X    shares of the parts to tune and to test on (0.2 and 0.2)
  --seed N              (0)
  --order NAME          shuffled, class-balanced, with-replacement or sequential (shuffled)
  --workers N           threads that read and decode (1)
  --cache-mb N          bound of the image cache in memory (512)
  --disk-cache DIR      keep decoded images there too, for the next run
  --disk-cache-mb N     bound of what is kept there (10000)
  --skip-bad            go on without samples whose images are missing or broken, and list them
  --checkpoints DIR     keep there where training stands; the same command goes on from it (off)
  --engine NAME         native, wasm or cpu (the best here)
  --out DIR             where to write (out)
  --help                this text`;

// Bad flags and bad data end in a sentence that names the place, not in a stack.
process.on('uncaughtException', (error: Error & { code?: string }) => {
  const expected =
    isHpaError(error) || error instanceof RangeError || error.code?.startsWith('ERR_PARSE_ARGS');
  console.error(expected ? `\n${error.message}` : error);
  process.exit(1);
});

const { values: flags } = parseArgs({
  options: {
    images: { type: 'string' },
    labels: { type: 'string' },
    groups: { type: 'string' },
    predict: { type: 'string' },
    channels: { type: 'string', default: 'red,green,blue,yellow' },
    template: { type: 'string' },
    planes: { type: 'string' },
    model: { type: 'string', default: 'haltufBaseline' },
    'image-size': { type: 'string', default: '192' },
    epochs: { type: 'string', default: '10' },
    'batch-size': { type: 'string', default: '16' },
    'learning-rate': { type: 'string', default: '0.001' },
    patience: { type: 'string' },
    valid: { type: 'string', default: '0.2' },
    test: { type: 'string', default: '0.2' },
    seed: { type: 'string', default: '0' },
    order: { type: 'string', default: 'shuffled' },
    workers: { type: 'string', default: '1' },
    'cache-mb': { type: 'string', default: '512' },
    'disk-cache': { type: 'string' },
    'disk-cache-mb': { type: 'string', default: '10000' },
    'skip-bad': { type: 'boolean', default: false },
    engine: { type: 'string' },
    checkpoints: { type: 'string' },
    out: { type: 'string', default: 'out' },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help || !flags.images || !flags.labels) {
  console.log(help);
  process.exit(flags.help ? 0 : 2);
}
const groupsFlag = flags.groups?.match(/^(.+):([^:]+)$/);
if (flags.groups && !groupsFlag) {
  console.error(`--groups must be CSV:COLUMN. Received ${flags.groups}`);
  process.exit(2);
}
const imageSize = Number(flags['image-size']);
const batchSize = Number(flags['batch-size']);
const seed = Number(flags.seed);
const channels = flags.channels.split(',');
const onMissing = flags['skip-bad'] ? 'skip' : 'error';
const sourceOptions = {
  channels,
  onMissing,
  template: flags.template,
  planes: flags.planes as 'hpa-v18' | undefined,
  decoder: decoderPool({ workers: Number(flags.workers) }),
} as const;
/** Opens a folder, or a ZIP in place. */
const open = (path: string, options: OpenFolderOptions) =>
  /\.zip$/i.test(path) ? openZip(path, options) : openFolder(path, options);
const disk =
  flags['disk-cache'] === undefined
    ? undefined
    : await openDiskCache(flags['disk-cache'], { maxBytes: Number(flags['disk-cache-mb']) * 1e6 });
const datasetOptions = {
  imageSize,
  cache: { maxBytes: Number(flags['cache-mb']) * 1e6, ...(disk && { disk }) },
  onBroken: onMissing,
} as const;
const controller = new AbortController();
process.once('SIGINT', () => {
  console.error('\nStopping after this step; press Ctrl-C again to stop at once.');
  controller.abort();
});

// %% Open the folder and split it
const started = performance.now();
const onProgress = terminalProgress();
const engine = await useEngine(flags.engine ? { engine: flags.engine as EngineName } : {});
console.log(`Engine: ${engine.name}. ${engine.reason}`);
const source = await open(flags.images, {
  ...sourceOptions,
  labels: flags.labels,
  ...(groupsFlag && { groups: { file: groupsFlag[1]!, column: groupsFlag[2]! } }),
});
for (const [id, error] of source.missing) console.log(`Left out ${id}: ${error.message}`);
const all = new HpaDataset(source, datasetOptions);
const { train, valid, test } = all.split({ valid: Number(flags.valid), test: Number(flags.test), seed });
const groups = source.groups ? `, ${new Set(source.groups).size} groups` : '';
console.log(
  `${all.size} samples${groups}: ${train.size} to train on, ${valid.size} to tune on, ${test.size} to test on.`,
);

// %% Train
const numClasses = HPA_CLASSES.length;
const model = await buildModel(flags.model, {
  inputShape: [imageSize, imageSize, channels.length],
  numClasses,
  seed,
});
const weightsBefore = await weightHistograms(model);
const steps: StepLog[] = [];
const training = await trainModel(model, {
  train: train.augmented([flip(), rotate90()]),
  valid,
  epochs: Number(flags.epochs),
  batchSize,
  learningRate: Number(flags['learning-rate']),
  patience: flags.patience === undefined ? undefined : Number(flags.patience),
  seed,
  order: flags.order as 'shuffled',
  signal: controller.signal,
  onProgress,
  onEpochEnd: printEpoch,
  checkpoints: flags.checkpoints === undefined ? undefined : { store: checkpointFolder(flags.checkpoints) },
  callbacks: [{ onStepEnd: (log) => void steps.push(log) }],
});

// %% Tune thresholds on the validation part, score the test part
const tuning = await predictDataset(model, valid, { batchSize, onProgress });
if (!tuning.labels) throw new RangeError('The validation part has no labels.');
const found = findThresholds(tuning.labels, tuning.scores, { numClasses, classes: HPA_CLASSES });
for (const warning of found.warnings) console.log(warning);
const testPredictions = await predictDataset(model, test, { batchSize, onProgress });
const scores = scoreTest(testPredictions, found.thresholds, HPA_CLASSES);
printScores(scores);

// %% Predict another folder, and write everything
const submission = flags.predict
  ? await predictDataset(model, new HpaDataset(await open(flags.predict, sourceOptions), datasetOptions), {
      batchSize,
      onProgress,
    })
  : testPredictions;
await writeResults(flags.out, {
  title: `${flags.model} on ${source.name}`,
  model,
  training,
  found,
  test,
  testPredictions,
  scores,
  submission,
  configuration: flags,
  steps,
  weightsBefore,
  facts: [
    ['Images', source.name],
    ['Model', flags.model],
    ['Weights', model.countParams()],
    ['Image size', imageSize],
    ['Batch size', batchSize],
    ['Seed', seed],
    ['Engine', engine.name],
    ['Samples to train, tune and test on', `${train.size}, ${valid.size}, ${test.size}`],
  ],
});
for (const [id, error] of [...source.missing, ...all.skipped])
  console.log(`Left out ${id}: ${error.message}`);
console.log(`\nWrote ${flags.out}/: predictor/, submission.csv, history.json, report.html.`);
console.log(`Done in ${Math.round((performance.now() - started) / 1000)} s.`);
