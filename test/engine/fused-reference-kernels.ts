/** The fused kernels by their formulas, in plain loops and double precision, for backend 'cpu'. */
import * as tf from '@tensorflow/tfjs-core';
import type { FusedKernelName, FusedKernels } from '../../src/engine/fused/kernels';

/** Tensors as numbers, and the way back. */
interface Values {
  of: (tensor: tf.TensorInfo) => Float32Array;
  make: (shape: number[], value: (i: number) => number) => tf.TensorInfo;
}

type Compute<Name extends FusedKernelName> = (
  values: Values,
  inputs: FusedKernels[Name]['inputs'],
  attrs: FusedKernels[Name]['attrs'],
) => tf.TensorInfo | tf.TensorInfo[];

const COMPUTE: { [Name in FusedKernelName]?: Compute<Name> } = {
  BatchNormTraining: ({ of, make }, { x, gamma, beta }, { epsilon }) => {
    const [values, g, b] = [of(x), of(gamma), of(beta)];
    const c = g.length;
    const n = values.length / c;
    const mean = perChannel(values, c, (v) => v / n);
    const variance = perChannel(values, c, (v, k) => (v - mean[k]!) ** 2 / n);
    const y = (v: number, k: number) => ((v - mean[k]!) / Math.sqrt(variance[k]! + epsilon)) * g[k]! + b[k]!;
    return [
      make(x.shape, (i) => y(values[i]!, i % c)),
      make([c], (k) => mean[k]!),
      make([c], (k) => variance[k]!),
    ];
  },
  BatchNormTrainingGrad: ({ of, make }, inputs, { epsilon, inputGradient }) => {
    const [dy, x, g] = [of(inputs.dy), of(inputs.x), of(inputs.gamma)];
    const [mean, variance] = [of(inputs.mean), of(inputs.variance)];
    const c = g.length;
    const n = x.length / c;
    const r = Array.from(variance, (v) => 1 / Math.sqrt(v + epsilon));
    const normed = (i: number) => (x[i]! - mean[i % c]!) * r[i % c]!;
    const dBeta = perChannel(dy, c, (d) => d);
    const dGamma = perChannel(dy, c, (d, _, i) => d * normed(i));
    const dx = (i: number, k: number) =>
      g[k]! * r[k]! * (dy[i]! - dBeta[k]! / n - (normed(i) * dGamma[k]!) / n);
    return [
      ...(inputGradient ? [make(inputs.x.shape, (i) => dx(i, i % c))] : []),
      make([c], (k) => dGamma[k]!),
      make([c], (k) => dBeta[k]!),
    ];
  },
  ReluGrad: ({ of, make }, inputs) => {
    const [dy, y] = [of(inputs.dy), of(inputs.y)];
    return make(inputs.dy.shape, (i) => (y[i]! > 0 ? dy[i]! : 0));
  },
  ReluBiasGrad: ({ of, make }, inputs) => {
    const [dy, y] = [of(inputs.dy), of(inputs.y)];
    const dz = dy.map((d, i) => (y[i]! > 0 ? d : 0));
    const c = inputs.dy.shape.at(-1)!;
    const dBias = perChannel(dz, c, (d) => d);
    return [make(inputs.dy.shape, (i) => dz[i]!), make([c], (k) => dBias[k]!)];
  },
  BiasAddGrad: ({ of, make }, { dy }) => {
    const c = dy.shape.at(-1)!;
    const dBias = perChannel(of(dy), c, (d) => d);
    return make([c], (k) => dBias[k]!);
  },
  AdamUpdate: ({ of, make }, inputs, { learningRate, beta1, beta2, epsilon, accBeta1, accBeta2 }) => {
    const [value, gradient] = [of(inputs.value), of(inputs.gradient)];
    const m = of(inputs.firstMoment).map((old, i) => beta1 * old + (1 - beta1) * gradient[i]!);
    const v = of(inputs.secondMoment).map((old, i) => beta2 * old + (1 - beta2) * gradient[i]! ** 2);
    const move = (i: number) => m[i]! / (1 - accBeta1) / (Math.sqrt(v[i]! / (1 - accBeta2)) + epsilon);
    const { shape } = inputs.value;
    return [
      make(shape, (i) => value[i]! - learningRate * move(i)),
      make(shape, (i) => m[i]!),
      make(shape, (i) => v[i]!),
    ];
  },
};

/** Sums over all axes but the last, in double precision. */
function perChannel(
  values: Float32Array,
  channels: number,
  term: (value: number, channel: number, i: number) => number,
): number[] {
  const sums = Array<number>(channels).fill(0);
  values.forEach((value, i) => (sums[i % channels]! += term(value, i % channels, i)));
  return sums;
}

/** What the kernels were called with since the last time this was emptied. */
export const calls: { name: FusedKernelName; attrs: Record<string, unknown> }[] = [];

/** Runs with the kernels above on backend 'cpu', which has none of its own. */
export async function withReferenceKernels<T>(run: () => T | Promise<T>): Promise<T> {
  const names = Object.keys(COMPUTE) as FusedKernelName[];
  calls.length = 0;
  for (const name of names) tf.registerKernel(kernel(name));
  try {
    return await run();
  } finally {
    for (const name of names) tf.unregisterKernel(name, 'cpu');
  }
}

function kernel(name: FusedKernelName): tf.KernelConfig {
  return {
    kernelName: name,
    backendName: 'cpu',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const cpu = backend as unknown as tf.KernelBackend & { data: tf.DataStorage<{ values: Float32Array }> };
      calls.push({ name, attrs: attrs! });
      const values: Values = {
        of: ({ dataId }) => cpu.data.get(dataId).values,
        make: (shape, value) => {
          const numbers = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => value(i));
          return { dataId: cpu.write(numbers, shape, 'float32'), shape, dtype: 'float32' };
        },
      };
      return (COMPUTE[name] as Compute<never>)(values, inputs as never, attrs as never);
    },
  };
}
