/** Sum and Mean in C, in double precision: kernels/engine/reduce.c. */
import { util, type KernelConfig } from '@tensorflow/tfjs-core';
import { areFloats, runtimeKernel } from '../runtime';

/** `Sum` or `Mean` in place of tfjs's own, over axes that lie side by side; others stay with `otherwise`. */
export const reduction =
  (kernelName: 'Sum' | 'Mean') =>
  (otherwise: KernelConfig): KernelConfig =>
    runtimeKernel<'x'>(
      kernelName,
      ({ inputs: { x }, attrs, runtime }) => {
        const axes = util.parseAxisParam(attrs['axis'] as number | number[], x.shape);
        const extents = extentsOf(x.shape, axes);
        if (!areFloats(x) || !extents) return undefined;
        const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
        const y = runtime.output(attrs['keepDims'] ? kept : kept.filter((_, axis) => !axes.includes(axis)));
        runtime.exports['reduce_sum']!(
          runtime.pool,
          ...extents,
          runtime.addressOf(x),
          y.address,
          kernelName === 'Mean' ? extents[1] : 1,
          runtime.scratch(runtime.exports['reduce_scratch_bytes']!(...extents)),
        );
        return y.info;
      },
      otherwise,
    );

/** Sizes before, of and after the reduced axes; undefined where they don't lie side by side. */
function extentsOf(
  shape: readonly number[],
  axes: readonly number[],
): [outer: number, reduced: number, inner: number] | undefined {
  const real = axes.filter((axis) => shape[axis]! > 1);
  if (real.length === 0) return [util.sizeFromShape([...shape]), 1, 1];
  const [first, last] = [Math.min(...real), Math.max(...real)];
  for (let axis = first; axis <= last; axis++) if (shape[axis]! > 1 && !real.includes(axis)) return undefined;
  return [
    util.sizeFromShape(shape.slice(0, first)),
    util.sizeFromShape(shape.slice(first, last + 1)),
    util.sizeFromShape(shape.slice(last + 1)),
  ];
}
