import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { layers } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { adaptInputChannels, type InputChannels } from '../../src/models/weights/input-channels';
import { relativeError } from '../engines';
import { formulaWeight, noise } from './formula';

beforeAll(() => tf.setBackend('cpu'));

const SHAPE = [3, 2, 3, 5] as const;
const KERNEL = formulaWeight('kernel', 90, 'kernel', 18);

/** What the first layer makes of an image whose channels are all the same. */
function greyActivation(kernel: Float32Array, channels: number): Float32Array {
  return tf.tidy(() => {
    const grey = tf.tensor4d(Float32Array.from(noise('grey', 2 * 7 * 6)), [2, 7, 6, 1]);
    const [height, width, , filters] = SHAPE;
    const weights = [tf.tensor4d(kernel, [height, width, channels, filters]), tf.ones([filters])];
    const conv = layers.conv2d({
      filters,
      kernelSize: [height, width],
      strides: 2,
      padding: 'same',
      weights,
    });
    const output = (conv.apply(tf.tile(grey, [1, 1, 1, channels])) as tf.Tensor).dataSync<'float32'>();
    conv.dispose();
    return output;
  });
}

/** The weights of one channel at one position and output. */
const weight = (kernel: Float32Array, channels: number, position: number, channel: number, out: number) =>
  kernel[(position * channels + channel) * SHAPE[3] + out]!;

const WAYS: InputChannels[] = ['repeat', 'mean', { copy: 0 }, { copy: 2 }];

describe.each(WAYS)('channels by %o', (how) => {
  it.each([1, 2, 4, 5, 6, 9])('from 3 to %i answer a grey image as before', (channels) => {
    const adapted = adaptInputChannels(KERNEL, SHAPE, channels, how);
    expect(adapted).toHaveLength(30 * channels);
    expect(relativeError(greyActivation(adapted, channels), greyActivation(KERNEL, 3))).toBeLessThan(1e-6);
  });

  it('from 1 to 4 answer a grey image as before', () => {
    const single = adaptInputChannels(KERNEL, SHAPE, 1, 'repeat');
    const one = typeof how === 'string' ? how : { copy: 0 };
    const adapted = adaptInputChannels(single, [3, 2, 1, 5], 4, one);
    expect(relativeError(greyActivation(adapted, 4), greyActivation(single, 1))).toBeLessThan(1e-6);
  });

  it('as many as the file has stay as they are, in an array of their own', () => {
    const adapted = adaptInputChannels(KERNEL, SHAPE, 3, how);
    expect(adapted).toEqual(KERNEL);
    expect(adapted).not.toBe(KERNEL);
  });
});

/** What each of the model's channels is made of: how much of red, green and blue. */
function shares(channels: number, how: InputChannels): number[][] {
  // Red, green and blue as the only weights other than zero, at the last position and output.
  return Array.from({ length: channels }, (_, to) =>
    [0, 1, 2].map((from) => {
      const kernel = new Float32Array(90);
      kernel[(5 * 3 + from) * 5 + 4] = 1;
      return weight(adaptInputChannels(kernel, SHAPE, channels, how), channels, 5, to, 4);
    }),
  );
}

const [R, G, B] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
] as const;
const half = (channel: readonly number[]) => channel.map((share) => share / 2);

it.each<[number, InputChannels, readonly (readonly number[])[]]>([
  [4, 'repeat', [half(R), G, B, half(R)]],
  [6, 'repeat', [R, G, B, R, G, B].map(half)],
  [2, 'repeat', [[1, 0, 1], G]],
  [1, 'repeat', [[1, 1, 1]]],
  [4, 'mean', Array(4).fill([0.25, 0.25, 0.25]) as number[][]],
  [1, 'mean', [[1, 1, 1]]],
  [4, { copy: 0 }, [half(R), G, B, half(R)]],
  [
    5,
    { copy: 1 },
    [R, [0, Math.fround(1 / 3), 0], B, [0, Math.fround(1 / 3), 0], [0, Math.fround(1 / 3), 0]],
  ],
  [2, { copy: 2 }, [[1, 0, 1], G]],
])('to %i by %o takes these shares of red, green and blue', (channels, how, expected) => {
  expect(shares(channels, how)).toEqual(expected);
});

it.each<[string, () => unknown, RegExp | typeof TypeError]>([
  ['too few values', () => adaptInputChannels(KERNEL.subarray(1), SHAPE, 4, 'mean'), /Received 89 of 90/],
  ['no channels', () => adaptInputChannels(KERNEL, SHAPE, 0, 'mean'), /positive integers. Received 0/],
  ['half a channel', () => adaptInputChannels(KERNEL, SHAPE, 2.5, 'mean'), /Received 2.5/],
  ['an empty shape', () => adaptInputChannels(KERNEL, [3, 2, 3, 0], 4, 'mean'), /Received 0/],
  ['a channel beyond', () => adaptInputChannels(KERNEL, SHAPE, 4, { copy: 3 }), /from 0 to 2. Received 3/],
  ['a channel before', () => adaptInputChannels(KERNEL, SHAPE, 4, { copy: -1 }), /Received -1/],
  ['no such way', () => adaptInputChannels(KERNEL, SHAPE, 4, 'zeros' as 'mean'), /Received "zeros"/],
  ['nothing', () => adaptInputChannels(KERNEL, SHAPE, 4, null as unknown as 'mean'), TypeError],
])('refuses %s', (_, work, expected) => {
  expect(work).toThrow(expected);
});
