/** MaxPoolGrad that, like all other engines, gives the gradient to the first of several equal maxima. */
import { backend_util, type KernelConfig } from '@tensorflow/tfjs-core';
import { replacement, runProgram } from './program';

/** dX gets each value of dY at the position of its window's first maximum; tfjs 4.22 takes the last one. */
export function firstMaximumGradient(stock: KernelConfig): KernelConfig {
  return replacement(stock, ({ backend, inputs, attrs }) => {
    const [dy, x] = [inputs['dy']!, inputs['input']!];
    const info = backend_util.computePool2DInfo(
      x.shape as [number, number, number, number],
      attrs['filterSize'] as number | [number, number],
      attrs['strides'] as number | [number, number],
      1,
      attrs['pad'] as 'same' | 'valid' | number,
      attrs['dimRoundingMode'] as 'floor' | 'round' | 'ceil' | undefined,
    );
    const uniforms = {
      top: info.padInfo.top,
      left: info.padInfo.left,
      rowStride: info.strideHeight,
      columnStride: info.strideWidth,
      filterHeight: info.filterHeight,
      filterWidth: info.filterWidth,
    };

    const positions = runProgram(backend, {
      name: 'maxPoolPositions',
      inputs: { x },
      outputShape: info.outShape,
      dtype: 'int32',
      uniforms,
      body: `
        let coords = getCoordsFromIndex(index);
        let top = coords.y * uniforms.rowStride - uniforms.top;
        let left = coords.z * uniforms.columnStride - uniforms.left;
        var largest = 0.0;
        var position = -1;
        for (var row = max(top, 0); row < min(top + uniforms.filterHeight, uniforms.xShape.y); row++) {
          for (var column = max(left, 0); column < min(left + uniforms.filterWidth, uniforms.xShape.z); column++) {
            let value = getX(coords.x, row, column, coords.w);
            if (position < 0 || value > largest) {
              largest = value;
              position = row * uniforms.xShape.z + column;
            }
          }
        }
        setOutputAtIndexI32(index, position);`,
    });

    const dx = runProgram(backend, {
      name: 'maxPoolGradient',
      inputs: { dy, positions },
      outputShape: info.inShape,
      uniforms,
      // The windows that cover the pixel: from the first whose end reaches it to the last that starts before it.
      body: `
        let coords = getCoordsFromIndex(index);
        let row = coords.y + uniforms.top;
        let column = coords.z + uniforms.left;
        let position = coords.y * uniforms.outShape.z + coords.z;
        let firstRow = max((row - uniforms.filterHeight) / uniforms.rowStride, 0);
        let firstColumn = max((column - uniforms.filterWidth) / uniforms.columnStride, 0);
        var sum = 0.0;
        for (var r = firstRow; r <= min(row / uniforms.rowStride, uniforms.dyShape.y - 1); r++) {
          for (var c = firstColumn; c <= min(column / uniforms.columnStride, uniforms.dyShape.z - 1); c++) {
            if (i32(getPositions(coords.x, r, c, coords.w)) == position) {
              sum = sum + getDy(coords.x, r, c, coords.w);
            }
          }
        }
        setOutputAtIndex(index, sum);`,
    });
    backend.disposeData(positions.dataId);
    return dx;
  });
}
