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
  for (let i = 0; i < values.length; i++) {
    let value = random.normal();
    while (Math.abs(value) > 2) value = random.normal();
    values[i] = value * deviation;
  }
}
