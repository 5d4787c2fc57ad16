/** The layers that networks are made of, in short words, under the names that Keras gives them. */
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { GLOROT_UNIFORM, kernelInitializer, type KernelInit } from './initial-weights';
import { LayerScale } from './layers/layer-scale';
import { StochasticDepth } from './layers/stochastic-depth';
import { dropoutLayer } from './seeds';

/**
 * Whose weights a network is for. Frameworks differ in more than names: PyTorch pads both sides of a strided
 * convolution where TensorFlow pads one, and normalises with another epsilon. An architecture says where it matters.
 * `timm` is PyTorch's too, and differs from `torch` only where timm's network is not torchvision's: in MobileNetV3.
 */
export type Convention = (typeof CONVENTIONS)[number];
export const CONVENTIONS = ['keras', 'torch', 'timm'] as const;

export type Padding = 'same' | 'valid';

type Side = number | [height: number, width: number];

export interface ConvOptions {
  strides?: number;
  /** @default 'same' */
  padding?: Padding;
  /** @default true */
  bias?: boolean;
  init?: KernelInit;
  name?: string | undefined;
}

export interface BatchNormOptions {
  /** @default 1e-3 */
  epsilon?: number;
  /** @default 0.99 */
  momentum?: number;
  /** Whether there is a gamma. @default true */
  scale?: boolean;
  name?: string | undefined;
}

export type ActivationName = 'relu' | 'relu6' | 'swish' | 'gelu' | 'sigmoid' | 'softmax';

/** Adds layers to a network; those without a name get Keras's: `conv2d`, `conv2d_1`, … in the order of creation. */
export class Graph {
  readonly convention: Convention;
  readonly seed: number | undefined;
  /** Replaces the rate of every Dropout, if set. */
  readonly dropoutRate: number | undefined;
  private readonly counts = new Map<string, number>();

  constructor(options: {
    convention?: Convention | undefined;
    seed?: number | undefined;
    dropout?: number | undefined;
  }) {
    this.convention = options.convention ?? 'keras';
    this.seed = options.seed;
    this.dropoutRate = options.dropout;
  }

  get isTorch(): boolean {
    return this.convention !== 'keras';
  }

  /** The name given, or Keras's next for this kind of layer. */
  name(kind: string, given?: string): string {
    if (given !== undefined) return given;
    const count = this.counts.get(kind) ?? 0;
    this.counts.set(kind, count + 1);
    return count === 0 ? kind : `${kind}_${count}`;
  }

  conv2d(
    x: SymbolicTensor,
    filters: number,
    kernelSize: Side,
    options: ConvOptions & { activation?: 'relu' | 'swish' | 'sigmoid' } = {},
  ): SymbolicTensor {
    const { strides = 1, padding = 'same', bias = true, activation, init = GLOROT_UNIFORM } = options;
    const name = this.name('conv2d', options.name);
    const kernel = kernelInitializer(init, this.seed, name);
    return apply(
      layers.conv2d({
        ...{ filters, kernelSize, strides, padding, name },
        ...{ useBias: bias, kernelInitializer: kernel, ...(activation ? { activation } : {}) },
      }),
      x,
    );
  }

  depthwiseConv2d(x: SymbolicTensor, kernelSize: number, options: ConvOptions = {}): SymbolicTensor {
    const { strides = 1, padding = 'same', bias = true, init = GLOROT_UNIFORM } = options;
    const name = this.name('depthwise_conv2d', options.name);
    const kernel = kernelInitializer(init, this.seed, name);
    return apply(
      layers.depthwiseConv2d({
        ...{ kernelSize, strides, padding, name },
        ...{ useBias: bias, depthwiseInitializer: kernel },
      }),
      x,
    );
  }

  separableConv2d(
    x: SymbolicTensor,
    filters: number,
    kernelSize: number,
    options: ConvOptions = {},
  ): SymbolicTensor {
    const { strides = 1, padding = 'same', bias = true, init = GLOROT_UNIFORM } = options;
    const name = this.name('separable_conv2d', options.name);
    return apply(
      layers.separableConv2d({
        ...{ filters, kernelSize, strides, padding, name, useBias: bias },
        depthwiseInitializer: kernelInitializer(init, this.seed, `${name}/depthwise`),
        pointwiseInitializer: kernelInitializer(init, this.seed, `${name}/pointwise`),
      }),
      x,
    );
  }

  dense(
    x: SymbolicTensor,
    units: number,
    options: { activation?: 'relu' | 'sigmoid'; init?: KernelInit; name?: string } = {},
  ): SymbolicTensor {
    const { activation, init = GLOROT_UNIFORM } = options;
    const name = this.name('dense', options.name);
    const kernel = kernelInitializer(init, this.seed, name);
    return apply(
      layers.dense({ units, kernelInitializer: kernel, name, ...(activation ? { activation } : {}) }),
      x,
    );
  }

  batchNorm(x: SymbolicTensor, options: BatchNormOptions = {}): SymbolicTensor {
    const { epsilon = 1e-3, momentum = 0.99, scale = true } = options;
    const name = this.name('batch_normalization', options.name);
    return apply(layers.batchNormalization({ epsilon, momentum, scale, name }), x);
  }

