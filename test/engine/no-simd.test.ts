import { describe, expect, it, vi } from 'vitest';
import { useEngine } from 'hpa-kit/node';
import { expectSameAsCpu, lossesOf } from './degraded';

// tfjs asks so too, and then loads its plain binary.
vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);

describe('the wasm engine without SIMD', () => {
  it('trains with the operations of tfjs', async () => {
    const { details } = await useEngine({ engine: 'wasm' });
    expect(details).toEqual({ simd: false, relaxedSimd: false, threads: 1 });
    await expectSameAsCpu(await lossesOf('wasm'));
  });
});
