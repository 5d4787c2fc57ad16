/** Where a page's policy forbids WebAssembly, the TypeScript loops decode and resize to the same samples. */
import { expect, it, vi } from 'vitest';
import { imageWorkspace } from '../../src/image/simd/kernels';
import './pngsuite.test';
import './resize.test';

vi.hoisted(() => {
  vi.stubGlobal('WebAssembly', undefined);
});

it('has no kernels', () => {
  expect(imageWorkspace()).toBeUndefined();
});
