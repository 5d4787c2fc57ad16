/** UnsortedSegmentSum, the gradient of gather and so of an embedding, which the wasm backend lacks. */
import { util } from '@tensorflow/tfjs-core';
import { anyEmpty, composedKernel, viewAs } from './compose';

/**
 * Row s of the result is the sum of the rows of `x` whose id is s: x `[n, …]`, segmentIds `[n]`, result
 * `[numSegments, …]`. Ids outside [0, numSegments) count for nothing, as on the other backends.
 */
export const unsortedSegmentSum = composedKernel<'x' | 'segmentIds'>(
  'UnsortedSegmentSum',
  ({ backend, run }, { inputs, attrs }) => {
    const { x, segmentIds } = inputs;
    const numSegments = attrs['numSegments'] as number;
    const rowShape = x.shape.slice(1);
    const rowSize = util.sizeFromShape(rowShape);
    const sums = run('Fill', {}, { shape: [numSegments, ...rowShape], value: 0, dtype: x.dtype });
    if (anyEmpty(x, sums)) return sums;
    // ScatterNd adds up rows with the same id, but writes outside its memory for an id that is out of
    // range: those go to one more row, cut off below.
    const ids = backend.readSync(segmentIds.dataId) as Int32Array;
    const safeIds = ids.map((id) => (id >= 0 && id < numSegments ? id : numSegments));
    const indices = run('Fill', {}, { shape: [ids.length, 1], value: 0, dtype: 'int32' });
    backend.typedArrayFromHeap(indices).set(safeIds);
    const scattered = run(
      'ScatterNd',
      { indices, updates: viewAs(x, [ids.length, rowSize]) },
      { shape: [numSegments + 1, rowSize] },
    );
    backend
      .typedArrayFromHeap(sums)
      .set(backend.typedArrayFromHeap(scattered).subarray(0, numSegments * rowSize));
    return sums;
  },
);
