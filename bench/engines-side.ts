/** One side of the engines benchmark: trains and predicts on one engine, and prints a line of JSON. */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { buildModel, listModels, smallCnnPresets } from 'hpa-kit';
import { useEngine, type EngineOptions } from 'hpa-kit/node';

const CLASSES = 28;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string', default: 'haltufBaseline' },
    size: { type: 'string', default: '' },
    batch: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '4' },
  },
});
const side = positionals[0]!;
const batch = Number(flags.batch);
const steps = Number(flags.steps);

/** How `useEngine` is asked for each side. */
const ENGINES: Record<string, EngineOptions> = {
  wasm: { engine: 'wasm' },
  'wasm-1-thread': { engine: 'wasm', threads: 1 },
  native: { engine: 'native' },
  webgpu: { engine: 'webgpu' },
  cpu: { engine: 'cpu' },
};
if (side === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
const { details } = await useEngine(ENGINES[side] ?? {});

const model = await network();
model.compile({ optimizer: tf.train.adam(), loss: 'binaryCrossentropy' });
const [height, width, channels] = model.inputs[0]!.shape.slice(1) as [number, number, number];
const pixels = Float32Array.from({ length: batch * height * width * channels }, Math.random);
const labels = Float32Array.from({ length: batch * CLASSES }, () => Number(Math.random() > 0.9));

const started = performance.now();
await trainStep();
const firstStepSeconds = (performance.now() - started) / 1000;
const trainImagesPerSecond = await bestRate(trainStep);
const predictImagesPerSecond = await bestRate(predictStep);
console.log(
  JSON.stringify({ side, trainImagesPerSecond, predictImagesPerSecond, firstStepSeconds, details }),
);
// Native libraries may keep the process.
process.exit();

async function network(): Promise<LayersModel> {
  const info = listModels().find(({ name }) => name === flags.model);
  if (info) {
    const size = Number(flags.size || info.expects.imageSize);
    // Three channels for backbones, as the peer's.
    const channels = info.backboneWeights ? 3 : info.defaultInputShape[2];
    return buildModel(info.name, { inputShape: [size, size, channels], numClasses: CLASSES });
  }
  const preset = smallCnnPresets[flags.model as keyof typeof smallCnnPresets];
  return buildModel('smallCnn', { ...preset, numClasses: CLASSES });
}

async function trainStep(): Promise<void> {
  const xs = tf.tensor4d(pixels, [batch, height, width, channels]);
  const ys = tf.tensor2d(labels, [batch, CLASSES]);
  await model.trainOnBatch(xs, ys);
  tf.dispose([xs, ys]);
}

async function predictStep(): Promise<void> {
  const xs = tf.tensor4d(pixels, [batch, height, width, channels]);
  const scores = model.predictOnBatch(xs) as tf.Tensor;
  await scores.data();
  tf.dispose([xs, scores]);
}

/** Images a second in the best of some rounds, after one that doesn't count. */
async function bestRate(step: () => Promise<void>): Promise<number> {
  let rate = 0;
  for (let round = 0; round <= Number(flags.rounds); round++) {
    const from = performance.now();
    for (let i = 0; i < steps; i++) await step();
    if (round > 0) rate = Math.max(rate, (steps * batch) / ((performance.now() - from) / 1000));
  }
  return rate;
}
