/** Conv2DBackpropFilter whose work is shared by as many threads as a GPU can run. */
import { backend_util, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from './backend';
import { replacement, runProgram } from './program';

/** Threads to aim at; a GPU that runs fewer at a time loses nothing. */
const THREADS = 1 << 17;
/** Partial sums that one thread adds up. */
const GROUP = 64;

/**
 * The filter's gradient: for each weight a sum over all pixels of all images. tfjs 4.22 has one thread add up each
 * weight, so a 3×3 filter from 4 to 8 channels keeps 288 threads busy. Here the rows are dealt out to slices, each
 * of which sums into a gradient of its own, and the slices are added up in groups. Where both channel counts are
 * multiples of 4, a thread computes 4×4 weights from each two vectors that it reads.
 */
export function slicedFilterGradient(stock: KernelConfig): KernelConfig {
  return replacement(stock, (call, compute) => {
    const { backend, attrs } = call;
    const [x, dy] = [call.inputs['x']!, call.inputs['dy']!];
    if (attrs['dataFormat'] === 'NCHW') return compute(call);
    const info = backend_util.computeConv2DInfo(
      x.shape as [number, number, number, number],
      attrs['filterShape'] as [number, number, number, number],
      attrs['strides'] as number | [number, number],
      1,
      attrs['pad'] as 'same' | 'valid' | number,
      attrs['dimRoundingMode'] as 'floor' | 'round' | 'ceil' | undefined,
    );
    const { filterShape, inChannels, outChannels } = info;
    const weights = filterShape.reduce((a, b) => a * b);
    const blocks = inChannels % 4 === 0 && outChannels % 4 === 0;
    const rows = info.batchSize * info.outHeight;
    const slices = Math.max(1, Math.min(rows, Math.ceil((THREADS * (blocks ? 16 : 1)) / weights)));

    const partial = runProgram(backend, {
      name: blocks ? 'filterGradientBlocks' : 'filterGradient',
      inputs: { x, dy },
      outputShape: slices === 1 ? filterShape : [slices, weights],
      ...(blocks && { vectorSizes: { inputs: [4, 4], output: 4 } }),
      uniforms: {
        top: info.padInfo.top,
        left: info.padInfo.left,
        rowStride: info.strideHeight,
        columnStride: info.strideWidth,
        rowsPerSlice: Math.ceil(rows / slices),
        rows,
        filterHeight: info.filterHeight,
        filterWidth: info.filterWidth,
        inChannels,
        outChannels,
      },
      body: blocks ? BLOCKS : SINGLE,
    });
    return addSlices(backend, partial, slices, weights, filterShape);
  });
}

/** The loop over the slice's pixels; `offset` is set per row, `STEP` runs once for each pixel. */
const pixels = (step: string) => `
  for (var row = slice * uniforms.rowsPerSlice;
       row < min((slice + 1) * uniforms.rowsPerSlice, uniforms.rows); row++) {
    let image = row / uniforms.dyShape.y;
    let inRow = (row % uniforms.dyShape.y) * uniforms.rowStride + filterRow - uniforms.top;
    if (inRow < 0 || inRow >= uniforms.xShape.y) { continue; }
    let inStart = (image * uniforms.xShape.y + inRow) * uniforms.xShape.z;
    for (var column = firstColumn; column <= lastColumn; column++) {
      let inPixel = inStart + column * uniforms.columnStride + shift;
      let outPixel = row * uniforms.dyShape.z + column;
      ${step}
    }
  }`;

/** The output columns whose input column lies in the image. */
const COLUMNS = `
  let shift = filterColumn - uniforms.left;
  let firstColumn = max(0, (uniforms.columnStride - 1 - shift) / uniforms.columnStride);
  let lastColumn = select(
    min(uniforms.dyShape.z - 1, (uniforms.xShape.z - 1 - shift) / uniforms.columnStride),
    -1, uniforms.xShape.z - 1 - shift < 0);`;

const SINGLE = `
  let outChannel = index % uniforms.outChannels;
  let inChannel = (index / uniforms.outChannels) % uniforms.inChannels;
  let tap = index / (uniforms.outChannels * uniforms.inChannels);
  let filterColumn = tap % uniforms.filterWidth;
  let filterRow = (tap / uniforms.filterWidth) % uniforms.filterHeight;
  let slice = tap / (uniforms.filterWidth * uniforms.filterHeight);
  ${COLUMNS}
  var sum = 0.0;
  ${pixels(`
    sum = sum + f32(x[inPixel * uniforms.inChannels + inChannel])
      * f32(dy[outPixel * uniforms.outChannels + outChannel]);`)}
  result[index] = sum;`;

// Vectors of 4 throughout: `index` counts the output's vectors, and every fourth row of them has a thread.
const BLOCKS = `
  let outVectors = uniforms.outChannels / 4;
  let inVectors = uniforms.inChannels / 4;
  let outVector = index % outVectors;
  let inVector = (index / outVectors) % inVectors;
  let tap = index / (outVectors * inVectors);
  let filterColumn = tap % uniforms.filterWidth;
  let filterRow = (tap / uniforms.filterWidth) % uniforms.filterHeight;
  let slice = tap / (uniforms.filterWidth * uniforms.filterHeight);
  if (4 * index >= uniforms.size) { return; }
  ${COLUMNS}
  var sum0 = vec4<f32>(0.0);
  var sum1 = vec4<f32>(0.0);
  var sum2 = vec4<f32>(0.0);
  var sum3 = vec4<f32>(0.0);
  ${pixels(`
    let a = vec4<f32>(x[inPixel * inVectors + inVector]);
    let b = vec4<f32>(dy[outPixel * outVectors + outVector]);
    sum0 = sum0 + a.x * b;
    sum1 = sum1 + a.y * b;
    sum2 = sum2 + a.z * b;
    sum3 = sum3 + a.w * b;`)}
  let first = (tap * uniforms.inChannels + inVector * 4) * outVectors + outVector;
  result[first] = sum0;
  result[first + outVectors] = sum1;
  result[first + 2 * outVectors] = sum2;
  result[first + 3 * outVectors] = sum3;`;

/** The sum of the slices, in the filter's shape. Disposes of them. */
function addSlices(
  backend: WebgpuBackend,
  partial: TensorInfo,
  slices: number,
  weights: number,
  filterShape: number[],
): TensorInfo {
  let [sums, left] = [partial, slices];
  while (left > 1) {
    const groups = Math.ceil(left / GROUP);
    const next = runProgram(backend, {
      name: 'addSlices',
      inputs: { x: sums },
      outputShape: groups === 1 ? filterShape : [groups, weights],
      uniforms: { slices: left, weights },
      body: `
        let first = (index / uniforms.weights) * ${GROUP};
        let weight = index % uniforms.weights;
        var sum = 0.0;
        for (var slice = first; slice < min(first + ${GROUP}, uniforms.slices); slice++) {
          sum = sum + x[slice * uniforms.weights + weight];
        }
        setOutputAtIndex(index, sum);`,
    });
    backend.disposeData(sums.dataId);
    [sums, left] = [next, groups];
  }
  return sums;
}
