/** What the wasm engine must do where WebAssembly has SIMD and no relaxed SIMD. */
import { describe, expect, it } from 'vitest';
import { useEngine } from 'hpa-kit/node';
import { expectSameAsCpu, lossesOf } from './degraded';
import { expectSameConvolution } from './simd-convolution';

const validate = WebAssembly.validate.bind(WebAssembly);
const RELAXED_MADD = Buffer.of(0xfd, 0x85, 0x02);

/** `WebAssembly.validate` of such a host. */
export const withoutRelaxedSimd: typeof WebAssembly.validate = (bytes) =>
  !Buffer.from(bytes as Uint8Array).includes(RELAXED_MADD) && validate(bytes);

/** The tests, for a file of their own: an engine starts once in a process. */
export function describeWithoutRelaxedSimd(threads: number): void {
  describe(`the wasm engine without relaxed SIMD, threads: ${threads}`, () => {
    it('trains as plain JavaScript does', async () => {
      const { details } = await useEngine({ engine: 'wasm', threads });
      expect(details).toEqual({ simd: true, relaxedSimd: false, threads });
      await expectSameAsCpu(await lossesOf('wasm'));
    });

    it('convolves as plain JavaScript does, in each way', async () => {
      await expectSameConvolution({ input: [2, 23, 19, 16], filter: [3, 3, 16] });
      await expectSameConvolution({ input: [3, 21, 23, 8], filter: [7, 7, 12], pad: 'same' });
      await expectSameConvolution({ input: [2, 17, 16, 40], filter: [3, 3, 24], stride: 2, pad: 'same' });
      await expectSameConvolution({ input: [2, 19, 18, 5], filter: [3, 4, 7], stride: [2, 3], pad: 'same' });
    });
  });
}
