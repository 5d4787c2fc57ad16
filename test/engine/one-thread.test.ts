import { describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from 'hpa-kit/node';
import { expectSameAsCpu, lossesOf } from './degraded';

describe('the wasm engine on one thread', () => {
  it('keeps its memory to itself, computes with SIMD, and trains as plain JavaScript does', async () => {
    const { details } = await useEngine({ engine: 'wasm', threads: 1 });
    expect(details).toMatchObject({ simd: true, threads: 1 });
    const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
    expect(wasm.HEAPU8.buffer).toBeInstanceOf(ArrayBuffer);
    await expectSameAsCpu(await lossesOf('wasm'));
  });
});
