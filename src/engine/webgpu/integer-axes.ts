/** Transposing integers and booleans, and reducing them over other axes than the last ones. */
import { backend_util, util, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import { callKernel, replacement, runProgram, type KernelCall } from './program';

/** The reductions that tfjs computes by transposing first. */
export const REDUCTIONS = ['Sum', 'Mean', 'Max', 'Min', 'Prod', 'All', 'Any', 'ArgMax', 'ArgMin'];

const COORDINATES = ['x', 'y', 'z', 'w', 'u', 'v'];
const TYPES = ['i32', 'i32', 'vec2<i32>', 'vec3<i32>', 'vec4<i32>', 'vec5', 'vec6'];

/** `Transpose` of int32 and bool: tfjs 4.22 has invalid WGSL for it from rank 3 on, and its result is zeros. */
export function integerTranspose(stock: KernelConfig): KernelConfig {
  return replacement(stock, (call, transpose) => {
    const { backend } = call;
    const x = call.inputs['x']!;
    const perm = call.attrs['perm'] as number[];
    const rank = x.shape.length;
    if (!isInteger(call, x) || rank < 2 || rank > 6 || backend.shouldExecuteOnCPU([x]))
      return transpose(call);
    const from = perm.map((_, axis) => `coords.${COORDINATES[perm.indexOf(axis)]!}`);
    const isFloat = x.dtype === 'float32';
    return runProgram(backend, {
      name: `transpose_${perm.join('_')}_${x.dtype}`,
      inputs: { x },
      outputShape: perm.map((axis) => x.shape[axis]!),
      dtype: x.dtype,
      body: `
        let coords = getCoordsFromIndex(index);
        let origin = getIndexFromCoords${rank}D(${TYPES[rank]!}(${from.join(', ')}), uniforms.xShape);
        ${isFloat ? 'setOutputAtIndex(index, f32(x[origin]))' : 'setOutputAtIndexI32(index, x[origin])'};`,
    });
  });
}

/** Reductions of int32 and bool: transposed by the kernel above, then by tfjs over the last axes. */
export function integerReduction(stock: KernelConfig): KernelConfig {
  return replacement(stock, (call, reduce) => {
    const x = call.inputs['x']!;
    const rank = x.shape.length;
    // Max calls it differently.
    const name = 'reductionIndices' in call.attrs ? 'reductionIndices' : 'axis';
    const axis = call.attrs[name] as number | number[];
    const axes = util.parseAxisParam(axis, x.shape);
    const perm = backend_util.getAxesPermutation(axes, rank);
    if (perm === null || !isInteger(call, x) || call.backend.shouldExecuteOnCPU([x])) return reduce(call);
    const inner = callKernel('Transpose', { ...call, inputs: { x }, attrs: { perm } });
    const innerAxes = backend_util.getInnerMostAxes(axes.length, rank);
    const result = reduce({
      ...call,
      inputs: { x: inner },
      attrs: { ...call.attrs, [name]: Array.isArray(axis) ? innerAxes : innerAxes[0]!, keepDims: false },
    });
    call.backend.disposeData(inner.dataId);
    return call.attrs['keepDims'] ? keepAxes(call, result, axes) : result;
  });
}

function keepAxes(call: KernelCall, result: TensorInfo, axes: number[]): TensorInfo {
  const shape = backend_util.expandShapeToKeepDim(result.shape, axes);
  const kept = callKernel('Reshape', { ...call, inputs: { x: result }, attrs: { shape } });
  call.backend.disposeData(result.dataId);
  return kept;
}

/** Stored as integers: a cast to float32 leaves them as they are. */
function isInteger({ backend }: KernelCall, { dataId }: TensorInfo): boolean {
  const { dtype } = backend.tensorMap.get(dataId);
  return dtype === 'int32' || dtype === 'bool';
}