  /** Over the channels of each pixel. */
  layerNorm(x: SymbolicTensor, options: { epsilon: number; name?: string }): SymbolicTensor {
    const name = this.name('layer_normalization', options.name);
    return apply(layers.layerNormalization({ epsilon: options.epsilon, name }), x);
  }

  /** x · gamma, a weight for each channel that starts as `initial`. */
  layerScale(x: SymbolicTensor, initial: number, name?: string): SymbolicTensor {
    return apply(new LayerScale({ initial, name: this.name('layer_scale', name) }), x);
  }

  activation(x: SymbolicTensor, kind: ActivationName, name?: string): SymbolicTensor {
    const named = this.name('activation', name);
    if (kind === 'relu6') return apply(layers.reLU({ maxValue: 6, name: named }), x);
    return apply(layers.activation({ activation: kind, name: named }), x);
  }

  relu(x: SymbolicTensor, name?: string): SymbolicTensor {
    return this.activation(x, 'relu', name);
  }

  /** relu6(x + 3) / 6, Keras's and PyTorch's; tfjs's own 'hardSigmoid' has another slope. */
  hardSigmoid(x: SymbolicTensor): SymbolicTensor {
    return this.rescale(this.activation(this.rescale(x, 1, 3), 'relu6'), 1 / 6);
  }

  /** x · relu6(x + 3) / 6. */
  hardSwish(x: SymbolicTensor): SymbolicTensor {
    return this.multiply([x, this.hardSigmoid(x)]);
  }

  maxPool(x: SymbolicTensor, size: number, strides: number, padding: Padding = 'valid', name?: string) {
    const named = this.name('max_pooling2d', name);
    return apply(layers.maxPooling2d({ poolSize: size, strides, padding, name: named }), x);
  }

  averagePool(x: SymbolicTensor, size: number, strides: number, padding: Padding = 'valid', name?: string) {
    const named = this.name('average_pooling2d', name);
    return apply(layers.averagePooling2d({ poolSize: size, strides, padding, name: named }), x);
  }

  /** Zeros around the image: one number for all four sides, or `[[top, bottom], [left, right]]`. */
  zeroPad(x: SymbolicTensor, padding: number | [[number, number], [number, number]], name?: string) {
    return apply(layers.zeroPadding2d({ padding, name: this.name('zero_padding2d', name) }), x);
  }

  /** Takes pixels off the edges: `[[top, bottom], [left, right]]`. */
  crop(x: SymbolicTensor, cropping: [[number, number], [number, number]], name?: string) {
    return apply(layers.cropping2D({ cropping, name: this.name('cropping2d', name) }), x);
  }

  globalAveragePool(x: SymbolicTensor, name?: string): SymbolicTensor {
    const named = this.name('global_average_pooling2d', name);
    return apply(layers.globalAveragePooling2d({ name: named }), x);
  }

  globalMaxPool(x: SymbolicTensor, name?: string): SymbolicTensor {
    return apply(layers.globalMaxPooling2d({ name: this.name('global_max_pooling2d', name) }), x);
  }

  flatten(x: SymbolicTensor, name?: string): SymbolicTensor {
    return apply(layers.flatten({ name: this.name('flatten', name) }), x);
  }

  reshape(x: SymbolicTensor, targetShape: number[], name?: string): SymbolicTensor {
    return apply(layers.reshape({ targetShape, name: this.name('reshape', name) }), x);
  }

  add(inputs: SymbolicTensor[], name?: string): SymbolicTensor {
    return apply(layers.add({ name: this.name('add', name) }), inputs);
  }

  multiply(inputs: SymbolicTensor[], name?: string): SymbolicTensor {
    return apply(layers.multiply({ name: this.name('multiply', name) }), inputs);
  }

  /** Along the channels. */
  concat(inputs: SymbolicTensor[], name?: string): SymbolicTensor {
    return apply(layers.concatenate({ axis: -1, name: this.name('concatenate', name) }), inputs);
  }

  /** x · scale + offset. */
  rescale(x: SymbolicTensor, scale: number, offset = 0, name?: string): SymbolicTensor {
    return apply(layers.rescaling({ scale, offset, name: this.name('rescaling', name) }), x);
  }

  dropout(x: SymbolicTensor, rate: number, name?: string): SymbolicTensor {
    return apply(dropoutLayer(this.dropoutRate ?? rate, this.seed, this.name('dropout', name)), x);
  }

  /** A residual branch that training leaves out for some samples. `dropout: 0` turns it off; other rates are not its. */
  stochasticDepth(x: SymbolicTensor, rate: number, name?: string): SymbolicTensor {
    const off = this.dropoutRate === 0;
    const named = this.name('stochastic_depth', name);
    return apply(new StochasticDepth({ name: named, rate: off ? 0 : rate, seed: this.seed }), x);
  }
}

/** How many channels a tensor of images has. */
export function channelsOf(x: SymbolicTensor): number {
  return x.shape[x.shape.length - 1]!;
}

function apply(layer: layers.Layer, inputs: SymbolicTensor | SymbolicTensor[]): SymbolicTensor {
  return layer.apply(inputs) as SymbolicTensor;
}
