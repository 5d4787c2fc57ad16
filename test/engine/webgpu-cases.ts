/** What WebGPU has to compute as plain JavaScript does: operations, layers and losses with their gradients. */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { LOSS_CASES } from '../losses/loss-cases';
import type { Case } from './webgpu-compare';

const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);
const positive = (shape: number[], seed: number) => tf.abs(normal(shape, seed));
const integers = (shape: number[], dtype: 'int32' | 'bool') => tf.cast(tf.mul(normal(shape, 1), 3), dtype);

/** The values of an operation and its gradients by all its inputs. */
function withGradients(f: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): tf.Tensor[] {
  const y = f(...inputs);
  return [y, ...tf.grads(f)(inputs, normal(y.shape, 99))];
}

type Pad = 'same' | 'valid';
const EXPLICIT = [[0, 0], [1, 2], [0, 1], [0, 0]] as unknown as Pad; // prettier-ignore
const pairs = <A, B>(first: readonly A[], second: readonly B[]) => first.flatMap((a) => second.map((b) => [a, b] as const)); // prettier-ignore

// Channel counts that are multiples of 4 take other programs than those that are not.
const convolutions: Case[] = pairs(
  [[3, 5], [4, 8], [16, 12]] as const, // prettier-ignore
  [
    { filter: [3, 3], strides: 1, pad: 'same' },
    { filter: [3, 3], strides: 2, pad: 'valid' },
    { filter: [1, 1], strides: [2, 2], pad: 'same' },
    { filter: [1, 7], strides: 1, pad: 'same' },
    { filter: [7, 1], strides: [1, 2], pad: 'same' },
    { filter: [5, 4], strides: [3, 2], pad: 'same' },
    { filter: [2, 3], strides: 3, pad: EXPLICIT },
  ] as { filter: [number, number]; strides: number | [number, number]; pad: Pad }[],
).map(([[channels, filters], { filter, strides, pad }]) => [
  `conv2d ${channels}→${filters} ${filter.join('×')}, strides ${strides.toString()}, ${pad === EXPLICIT ? 'explicit' : pad}`,
  () =>
    withGradients(
      (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad),
      [normal([2, 8, 9, channels], 1), normal([...filter, channels, filters], 2)],
    ),
]);

const dilated: Case[] = pairs([2, [1, 3]] as (number | [number, number])[], ['same', 'valid'] as const).map(
  ([dilations, pad]) => [
    `conv2d, dilations ${dilations.toString()}, ${pad}`,
    () => [
      tf.conv2d(normal([1, 9, 8, 4], 1) as tf.Tensor4D, normal([3, 3, 4, 8], 2) as tf.Tensor4D, 1, pad, 'NHWC', dilations), // prettier-ignore
      tf.depthwiseConv2d(normal([1, 9, 8, 3], 1) as tf.Tensor4D, normal([3, 3, 3, 2], 2) as tf.Tensor4D, 1, pad, 'NHWC', dilations), // prettier-ignore
    ],
  ],
);

const depthwise: Case[] = pairs(
  [[1, 1], [3, 2], [8, 1]] as const, // prettier-ignore
  [{ filter: [3, 3], strides: 1, pad: 'same' }, { filter: [1, 7], strides: 1, pad: 'valid' }, { filter: [5, 5], strides: 2, pad: 'same' }] as const, // prettier-ignore
).map(([[channels, multiplier], { filter, strides, pad }]) => [
  `depthwiseConv2d ${channels}×${multiplier} ${filter.join('×')}, strides ${strides}, ${pad}`,
  () =>
    withGradients(
      (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad),
      [normal([3, 9, 11, channels], 1), normal([...filter, channels, multiplier], 2)],
    ),
]);

const pools: Case[] = pairs([2, 3, 7], [1, 2, 3])
  .flatMap(([size, strides]) => pairs(['same', 'valid'] as const, [{ size, strides }]))
  .map(([pad, { size, strides }]) => [
    `maxPool and avgPool ${size}, strides ${strides}, ${pad}`,
    () => [
      // All negative, too: a search for the maximum that starts at 0 would find none.
      ...withGradients((x) => tf.maxPool(x as tf.Tensor4D, size, strides, pad), [normal([2, 9, 11, 3], 1)]),
      ...withGradients((x) => tf.maxPool(x as tf.Tensor4D, size, strides, pad), [tf.neg(positive([2, 9, 11, 3], 2))]), // prettier-ignore
      ...withGradients((x) => tf.avgPool(x as tf.Tensor4D, size, strides, pad), [normal([2, 9, 11, 3], 3)]),
    ],
  ]);

const product = (m: number, k: number, n: number, transposeB: boolean): Case => [
  `matMul ${m}×${k}×${n}${transposeB ? ', second transposed' : ''}`,
  () =>
    withGradients(
      (a, b) => tf.matMul(a, b, false, transposeB),
      [normal([m, k], 1), normal(transposeB ? [n, k] : [k, n], 2)],
    ),
];

