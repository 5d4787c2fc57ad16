/** Convolution, bias and ReLU as one operation, also while gradients are recorded. */
import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { hasFusedKernel } from './kernels';
import { isHigherOrder, release, runFused, runFusedList, runKernel, shared } from './run';
import { wrapCall } from './wrap';

/** What tfjs-layers' Conv2D holds. */
interface Conv2D {
  readonly rank: number;
  readonly strides: [number, number];
  readonly padding: string;
  readonly dataFormat: string;
  readonly dilationRate: [number, number];
  readonly activation: { getClassName(): string };
  readonly kernel: { read(): tf.Tensor };
  readonly bias: { read(): tf.Tensor } | null;
}

// tfjs's types ask for attributes that its own operations leave undefined.
const NONE = undefined as never;

type Activation = 'linear' | 'relu';

/**
 * tfjs's FusedConv2D under two names of our own: gradients are registered by name, and FusedConv2D's belong to
 * `tf.fused.conv2d`. Two, because what is saved for the gradient depends on the activation.
 */
const KERNELS: Record<Activation, string> = { linear: 'Conv2DBias', relu: 'Conv2DBiasRelu' };

/** Wraps the layer's call: with a bias, channels last, not dilated, linear or ReLU. */
export function fuseConv2D(): void {
  wrapCall(layers.conv2d({ filters: 1, kernelSize: 1, name: 'prototype' }), (layer: Conv2D, x) => {
    const activation = layer.activation.getClassName();
    return (activation === 'linear' || activation === 'relu') && isCovered(layer, x, activation)
      ? convolve(layer, x, activation)
      : undefined;
  });
}

function isCovered(layer: Conv2D, x: tf.Tensor, activation: Activation): boolean {
  const { rank, dataFormat, dilationRate, padding } = layer;
  return (
    rank === 2 &&
    x.rank === 4 &&
    x.dtype === 'float32' &&
    dataFormat === 'channelsLast' &&
    (padding === 'same' || padding === 'valid') &&
    dilationRate.every((rate) => rate === 1) &&
    layer.bias !== null &&
    !isHigherOrder() &&
    hasFusedKernel(activation === 'relu' ? 'ReluBiasGrad' : 'BiasAddGrad') &&
    provide(activation)
  );
}

/** Registers the names above for the current backend; false where it has no FusedConv2D. */
function provide(activation: Activation): boolean {
  const backendName = tf.getBackend();
  const kernelName = KERNELS[activation];
  // tfjs's typing leaves out that there may be none.
  const find = (name: string) => tf.getKernel(name, backendName) as tf.KernelConfig | undefined;
  if (find(kernelName)) return true;
  if (!find('FusedConv2D')) return false;
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: (args) => find('FusedConv2D')!.kernelFunc(args),
  });
  return true;
}

function convolve(layer: Conv2D, x: tf.Tensor, activation: Activation): tf.Tensor {
  const attrs: tf.FusedConv2DAttrs = {
    strides: layer.strides,
    pad: layer.padding as 'same' | 'valid',
    dataFormat: 'NHWC',
    dilations: [1, 1],
    dimRoundingMode: NONE,
    activation,
    leakyreluAlpha: NONE,
  };
  return tf.tidy(() => {
    const inputs = { x, filter: layer.kernel.read(), bias: layer.bias!.read() };
    return runKernel(KERNELS[activation], inputs, attrs);
  });
}

/** Where the gradient dz before the activation comes from, and the bias's. */
interface Upstream {
  dz: () => tf.Tensor;
  dBias: () => tf.Tensor;
  /** Called after the filter's gradient, the last that reads dz. */
  finished?: () => void;
}

function gradientsOf(
  upstream: Upstream,
  saved: tf.Tensor[],
  attrs: tf.NamedAttrMap,
): ReturnType<tf.GradFunc> {
  const { dz, dBias, finished } = upstream;
  const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
  const { strides, pad } = attrs as unknown as tf.FusedConv2DAttrs;
  const conv = { strides, pad, dataFormat: 'NHWC', dimRoundingMode: NONE };
  // tfjs asks in this order, and only for what is needed.
  return {
    x: () => runKernel('Conv2DBackpropInput', { dy: dz(), filter }, { ...conv, inputShape: x.shape }),
    filter: () => {
      const ofFilter = { ...conv, filterShape: filter.shape };
      const dFilter = runKernel('Conv2DBackpropFilter', { x, dy: dz() }, ofFilter);
      release(x);
      finished?.();
      return dFilter;
    },
    bias: dBias,
  };
}

export const conv2DBiasGradient: tf.GradConfig = {
  kernelName: KERNELS.linear,
  inputsToSave: ['x', 'filter'],
  gradFunc: (gradient, saved, attrs) => {
    const dy = gradient as tf.Tensor;
    const dBias = () => runFused('BiasAddGrad', { inputs: { dy }, attrs: {} });
    return gradientsOf({ dz: () => dy, dBias }, saved, attrs);
  },
};

export const conv2DBiasReluGradient: tf.GradConfig = {
  kernelName: KERNELS.relu,
  inputsToSave: ['x', 'filter'],
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => {
    const y = saved[2]!;
    const ofRelu = shared(() => {
      const gradients = runFusedList('ReluBiasGrad', { inputs: { dy: dy as tf.Tensor, y }, attrs: {} });
      release(y);
      return gradients;
    });
    const dz = () => ofRelu()[0]!;
    const finished = () => {
      release(dz());
    };
    return gradientsOf({ dz, dBias: () => ofRelu()[1]!, finished }, saved, attrs);
  },
};
