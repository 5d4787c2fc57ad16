/** A trial of `examples/search.ts`: builds model 6 or 8 with the parameters of its point, trains and scores it. */
import * as tf from '@tensorflow/tfjs-core';
import {
  HpaDataset,
  buildModel,
  choice,
  constantBaselineF1,
  findThresholds,
  integer,
  logUniform,
  predictDataset,
  smallCnnPresets,
  syntheticCells,
  trainModel,
  uniform,
  type Objective,
  type ParamsOf,
} from 'hpa-kit';
import { serveTrials, useEngine } from 'hpa-kit/node';
import { winnersLoss } from './winners-loss.ts';

/** Model 6 has two convolutions and SGD. The original tried 4 or 10 filters and 2 to 10 neurons. */
export const model6 = {
  learningRate: logUniform(1e-6, 1),
  momentum: uniform(0, 0.99),
  filters: integer(4, 10),
  neurons: integer(2, 10),
};
/** Model 8 has 10 filters, 10 neurons, a penalty on its weights, and Adam. */
export const model8 = {
  learningRate: logUniform(1e-6, 1),
  oneMinusBeta1: logUniform(1e-3, 1),
  oneMinusBeta2: logUniform(1e-5, 0.1),
  epsilon: logUniform(1e-10, 1e-1),
};
/** How the original trained: plain cross-entropy on shuffled images. And how it may be done today. */
export const recipes = {
  original: choice(['original']),
  today: choice(['today']),
};
export type Recipe = keyof typeof recipes;

type Params = { recipe: Recipe } & (ParamsOf<typeof model6> | ParamsOf<typeof model8>);

// The original's images had 512 pixels and pools of 10. With 96 and pools of 4 the head sees 4×4 places all the same.
const imageSize = 96;
const poolSizes = [4, 4];
const seed = 7;
const classes = [
  'Nucleoplasm',
  'Nuclear membrane',
  'Nucleoli',
  'Golgi apparatus',
  'Microtubules',
  'Mitochondria',
];

/** The images that all trials share; drawn when they are first asked for. */
export function cells() {
  const source = syntheticCells({ count: 600, size: imageSize, classes, minPositives: 60, seed });
  return new HpaDataset(source, { imageSize, cache: { maxBytes: 64e6 } }).split({ valid: 1 / 3, seed });
}

/** What a model scores that gives every image the same labels. */
export function baseline(): number {
  return constantBaselineF1(cells().valid.labels!, classes.length);
}

let shared: ReturnType<typeof cells> | undefined;

/** Macro F1 to be expected of other images, thresholds and all, after `resource` epochs. */
export const objective: Objective<Params> = async (params, { resource, signal }) => {
  await useEngine({ engine: 'wasm', threads: 1 });
  const { train, valid } = (shared ??= cells());
  const isModel6 = 'momentum' in params;
  const filters = isModel6 ? params.filters : 10;
  const model = await buildModel('smallCnn', {
    ...(isModel6 ? smallCnnPresets.m6 : smallCnnPresets.m8),
    inputShape: [imageSize, imageSize, 4],
    numClasses: classes.length,
    filters: [filters, 2 * filters],
    poolSizes,
    ...(isModel6 && { neurons: params.neurons }),
    seed,
  });
  const optimizer = isModel6
    ? tf.train.momentum(params.learningRate, params.momentum)
    : tf.train.adam(params.learningRate, 1 - params.oneMinusBeta1, 1 - params.oneMinusBeta2, params.epsilon);
  try {
    await trainModel(model, {
      train,
      optimizer,
      epochs: resource,
      batchSize: 16,
      seed,
      signal,
      ...(params.recipe === 'today' && {
        loss: winnersLoss(classes.length),
        order: { kind: 'class-balanced' as const, threshold: 0.5 },
      }),
    });
    const { labels, scores } = await predictDataset(model, valid, { signal });
    return findThresholds(labels!, scores, { numClasses: classes.length }).expectedScore!;
  } finally {
    optimizer.dispose();
    model.dispose();
  }
};

serveTrials(objective);
