import { describe, expect, it, vi } from 'vitest';
import { useEngine } from 'hpa-kit/node';
import { expectSameAsCpu, lossesOf, withoutRelaxedSimd } from './degraded';
import { expectSameConvolution } from './simd-convolution';

vi.spyOn(WebAssembly, 'validate').mockImplementation(withoutRelaxedSimd);

describe('the wasm engine without relaxed SIMD, on one thread', () => {
  it('trains as plain JavaScript does', async () => {
    const { details } = await useEngine({ engine: 'wasm', threads: 1 });
    expect(details).toEqual({ simd: true, relaxedSimd: false, threads: 1 });
    await expectSameAsCpu(await lossesOf('wasm'));
  });

  it('convolves as plain JavaScript does, in each way', async () => {
    await expectSameConvolution({ input: [2, 23, 19, 16], filter: [3, 3, 16] });
    await expectSameConvolution({ input: [3, 21, 23, 8], filter: [7, 7, 12], pad: 'same' });
    await expectSameConvolution({ input: [2, 17, 16, 40], filter: [3, 3, 24], stride: 2, pad: 'same' });
    await expectSameConvolution({ input: [2, 19, 18, 5], filter: [3, 4, 7], stride: [2, 3], pad: 'same' });
  });
});
