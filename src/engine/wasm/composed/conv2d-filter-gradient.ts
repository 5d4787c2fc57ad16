/** Conv2DBackpropFilter, the gradient of a convolution's filter, which the wasm backend lacks. */
import { util, type TensorInfo } from '@tensorflow/tfjs-core';
import { anyEmpty, composedKernel, viewAs, zeros, type Composition } from './compose';
import { assertChannelsLast, convInfo, paddings } from '../conv-info';

/** The backend packs `dy` anew, its channels rounded up to eight: a chunk of the batch stays under this. */
const MAX_PACKED_BYTES = 64 * 2 ** 20;

/**
 * dW[i, j, c, k] = Σ over b, y, x of X[b, y·stride + i − top, x·stride + j − left, c] · dY[b, y, x, k],
 * for X `[batch, height, width, c]`, dY `[batch, outHeight, outWidth, k]` and dW `[i, j, c, k]`.
 *
 * That sum is itself a convolution, with the batch in the place of the channels: of Xᵀ
 * `[c, height, width, batch]` with the filter dYᵀ `[outHeight, outWidth, batch, k]`, dilated by the stride.
 * So XNNPACK's convolution does the work without a copy per filter tap. A 1×1 filter is one matrix product.
 */
export const conv2DBackpropFilter = composedKernel<'x' | 'dy'>(
  'Conv2DBackpropFilter',
  (composition, { inputs, attrs }) => {
    const { x, dy } = inputs;
    assertChannelsLast('Conv2DBackpropFilter', attrs['dataFormat']);
    const filterShape = attrs['filterShape'] as number[];
    const { run } = composition;
    if (anyEmpty(x, dy)) return zeros(run, filterShape);
    const info = convInfo(attrs, x.shape, filterShape);
    const {
      batchSize,
      inHeight,
      inWidth,
      inChannels,
      outHeight,
      outWidth,
      outChannels,
      strideHeight,
      strideWidth,
    } = info;

    if (
      util.sizeFromShape(filterShape) === inChannels * outChannels &&
      outHeight === inHeight &&
      outWidth === inWidth
    ) {
      return pointwise(composition, x, dy, filterShape);
    }

    const { top, left } = info.padInfo;
    // The rows and columns that the last position of the filter reaches beyond the input; rows that no
    // position reaches (a stride with a remainder) give extra rows of output, cut off below.
    const bottom = (outHeight - 1) * strideHeight + info.effectiveFilterHeight - inHeight - top;
    const right = (outWidth - 1) * strideWidth + info.effectiveFilterWidth - inWidth - left;
    const pad = paddings(top, Math.max(0, bottom), left, Math.max(0, right));
    const convolution = {
      strides: [info.dilationHeight, info.dilationWidth],
      dilations: [strideHeight, strideWidth],
      pad,
      dataFormat: 'NHWC',
    };
    const inPixels = inHeight * inWidth;
    const outPixels = outHeight * outWidth;
    const bytesPerImage = 4 * outPixels * 8 * Math.ceil(outChannels / 8);
    const imagesPerChunk = Math.max(1, Math.min(batchSize, Math.floor(MAX_PACKED_BYTES / bytesPerImage)));

    let total: TensorInfo | undefined;
    for (let first = 0; first < batchSize; first += imagesPerChunk) {
      const images = Math.min(imagesPerChunk, batchSize - first);
      const xChunk = imagesOf(composition, x, first, images);
      const dyChunk = imagesOf(composition, dy, first, images);
      // Merged to three dimensions, which transpose faster than four.
      const xTransposed = run(
        'Transpose',
        { x: viewAs(xChunk, [images, inPixels, inChannels]) },
        { perm: [2, 1, 0] },
      );
      const dyTransposed = run(
        'Transpose',
        { x: viewAs(dyChunk, [images, outPixels, outChannels]) },
        { perm: [1, 0, 2] },
      );
      const part = run(
        'Conv2D',
        {
          x: viewAs(xTransposed, [inChannels, inHeight, inWidth, images]),
          filter: viewAs(dyTransposed, [outHeight, outWidth, images, outChannels]),
        },
        convolution,
      );
      total = total ? run('Add', { a: total, b: part }) : part;
    }
    const [filterHeight, filterWidth] = [info.filterHeight, info.filterWidth];
    if (total!.shape[1] !== filterHeight || total!.shape[2] !== filterWidth) {
      total = run(
        'Slice',
        { x: total! },
        { begin: [0, 0, 0, 0], size: [inChannels, filterHeight, filterWidth, outChannels] },
      );
    }
    const taps = filterHeight * filterWidth;
    const dw = run('Transpose', { x: viewAs(total!, [inChannels, taps, outChannels]) }, { perm: [1, 0, 2] });
    return viewAs(dw, filterShape);
  },
);

/** For a 1×1 filter, no stride and no padding: Xᵀ · dY over all pixels of the batch. */
function pointwise({ run }: Composition, x: TensorInfo, dy: TensorInfo, filterShape: number[]): TensorInfo {
  const [inChannels, outChannels] = filterShape.slice(2) as [number, number];
  const pixels = util.sizeFromShape(x.shape.slice(0, 3));
  // A product with `transposeA` runs at a fiftieth of the speed.
  const a = run('Transpose', { x: viewAs(x, [pixels, inChannels]) }, { perm: [1, 0] });
  const dw = run(
    'BatchMatMul',
    { a: viewAs(a, [1, inChannels, pixels]), b: viewAs(dy, [1, pixels, outChannels]) },
    { transposeA: false, transposeB: false },
  );
  return viewAs(dw, filterShape);
}

/** Images `first` to `first + count` of a batch. The backend's own Slice would copy the whole batch each time. */
function imagesOf({ backend, run }: Composition, x: TensorInfo, first: number, count: number): TensorInfo {
  if (count === x.shape[0]) return x;
  const imageShape = x.shape.slice(1);
  const size = util.sizeFromShape(imageShape);
  const chunk = run('Fill', {}, { shape: [count, ...imageShape], value: 0, dtype: 'float32' });
  backend
    .typedArrayFromHeap(chunk)
    .set(backend.typedArrayFromHeap(x).subarray(first * size, (first + count) * size));
  return chunk;
}
