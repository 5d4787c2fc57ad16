/** Training on WebGPU and on plain JavaScript: the baseline's blocks in small, run in Node and in a page. */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { binaryCrossEntropy } from 'hpa-kit';

export interface Curve {
  losses: number[];
  /** After each step. */
  tensors: number[];
  /** After each step; 0 on an engine without a GPU. */
  gpuBytes: number[];
}

const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);

function smallBaseline(): tfl.LayersModel {
  const { batchNormalization, conv2d, maxPooling2d, reLU, flatten, dense, concatenate } = tfl.layers;
  const init = (seed: number) => tfl.initializers.glorotUniform({ seed });
  const input = tfl.input({ shape: [14, 14, 4] });
  const chain = (x: tfl.SymbolicTensor, ...layers: tfl.layers.Layer[]) =>
    layers.reduce((y, layer) => layer.apply(y) as tfl.SymbolicTensor, x);
  const stem = chain(
    input,
    batchNormalization(),
    conv2d({ filters: 8, kernelSize: 3, kernelInitializer: init(1) }),
    reLU(),
    batchNormalization(),
    maxPooling2d({ poolSize: 2 }),
  );
  const branches = [1, 3, 5].map(
    (kernelSize) =>
    chain(stem, conv2d({ filters: 3, kernelSize, padding: 'same', activation: 'relu', kernelInitializer: init(kernelSize + 1) })), // prettier-ignore
  );
  const output = chain(
    concatenate().apply(branches) as tfl.SymbolicTensor,
    batchNormalization(),
    maxPooling2d({ poolSize: 2 }),
    flatten(),
    dense({ units: 8, kernelInitializer: init(8) }),
    reLU(),
    batchNormalization(),
    dense({ units: 5, activation: 'sigmoid', kernelInitializer: init(9) }),
  );
  return tfl.model({ inputs: input, outputs: output });
}

/** Steps of Adam on tfjs's current backend, from fixed weights on fixed data. */
export async function train(steps: number): Promise<Curve> {
  const model = smallBaseline();
  const optimizer = tf.train.adam(0.01);
  model.compile({ optimizer, loss: binaryCrossEntropy() });
  const curve: Curve = { losses: [], tensors: [], gpuBytes: [] };
  for (let step = 0; step < steps; step++) {
    const [xs, ys] = tf.tidy<[tf.Tensor, tf.Tensor]>(() => [
      normal([6, 14, 14, 4], 11),
      tf.cast(tf.greater(normal([6, 5], 12), 0.5), 'float32'),
    ]);
    curve.losses.push((await model.trainOnBatch(xs, ys)) as number);
    tf.dispose([xs, ys]);
    const memory = tf.memory() as { numTensors: number; numBytesAllocatedInGPU?: number };
    curve.tensors.push(memory.numTensors);
    curve.gpuBytes.push(memory.numBytesAllocatedInGPU ?? 0);
  }
  model.dispose();
  optimizer.dispose();
  return curve;
}

/** The loss after a step with weights that are no numbers. */
export async function lossAfterDivergence(): Promise<number> {
  const model = smallBaseline();
  model.compile({ optimizer: tf.train.sgd(0.01), loss: binaryCrossEntropy() });
  const broken = model.getWeights().map((weight) => tf.fill(weight.shape, NaN));
  model.setWeights(broken);
  const [xs, ys] = [normal([6, 14, 14, 4], 11), tf.ones([6, 5])];
  const loss = (await model.trainOnBatch(xs, ys)) as number;
  tf.dispose([xs, ys, broken]);
  model.dispose();
  return loss;
}
