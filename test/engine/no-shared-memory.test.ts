import { describe, expect, it, vi } from 'vitest';
import { useEngine } from 'hpa-kit/node';
import { expectSameAsCpu, lossesOf } from './degraded';

// As on a page that is not cross-origin isolated.
vi.stubGlobal('SharedArrayBuffer', undefined);

describe('the wasm engine without shared memory', () => {
  it('takes one thread, whatever is asked for', async () => {
    const { details } = await useEngine({ engine: 'wasm', threads: 4 });
    expect(details).toMatchObject({ simd: true, threads: 1 });
    await expectSameAsCpu(await lossesOf('wasm'));
  });
});