const layers: Record<string, [make: () => tfl.layers.Layer, shape: number[]]> = {
  batchNormalization: [() => tfl.layers.batchNormalization(), [6, 5, 4]],
  'batchNormalization of vectors': [() => tfl.layers.batchNormalization(), [28]],
  dense: [() => tfl.layers.dense({ units: 7 }), [11]],
  'dense with relu': [() => tfl.layers.dense({ units: 8, activation: 'relu' }), [12]],
  'dense with sigmoid': [() => tfl.layers.dense({ units: 28, activation: 'sigmoid' }), [12]],
  'conv2d with relu': [() => tfl.layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu' }), [9, 8, 4]],
  separableConv2d: [() => tfl.layers.separableConv2d({ filters: 5, kernelSize: 3 }), [9, 8, 3]],
  globalAveragePooling2d: [() => tfl.layers.globalAveragePooling2d({}), [5, 6, 3]],
  globalMaxPooling2d: [() => tfl.layers.globalMaxPooling2d({}), [5, 6, 3]],
};

/** Forward and backward in training, and, for batch normalization, the moving averages after it. */
const trainedLayers: Case[] = Object.entries(layers).map(([name, [make, shape]]) => [
  `layer ${name} in training`,
  () => {
    const layer = make();
    layer.build([4, ...shape]);
    layer.setWeights(layer.getWeights().map((weight, i) => positive(weight.shape, 20 + i)));
    const x = tf.variable(normal([4, ...shape], 1));
    const trained = layer.trainableWeights.map((weight) => weight.read() as unknown as tf.Variable);
    const { value, grads } = tf.variableGrads(() => {
      const y = layer.apply(x, { training: true }) as tf.Tensor;
      return tf.sum<tf.Scalar>(tf.mul(y, normal(y.shape, 2)));
    }, [x, ...trained]);
    const results = [value, ...Object.values(grads), ...layer.getWeights().map((weight) => tf.clone(weight))];
    tf.dispose([x, ...layer.weights.map((weight) => weight.read())]);
    return results;
  },
]);

const elementwise: Case[] = (
  ['relu', 'relu6', 'elu', 'sigmoid', 'softplus', 'tanh', 'exp', 'square'] as const
).map((name) => [`${name} and its gradient`, () => withGradients((x) => tf[name](x), [normal([1500], 1)])]);

const roots: Case = [
  'sqrt, rsqrt, log and their gradients',
  () =>
    [tf.sqrt, tf.rsqrt, tf.log].flatMap((f) =>
      withGradients((x) => f(x), [tf.add(positive([1500], 1), 0.1)]),
    ),
];

/** What tfjs's WebGPU backend has wrong, or leaves to the adapter. */
export const MENDED: Case[] = [
  product(6, 2000, 24, true),
  [
    'maxPool gives the gradient to the first of equal maxima',
    () =>
      withGradients((x) => tf.maxPool(x as tf.Tensor4D, 3, 2, 'same'), [tf.round(normal([2, 9, 8, 5], 1))]),
    0,
  ],
  ...pairs(['int32', 'bool'] as const, [
    [33, 65],
    [40, 5, 7],
    [4, 6, 7, 30],
  ]).map(([dtype, shape]): Case => [
    // prettier-ignore
    `transpose of ${dtype} [${shape.join(', ')}]`,
    () => [
      tf.transpose(
        integers(shape, dtype),
        shape.map((_, i) => (i + 1) % shape.length),
      ),
    ],
    0,
  ]),
  ...(['int32', 'bool'] as const).map((dtype): Case => [
    `reductions of ${dtype} over outer axes`,
    () => {
      const x = integers([4, 6, 7, 30], dtype);
      const reduced = [tf.sum(x, [0, 2]), tf.mean(x, [1], true), tf.max(x, [0]), tf.argMax(x, 1)];
      if (dtype === 'bool') reduced.push(tf.any(x, [0, 1]), tf.all(x, [2], true));
      return reduced;
    },
    1e-6,
  ]),
  [
    'integers cast to float32 stay integers in memory',
    () => {
      const x = tf.cast(integers([2, 6, 7, 4], 'int32'), 'float32') as tf.Tensor4D;
      const filter = normal([3, 3, 4, 8], 2) as tf.Tensor4D;
      const gradient = tf.grad((w) => tf.conv2d(x, w as tf.Tensor4D, 1, 'same'))(
        filter,
        normal([2, 6, 7, 8], 3),
      );
      return [gradient, tf.sigmoid(x), tf.transpose(x, [2, 0, 3, 1]), tf.mean(x, [0, 1, 2])];
    },
  ],
  [
    'NaN stays NaN',
    () => {
      const x = tf.tensor1d([NaN, 1, NaN, 0.5]);
      return [tf.relu, tf.relu6, tf.elu, tf.sigmoid, tf.softplus, tf.exp, tf.expm1, tf.log, tf.sqrt].map((f) => f(x)); // prettier-ignore
    },
  ],
];

export const CASES: Case[] = [
  ...convolutions,
  ...dilated,
  ...depthwise,
  ...pools,
  product(5, 7, 3, false),
  product(33, 20, 16, true),
  product(5, 2001, 27, true),
  ...trainedLayers,
  ...LOSS_CASES,
  ...elementwise,
  roots,
  ...MENDED,
];
