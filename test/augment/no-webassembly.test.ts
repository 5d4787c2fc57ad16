/** Where a page's policy forbids WebAssembly, the TypeScript loops warp to OpenCV's images as well. */
import { expect, it, vi } from 'vitest';
import { imageWorkspace } from '../../src/image/simd/kernels';
import './opencv.test';

vi.hoisted(() => {
  vi.stubGlobal('WebAssembly', undefined);
});

it('has no kernels', () => {
  expect(imageWorkspace()).toBeUndefined();
});
