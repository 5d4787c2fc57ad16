/** A step of training, with a weight for each sample or without. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { BatchAugmentation } from '../augment/batch-augmentation';
import type { Batch } from '../data/batch';
import type { HpaDataset } from '../data/dataset';
import type { LossFn } from '../losses/loss-fn';
import { checkSampleWeight } from '../losses/sample-weights';
import { withSampleWeights } from '../losses/with-sample-weights';

/**
 * What each sample weighs, a finite number of at least 0: one number for each position of the training set, as its `ids`
 * are, or a function of the id.
 */
export type TrainingWeights = Float32Array | Float64Array | readonly number[] | ((id: string) => number);

/** Trains on one batch, which stays the caller's, and answers with the loss. */
export type TrainStep = (model: LayersModel, batch: Batch) => Promise<number | number[]>;

interface StepOptions {
  train: HpaDataset;
  loss: LossFn;
  sampleWeights: TrainingWeights | undefined;
  batchAugmentation: BatchAugmentation | undefined;
}

/** The loss to compile the model with, and the step that trains by it. Throws as `trainModel` does for its options. */
export function chooseStep({ train, loss, sampleWeights, batchAugmentation }: StepOptions): {
  trainingLoss: LossFn;
  step: TrainStep;
} {
  if (sampleWeights === undefined)
    return { trainingLoss: loss, step: (model, { xs, ys }) => model.trainOnBatch(xs, ys) };
  // A mixed sample has two weights, one for each share of its loss, and no loss takes two.
  if (batchAugmentation)
    throw new TypeError(
      `sampleWeights must not be joined to batchAugmentation, which mixes samples. Received ${batchAugmentation.name}`,
    );
  const trainingLoss = withSampleWeights(loss);
  const weights = weightPerPosition(train, sampleWeights);
  const step: TrainStep = (model, { xs, ys, positions }) => {
    const ofBatch = positions.map((position) => weights[position]!);
    return trainingLoss.trainOnBatch(model, xs, ys, ofBatch);
  };
  return { trainingLoss, step };
}

function weightPerPosition({ ids }: HpaDataset, weights: TrainingWeights): Float32Array {
  if (typeof weights !== 'function' && weights.length !== ids.length)
    throw new RangeError(
      `sampleWeights must have one weight for each of the ${ids.length} training samples. Received ${weights.length}`,
    );
  return Float32Array.from(ids, (id, position) => {
    const weight = typeof weights === 'function' ? weights(id) : weights[position]!;
    checkSampleWeight(weight, `sample ${id}`);
    return weight;
  });
}
