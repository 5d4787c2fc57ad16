/** Dropout whose mask is drawn many times faster than tfjs draws it, and the same on every engine. */
import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { hasFusedKernel } from './kernels';
import { runFused } from './run';
import { oneInput, wrapMethod } from './wrap';

// As signed integers, which keeps the arithmetic below in machine integers.
const GOLDEN = 0x9e3779b9 | 0;
const FIRST = 0x7feb352d;
const SECOND = 0x846ca68b | 0;

/** Mixes the bits of a 32-bit integer (lowbias32, public domain, by Chris Wellons). */
function mix(bits: number): number {
  bits = Math.imul(bits ^ (bits >>> 16), FIRST);
  bits = Math.imul(bits ^ (bits >>> 15), SECOND);
  return bits ^ (bits >>> 16);
}

/** The random number in [0, 2³²) of the element at a flat index. */
export function dropoutHash(index: number, seed: number): number {
  const first = mix((seed + GOLDEN) | 0);
  const second = mix(first ^ GOLDEN);
  let bits = (Math.imul(index, GOLDEN) + first) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), FIRST);
  // A second key between the rounds, so that no seed's numbers are another's, shifted.
  bits = (Math.imul(bits ^ (bits >>> 15), SECOND) + second) | 0;
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** For each element 0 where its `dropoutHash` is less than ⌊rate · 2³²⌋, else 1 / (1 − rate). */
export function dropoutMask(size: number, rate: number, seed: number): Float32Array {
  const [golden, first, second] = [GOLDEN, FIRST, SECOND];
  const limit = Math.floor(rate * 2 ** 32) | 0;
  const scale = new Int32Array(Float32Array.of(1 / (1 - rate)).buffer)[0]!;
  const mask = new Int32Array(size);
  // As in dropoutHash, with the product by GOLDEN as a running sum.
  let sum = mix((seed + golden) | 0);
  const key = mix(sum ^ golden);
  for (let i = 0; i < size; i++) {
    let bits = Math.imul(sum ^ (sum >>> 16), first);
    bits = (Math.imul(bits ^ (bits >>> 15), second) + key) | 0;
    bits ^= bits >>> 16;
    // Without a branch, which would be mispredicted: the borrow of the unsigned bits − limit as a mask.
    mask[i] = ~(((~bits & limit) | ((~bits | limit) & (bits - limit))) >> 31) & scale;
    sum = (sum + golden) | 0;
  }
  return new Float32Array(mask.buffer);
}

/**
 * Sets elements to zero with probability `rate`, in (0, 1), and divides the others by 1 − rate. The seed, an
 * integer in [0, 2³²), fixes which: the same on every engine.
 */
export function dropout(x: tf.Tensor, rate: number, seed: number): tf.Tensor {
  if (hasFusedKernel('Dropout')) return runFused('Dropout', { inputs: { x }, attrs: { rate, seed } });
  return tf.tidy(() => tf.mul(x, tf.tensor(dropoutMask(x.size, rate, seed), x.shape)));
}

/** The same elements are dropped from the gradient, so nothing need be kept. */
export const dropoutGradient: tf.GradConfig = {
  kernelName: 'Dropout',
  gradFunc: (dy, _saved, attrs) => ({
    x: () =>
      runFused('Dropout', { inputs: { x: dy as tf.Tensor }, attrs: attrs as { rate: number; seed: number } }),
  }),
};

/** What tfjs-layers' Dropout holds. */
interface Dropout {
  readonly rate: number;
  readonly seed: number | null | undefined;
  getNoiseShape(input: tf.Tensor): number[] | null | undefined;
  invokeCallHook(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): void;
}

/** Wraps the layer's call: in training, without a seed (whose mask is tfjs's own) and without a noise shape. */
export function fuseDropout(): void {
  const prototype = Object.getPrototypeOf(layers.dropout({ rate: 0, name: 'prototype' })) as object;
  wrapMethod<Dropout, [tf.Tensor | tf.Tensor[], Record<string, unknown>], tf.Tensor | tf.Tensor[]>(
    prototype,
    'call',
    (stock) =>
      function call(inputs, kwargs) {
        const x = oneInput(inputs);
        const { rate } = this;
        const isCovered =
          kwargs.training === true && rate > 0 && rate < 1 && this.seed == null && x?.dtype === 'float32';
        if (!isCovered || this.getNoiseShape(x) != null) return stock.call(this, inputs, kwargs);
        this.invokeCallHook(inputs, kwargs);
        return dropout(x, rate, Math.floor(Math.random() * 2 ** 32));
      },
  );
}
