// %% [markdown]
// Makes what the page serves: a network trained for a minute on cells that are drawn here, with thresholds and
// calibration, and a few cells to try it on. Run it with
// `npm run example -- examples/browser/prepare.ts`.

// %% Choose the engine
import { rm } from 'node:fs/promises';
import { initializers, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import {
  HpaDataset,
  applyCalibration,
  createPredictor,
  findThresholds,
  fitCalibration,
  oneCycle,
  predictDataset,
  syntheticCells,
  trainModel,
} from 'hpa-kit';
import { flip, rotate90 } from 'hpa-kit/augment';
import { savePredictor, terminalProgress, useEngine } from 'hpa-kit/node';
import { printEpoch } from '../support/results.ts';
import { writeSamples } from './write-samples.ts';

const seed = 7;
const imageSize = 96;
const out = 'out/app/public';
const onProgress = terminalProgress();
const engine = await useEngine();
console.log(`Engine: ${engine.name}. ${engine.reason}`);

// %% Draw cells
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
const cells = { size: 192, classes };
const source = syntheticCells({ ...cells, count: 1000, minPositives: 100, seed });
const all = new HpaDataset(source, { imageSize, cache: { maxBytes: 256e6 } });
const { train, valid } = all.split({ valid: 0.2, seed });

// %% Train
// Any tfjs model will do. This one keeps a map of 12×12 to the end, so that Grad-CAM has something to show.
const input = layers.input({ shape: [imageSize, imageSize, 4] });
let maps = input;
for (const [block, filters] of [16, 32, 64, 128].entries()) {
  if (block > 0) maps = layers.maxPooling2d({ poolSize: 2 }).apply(maps) as SymbolicTensor;
  for (const layer of [
    layers.conv2d({
      filters,
      kernelSize: 3,
      padding: 'same',
      useBias: false,
      kernelInitializer: initializers.heNormal({ seed: seed + block }),
    }),
    layers.batchNormalization({ momentum: 0.9 }),
    layers.reLU(),
  ])
    maps = layer.apply(maps) as SymbolicTensor;
}
const features = layers.globalAveragePooling2d({}).apply(maps) as SymbolicTensor;
const scoresOf = layers.dense({
  units: classes.length,
  activation: 'sigmoid',
  kernelInitializer: initializers.glorotUniform({ seed }),
});
const network = model({ inputs: input, outputs: scoresOf.apply(features) as SymbolicTensor });
await trainModel(network, {
  train: train.augmented([flip(), rotate90()]),
  valid,
  epochs: 10,
  batchSize: 16,
  learningRate: 0.006,
  schedule: oneCycle(),
  seed,
  onProgress,
  onEpochEnd: printEpoch,
});

// %% Calibrate, tune thresholds on the calibrated probabilities, and save
const { labels, scores } = await predictDataset(network, valid);
if (!labels) throw new Error('The validation part has no labels.');
const numClasses = classes.length;
const calibration = fitCalibration(labels, scores, { numClasses, method: 'platt', from: 'probabilities' });
const probabilities = applyCalibration(scores, calibration);
const { thresholds, macroF1 } = findThresholds(labels, probabilities, { numClasses, classes });
const preprocessing = { normalization: all.normalization };
const predictor = createPredictor({ model: network, classes, preprocessing, calibration, thresholds });
await rm(out, { recursive: true, force: true });
await savePredictor(predictor, `${out}/model`);
console.log(`Macro F1 ${macroF1.toFixed(3)} on the part that the thresholds were tuned on.`);

// %% Draw other cells to try it on
// A seed whose six cells show all classes between them.
const samples = syntheticCells({ ...cells, count: 6, seed: 1276 });
await writeSamples(samples, `${out}/samples`);
console.log(`Wrote ${out}/: model/ and samples/.`);
