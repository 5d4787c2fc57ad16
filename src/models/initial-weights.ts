/** Initial kernels of backbones: the distributions of Keras, drawn fast enough for fifty million weights. */
import * as tf from '@tensorflow/tfjs-core';
import { initializers } from '@tensorflow/tfjs-layers';
import { Random } from '../random';

/** Variance `scale / fan`, as in Keras's VarianceScaling; or a truncated normal of a fixed deviation. */
export type KernelInit =
  | { scale: number; mode: 'fanIn' | 'fanOut' | 'fanAvg'; distribution: 'uniform' | 'truncatedNormal' }
  | { deviation: number };

/** Keras's default: uniform, variance 2 / (fan in + fan out). */
export const GLOROT_UNIFORM: KernelInit = { scale: 1, mode: 'fanAvg', distribution: 'uniform' };
/** He's initialisation by the fan out, of the EfficientNets. */
export const HE_FAN_OUT: KernelInit = { scale: 2, mode: 'fanOut', distribution: 'truncatedNormal' };

/** The deviation of a standard normal cut at ±2, by which Keras corrects. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

/**
 * An initializer of tfjs-layers, so that models are saved as any other, whose numbers follow from the seed and the
 * layer's name and are the same on every engine. Without a seed they differ from run to run.
 */
export function kernelInitializer(init: KernelInit, seed: number | undefined, layer: string) {
  const key = seed === undefined ? Math.floor(Math.random() * 2 ** 32) : new Random(seed, layer).uint32();
  const initializer =
    'deviation' in init
      ? initializers.truncatedNormal({ mean: 0, stddev: init.deviation, seed: key })
      : initializers.varianceScaling({ ...init, seed: key });
  initializer.apply = (shape) => {
    const size = shape.map(Number);
    const values = new Float32Array(tf.util.sizeFromShape(size));
    const random = new Random(key, layer);
    if ('deviation' in init) fillTruncatedNormal(values, init.deviation, random);
    else {
      const variance = init.scale / Math.max(1, fans(size)[init.mode]);
      if (init.distribution === 'uniform') fillUniform(values, Math.sqrt(3 * variance), random);
      else fillTruncatedNormal(values, Math.sqrt(variance) / TRUNCATED_DEVIATION, random);
    }
    return tf.tensor(values, size);
  };
  return initializer;
}

/** Of a dense or convolution kernel, `[…window, in, out]`. */
function fans(shape: readonly number[]) {
  const [fanInChannels = 1, fanOutChannels = 1] = shape.slice(-2);
  const window = shape.slice(0, -2).reduce((product, side) => product * side, 1);
  const [fanIn, fanOut] = [window * fanInChannels, window * fanOutChannels];
  return { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 };
}

function fillUniform(values: Float32Array, limit: number, random: Random): void {
  const step = (2 * limit) / 2 ** 32;
  for (let i = 0; i < values.length; i++) values[i] = random.uint32() * step - limit;
}

function fillTruncatedNormal(values: Float32Array, deviation: number, random: Random): void {
  const table = quantiles();
  // Twelve bits choose between two quantiles, and twenty what lies between: eight times as fast as a logarithm and a cosine.
  for (let i = 0; i < values.length; i++) {
    const bits = random.uint32();
    const low = table[bits >>> 20]!;
    const share = (bits & 0xfffff) / 2 ** 20;
    values[i] = deviation * (low + share * (table[(bits >>> 20) + 1]! - low));
  }
}

const QUANTILES = 2 ** 12;
let knownQuantiles: Float64Array | undefined;

/** Of a standard normal cut at ±2: x at which its distribution is 0, 1/4096, …, 1. */
function quantiles(): Float64Array {
  if (knownQuantiles) return knownQuantiles;
  const steps = 16 * QUANTILES;
  const step = 4 / steps;
  const areas = new Float64Array(steps + 1);
  for (let i = 0; i < steps; i++) areas[i + 1] = areas[i]! + Math.exp(-((step * (i + 0.5) - 2) ** 2) / 2);
  const table = new Float64Array(QUANTILES + 1);
  for (let i = 0, at = 0; i <= QUANTILES; i++) {
    const area = (areas[steps]! * i) / QUANTILES;
    while (at < steps - 1 && areas[at + 1]! < area) at++;
    table[i] = step * (at + (area - areas[at]!) / (areas[at + 1]! - areas[at]!)) - 2;
  }
  return (knownQuantiles = table);
}
