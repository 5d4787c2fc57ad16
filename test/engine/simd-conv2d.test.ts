import fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectSameConvolution, type ConvolutionCase } from './simd-convolution';

describe('a convolution on wasm has the values and gradients of plain JavaScript', () => {
  it.each<[string, ConvolutionCase]>([
    ['by Winograd', { input: [3, 17, 22, 8], filter: [3, 3, 12], pad: 'same' }],
    ['by Winograd without padding', { input: [2, 23, 19, 16], filter: [3, 3, 16] }],
    ['by Winograd of many channels', { input: [2, 16, 16, 64], filter: [3, 3, 32], pad: 'same' }],
    ['by Fourier, 5×5', { input: [4, 25, 27, 16], filter: [5, 5, 16], pad: 'same' }],
    ['by Fourier, 7×7', { input: [3, 21, 23, 8], filter: [7, 7, 12], pad: 'same' }],
    ['by Fourier, 5×7 without padding', { input: [4, 29, 33, 12], filter: [5, 7, 16] }],
    ['by products', { input: [3, 9, 11, 36], filter: [3, 3, 20], pad: 'same' }],
    ['by products, strided', { input: [2, 17, 16, 40], filter: [3, 3, 24], stride: 2, pad: 'same' }],
    ['by products, of a column', { input: [2, 17, 17, 32], filter: [7, 1, 24], pad: 'same' }],
    ['by products, of points', { input: [2, 13, 12, 33], filter: [1, 1, 17], stride: 3 }],
    ['by products, with padding of its own', { input: [2, 10, 9, 33], filter: [3, 2, 17], stride: [1, 2], pad: [[0, 0], [2, 1], [0, 3], [0, 0]] }], // prettier-ignore
    ['of a row', { input: [2, 17, 17, 20], filter: [1, 7, 24], pad: 'same' }],
    ['of a column', { input: [2, 17, 17, 20], filter: [7, 1, 24], pad: 'same' }],
    ['of a point', { input: [2, 13, 11, 24], filter: [1, 1, 40] }],
    ['of a point, strided', { input: [2, 14, 11, 16], filter: [1, 1, 24], stride: 2 }],
    ['strided, the first of ResNet', { input: [2, 31, 32, 3], filter: [7, 7, 16], stride: 2, pad: 'same' }],
    [
      'with a stride for each axis',
      { input: [2, 19, 18, 5], filter: [3, 4, 7], stride: [2, 3], pad: 'same' },
    ],
    ['with a stride above the filter', { input: [2, 19, 18, 6], filter: [2, 2, 9], stride: 3, pad: 'same' }],
    ['with padding of its own', { input: [2, 9, 9, 3], filter: [3, 3, 5], pad: [[0, 0], [2, 1], [0, 3], [0, 0]] }], // prettier-ignore
    ['dilated', { input: [2, 21, 20, 8], filter: [3, 3, 12], dilation: 2, pad: 'same' }],
    ['dilated on one axis', { input: [2, 21, 20, 4], filter: [3, 2, 6], dilation: [3, 1] }],
    ['of one channel to one', { input: [1, 12, 10, 1], filter: [2, 3, 1] }],
    ['to 28 channels', { input: [1, 12, 10, 7], filter: [3, 3, 28] }],
    ['smaller than its group of pixels', { input: [5, 3, 2, 4], filter: [3, 2, 8] }],
    ['of a large image', { input: [1, 70, 300, 4], filter: [3, 3, 8] }],
  ])('%s', async (_, example) => expectSameConvolution(example));

  it('of any shape', async () => {
    const extent = (max: number) => fc.integer({ min: 1, max });
    const shape = fc.record({
      batch: extent(4),
      size: fc.tuple(extent(24), extent(24)),
      channels: fc.tuple(fc.constantFrom(1, 3, 4, 6, 8, 12, 16), fc.constantFrom(1, 2, 4, 7, 8, 12, 16)),
      filter: fc.tuple(extent(7), extent(7)),
      stride: fc.tuple(fc.constantFrom(1, 1, 2, 3), fc.constantFrom(1, 1, 2, 3)),
      dilation: fc.constantFrom(1, 1, 1, 2),
      pad: fc.constantFrom('same' as const, 'valid' as const),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ batch, size, channels, filter, stride, dilation, pad }) => {
        const span = filter.map((taps) => (taps - 1) * dilation + 1);
        fc.pre(pad === 'same' || (span[0]! <= size[0] && span[1]! <= size[1]));
        fc.pre(dilation === 1 || stride.every((s) => s === 1));
        await expectSameConvolution({
          input: [batch, ...size, channels[0]],
          filter: [...filter, channels[1]],
          ...{ stride, dilation, pad },
        });
      }),
      { numRuns: 120, seed: 3 },
    );
  });
});
