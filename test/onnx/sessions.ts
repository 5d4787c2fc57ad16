/** Exported models beside what tfjs computes of the same images. */
import * as tf from '@tensorflow/tfjs-core';
import { model as makeModel, type LayersModel } from '@tensorflow/tfjs-layers';
import * as ortWeb from 'onnxruntime-web';
import { Random } from 'hpa-kit';
import { exportOnnx } from '../../src/onnx/export-onnx';

type Runtime = Pick<typeof ortWeb, 'InferenceSession' | 'Tensor' | 'env'>;

export { ortWeb };
ortWeb.env.wasm.numThreads = 1;

/** Where it is installed; no dependency of development, for what its install script downloads. */
export const ortNode = await (import(['onnxruntime', 'node'].join('-')) as Promise<Runtime>).catch(
  () => undefined,
);

export interface Batch {
  shape: number[];
  data: Float32Array;
}

/**
 * Gives a model weights with something to tell: those of fresh models are 0 and 1 wherever a mistake could hide, and
 * let so little of the image through that all images score alike. What deep networks pile up is divided out before the
 * last layer, whose sigmoids would hide it.
 */
export async function stir(model: LayersModel, seed = 1): Promise<LayersModel> {
  for (const variable of model.weights) {
    const random = new Random(seed, variable.originalName);
    const old = variable.read();
    const kind = variable.originalName.split('/').at(-1)!;
    const perOutput = tf.util.sizeFromShape(old.shape.slice(0, kind === 'depthwise_kernel' ? 2 : -1));
    const values = Float32Array.from({ length: old.size }, () => {
      const value = random.next();
      if (kind.endsWith('kernel')) return (2 * value - 1) * Math.sqrt(6 / perOutput);
      if (kind === 'moving_variance') return 0.5 + value;
      // Some factors are negative: they turn the order of values.
      if (kind === 'gamma') return value < 0.1 ? -0.5 : 0.7 + 0.6 * value;
      return 0.4 * value - 0.2;
    });
    const stirred = tf.tensor(values, old.shape);
    variable.write(stirred);
    stirred.dispose();
  }
  const last = model.layers.at(-1)!;
  if (last.name !== 'scores') return model;
  const features = makeModel({ inputs: model.inputs, outputs: last.input });
  const values = await tfjsScores(features, randomBatch(model, 3));
  const meanSquare = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
  const kernel = last.weights.find(({ originalName }) => originalName.endsWith('kernel'))!;
  tf.tidy(() => {
    kernel.write(tf.div(kernel.read(), Math.sqrt(meanSquare)));
  });
  return model;
}

/** Images of noise, each of another strength. */
export function randomBatch(model: LayersModel, images: number, seed = 2): Batch {
  const shape = [images, ...(model.inputs[0]!.shape.slice(1) as number[])];
  const random = new Random(seed);
  const size = tf.util.sizeFromShape(shape);
  const each = size / images;
  const data = Float32Array.from(
    { length: size },
    (_, i) => (1 + Math.floor(i / each)) * (random.next() - 0.4),
  );
  return { shape, data };
}

export async function tfjsScores(model: LayersModel, { shape, data }: Batch): Promise<Float32Array> {
  const xs = tf.tensor(data, shape);
  const scores = model.predictOnBatch(xs) as tf.Tensor;
  const values = (await scores.data<'float32'>()).slice();
  tf.dispose([xs, scores]);
  return values;
}

/** What an onnxruntime computes of each batch. */
export async function ortScores(
  ort: Runtime,
  bytes: Uint8Array,
  batches: readonly Batch[],
): Promise<Float32Array[]> {
  const session = await ort.InferenceSession.create(bytes);
  const all: Float32Array[] = [];
  for (const { shape, data } of batches) {
    const { scores } = await session.run({ images: new ort.Tensor('float32', data, shape) });
    all.push((scores!.data as Float32Array).slice());
  }
  await session.release();
  return all;
}

/** The largest difference, relative to the largest magnitude expected. */
export function largestDifference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length)
    throw new Error(`${actual.length} values instead of ${expected.length}`);
  let [most, magnitude] = [0, 0];
  expected.forEach((value, i) => {
    most = Math.max(most, Math.abs(value - actual[i]!));
    magnitude = Math.max(magnitude, Math.abs(value));
  });
  return most / magnitude;
}

/**
 * How far an exported model is from tfjs, over batches of 1 and 3 images, in onnxruntime-node where it is installed.
 *
 * @throws Error where the three images score alike, and nothing would be shown
 */
export async function exportError(model: LayersModel, ort: Runtime = ortNode ?? ortWeb): Promise<number> {
  const batches = [1, 3].map((images) => randomBatch(model, images));
  const actual = await ortScores(ort, await exportOnnx(model), batches);
  const expected = [await tfjsScores(model, batches[0]!), await tfjsScores(model, batches[1]!)];
  const each = expected[0]!.length;
  const [first, second] = [expected[1]!.slice(0, each), expected[1]!.slice(each, 2 * each)];
  if (!(largestDifference(first, second) > 1e-3)) throw new Error('All images score alike');
  return Math.max(...expected.map((scores, i) => largestDifference(actual[i]!, scores)));
}
