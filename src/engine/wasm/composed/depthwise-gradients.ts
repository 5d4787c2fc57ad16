/** The two gradients of a depthwise convolution, which the wasm backend lacks. */
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { anyEmpty, composedKernel, viewAs, zeros, type Run } from './compose';
import { assertChannelsLast, convInfo, paddings } from '../conv-info';

/**
 * dW[i, j, c, m] = Σ over b, y, x of X[b, y·stride + i·dilation − top, …, c] · dY[b, y, x, c·multiplier + m].
 *
 * A plain loop over the backend's memory, summed in double precision, at about 1 GFLOP/s. Compositions of
 * the backend's kernels are no faster at common sizes and take up to nine times the memory of `dY`.
 */
export const depthwiseConv2dNativeBackpropFilter = composedKernel<'x' | 'dy'>(
  'DepthwiseConv2dNativeBackpropFilter',
  ({ backend, run }, { inputs, attrs }) => {
    const { x, dy } = inputs;
    assertChannelsLast('DepthwiseConv2dNativeBackpropFilter', attrs['dataFormat']);
    const filterShape = attrs['filterShape'] as number[];
    const dw = zeros(run, filterShape);
    if (anyEmpty(x, dy)) return dw;
    const info = convInfo(attrs, x.shape, filterShape, true);
    const {
      batchSize,
      inHeight,
      inWidth,
      inChannels,
      outHeight,
      outWidth,
      outChannels,
      filterHeight,
      filterWidth,
    } = info;
    const { strideHeight, strideWidth, dilationHeight, dilationWidth } = info;
    const { top, left } = info.padInfo;
    const multiplier = outChannels / inChannels;
    const xs = backend.typedArrayFromHeap(x);
    const dys = backend.typedArrayFromHeap(dy);
    const sums = new Float64Array(util.sizeFromShape(filterShape));

    for (let b = 0; b < batchSize; b++) {
      for (let y = 0; y < outHeight; y++) {
        for (let i = 0; i < filterHeight; i++) {
          const row = y * strideHeight + i * dilationHeight - top;
          if (row < 0 || row >= inHeight) continue;
          const xRow = (b * inHeight + row) * inWidth;
          const dyRow = (b * outHeight + y) * outWidth;
          for (let column = 0; column < outWidth; column++) {
            const dyAt = (dyRow + column) * outChannels;
            for (let j = 0; j < filterWidth; j++) {
              const xColumn = column * strideWidth + j * dilationWidth - left;
              if (xColumn < 0 || xColumn >= inWidth) continue;
              const xAt = (xRow + xColumn) * inChannels;
              const wAt = (i * filterWidth + j) * outChannels;
              if (multiplier === 1) {
                for (let c = 0; c < inChannels; c++) sums[wAt + c]! += xs[xAt + c]! * dys[dyAt + c]!;
              } else {
                for (let k = 0, c = 0; c < inChannels; c++) {
                  const value = xs[xAt + c]!;
                  for (let m = 0; m < multiplier; m++, k++) sums[wAt + k]! += value * dys[dyAt + k]!;
                }
              }
            }
          }
        }
      }
    }
    backend.typedArrayFromHeap(dw).set(sums);
    return dw;
  },
);

/**
 * dX = the depthwise convolution of dY with the flipped filter, summed over the depth multiplier. With
 * strides, zeros are first put between the values of dY, so that the stride becomes 1.
 */
export const depthwiseConv2dNativeBackpropInput = composedKernel<'dy' | 'filter'>(
  'DepthwiseConv2dNativeBackpropInput',
  ({ run }, { inputs, attrs }) => {
    const { dy, filter } = inputs;
    assertChannelsLast('DepthwiseConv2dNativeBackpropInput', attrs['dataFormat']);
    const inputShape = attrs['inputShape'] as number[];
    if (anyEmpty(dy, filter)) return zeros(run, inputShape);
    const info = convInfo(attrs, inputShape, filter.shape, true);
    const { inHeight, inWidth, inChannels, outChannels, filterHeight, filterWidth } = info;
    const [top, bottom] = reach(
      info.effectiveFilterHeight,
      info.padInfo.top,
      info.outHeight,
      info.strideHeight,
      inHeight,
    );
    const [left, right] = reach(
      info.effectiveFilterWidth,
      info.padInfo.left,
      info.outWidth,
      info.strideWidth,
      inWidth,
    );

    const spread = spreadOut(run, dy, info.strideHeight, info.strideWidth);
    // Paddings larger than the filter mean that the outermost values of dY reach no input.
    const begin = [0, Math.max(0, -top), Math.max(0, -left), 0];
    const size = [
      spread.shape[0]!,
      spread.shape[1]! - Math.max(0, -top) - Math.max(0, -bottom),
      spread.shape[2]! - Math.max(0, -left) - Math.max(0, -right),
      outChannels,
    ];
    const cropped = size.every((extent, axis) => extent === spread.shape[axis])
      ? spread
      : run('Slice', { x: spread }, { begin, size });
    const reversed = run('Reverse', { x: filter }, { dims: [0, 1] });
    const dx = run(
      'DepthwiseConv2dNative',
      { x: cropped, filter: viewAs(reversed, [filterHeight, filterWidth, outChannels, 1]) },
      {
        strides: [1, 1],
        dilations: [info.dilationHeight, info.dilationWidth],
        pad: paddings(Math.max(0, top), Math.max(0, bottom), Math.max(0, left), Math.max(0, right)),
        dataFormat: 'NHWC',
      },
    );
    const multiplier = outChannels / inChannels;
    if (multiplier === 1) return dx;
    const pixels = util.sizeFromShape(inputShape.slice(0, 3));
    const summed = run(
      'Sum',
      { x: viewAs(dx, [pixels * inChannels, multiplier]) },
      { axis: [1], keepDims: false },
    );
    return viewAs(summed, inputShape);
  },
);

/** Paddings of dY, `stride · outputs` long once spread out, that give `inputs` positions; negative ones are cropped. */
function reach(
  filter: number,
  padBefore: number,
  outputs: number,
  stride: number,
  inputs: number,
): [number, number] {
  const before = filter - 1 - padBefore;
  return [before, inputs + filter - 1 - outputs * stride - before];
}

/** Puts stride − 1 zeros after each row and column. */
function spreadOut(run: Run, dy: TensorInfo, strideHeight: number, strideWidth: number): TensorInfo {
  const [batch, height, width, channels] = dy.shape as [number, number, number, number];
  let result = dy;
  const zerosAfter = (shape: number[], zeroCount: number): TensorInfo =>
    run('PadV2', { x: viewAs(result, shape) }, { paddings: [[0, 0], [0, zeroCount], [0, 0]], constantValue: 0 }); // prettier-ignore
  if (strideWidth > 1) result = zerosAfter([batch * height * width, 1, channels], strideWidth - 1);
  const spreadWidth = width * strideWidth;
  if (strideHeight > 1) result = zerosAfter([batch * height, 1, spreadWidth * channels], strideHeight - 1);
  return viewAs(result, [batch, height * strideHeight, spreadWidth, channels]);
}
