// %% [markdown]
// The whole job in one script, on cells that it draws itself: a folder of four-channel PNGs, a network
// trained on it, thresholds tuned, a test part scored, and a report. Run it with `npm start`.

// %% Choose the engine
import {
  HpaDataset,
  buildModel,
  findThresholds,
  predictDataset,
  syntheticCells,
  trainModel,
  weightHistograms,
  type StepLog,
} from 'hpa-kit';
import { flip, rotate90 } from 'hpa-kit/augment';
import { openFolder, saveFolder, terminalProgress, useEngine } from 'hpa-kit/node';
import { printEpoch, printScores, scoreTest, writeResults } from './support/results.ts';

const started = performance.now();
const seed = 7;
const imageSize = 96;
const out = 'out';
const onProgress = terminalProgress();
const engine = await useEngine();
console.log(`Engine: ${engine.name}. ${engine.reason}`);

// %% Draw cells into a folder, in the competition's layout
const classes = [
  'Nucleoplasm',
  'Nuclear membrane',
  'Nucleoli',
  'Golgi apparatus',
  'Microtubules',
  'Plasma membrane',
  'Mitochondria',
  'Cytosol',
];
const cells = syntheticCells({ count: 800, size: imageSize, classes, minPositives: 80, seed });
await saveFolder(cells, `${out}/cells`, { onProgress });

// %% Open the folder and split it
const source = await openFolder(`${out}/cells`, { labels: `${out}/cells/train.csv`, classes });
const all = new HpaDataset(source, { imageSize, cache: { maxBytes: 256e6 } });
const { train, valid, test } = all.split({ valid: 0.2, test: 0.2, seed });
console.log(
  `${all.size} samples: ${train.size} to train on, ${valid.size} to tune on, ${test.size} to test on.`,
);

// %% Train
// A training of minutes: less dropout and faster moving statistics than the architecture's own.
const architecture = { dropout: 0.1, batchNormMomentum: 0.9, seed };
const model = await buildModel('haltufBaseline', {
  inputShape: [imageSize, imageSize, 4],
  numClasses: classes.length,
  ...architecture,
});
const weightsBefore = await weightHistograms(model);
const steps: StepLog[] = [];
const recipe = { epochs: 6, batchSize: 8, learningRate: 0.002, seed };
const training = await trainModel(model, {
  train: train.augmented([flip(), rotate90()]),
  valid,
  ...recipe,
  onProgress,
  onEpochEnd: printEpoch,
  callbacks: [{ onStepEnd: (log) => void steps.push(log) }],
});

// %% Tune thresholds on the validation part, score the test part
const tuning = await predictDataset(model, valid);
if (!tuning.labels) throw new Error('The validation part has no labels.');
const found = findThresholds(tuning.labels, tuning.scores, { numClasses: classes.length, classes });
for (const warning of found.warnings) console.log(warning);
const testPredictions = await predictDataset(model, test);
const scores = scoreTest(testPredictions, found.thresholds, classes);
printScores(scores);
if (scores.tuned <= scores.constant) throw new Error('The network did no better than a constant prediction.');

// %% Write the predictor, submission, history and report
await writeResults(out, {
  title: 'hpa-kit quickstart: synthetic cells',
  model,
  training,
  found,
  test,
  testPredictions,
  scores,
  submission: testPredictions,
  configuration: { classes, imageSize, model: { name: 'haltufBaseline', ...architecture }, training: recipe },
  steps,
  weightsBefore,
  facts: [
    ['Model', 'haltufBaseline'],
    ['Weights', model.countParams()],
    ['Engine', engine.name],
    ['Samples to train, tune and test on', `${train.size}, ${valid.size}, ${test.size}`],
  ],
});
const { hits, misses, bytes } = all.cacheStats;
console.log(`\nCache: ${hits} hits, ${misses} misses, ${((bytes ?? 0) / 1e6).toFixed(1)} MB.`);
console.log(`Wrote ${out}/: predictor/, submission.csv, history.json, report.html.`);
console.log(`Done in ${Math.round((performance.now() - started) / 1000)} s.`);
