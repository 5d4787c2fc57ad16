/** Running a WGSL program of our own on tfjs's WebGPU backend. */
import { util, type DataType, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import { findKernel } from '../replace-kernel';
import type { WebgpuBackend } from './backend';

/** A program that computes its output element by element. */
export interface Program {
  /** Unique for the code. */
  name: string;
  /**
   * The tensors by their names in the code: `x` is the array `x`, of integers where they are stored so, and
   * `getX(…)` takes coordinates and gives a float.
   */
  inputs: Record<string, TensorInfo>;
  outputShape: number[];
  /** @default 'float32' */
  dtype?: DataType;
  /** Integers by their names in the code, each a scalar: `uniforms.height`. */
  uniforms?: Record<string, number>;
  /** How many values each element of the inputs' arrays, and of the output's, holds. @default 1 */
  vectorSizes?: { inputs: number[]; output: number };
  /** Functions that the body calls. */
  functions?: string;
  /** WGSL that is run for each element; `index` is the flat index. */
  body: string;
}

const WORKGROUP = 64;

/** Runs the program; the result belongs to the caller. */
export function runProgram(backend: WebgpuBackend, program: Program): TensorInfo {
  const { name, inputs, outputShape, dtype = 'float32', uniforms = {}, vectorSizes } = program;
  const elements = util.sizeFromShape(outputShape) / (vectorSizes?.output ?? 1);
  return backend.runWebGPUProgram(
    {
      shaderKey: `hpaKit_${name}`,
      variableNames: Object.keys(inputs),
      ...(vectorSizes && {
        variableComponents: vectorSizes.inputs,
        outputComponent: vectorSizes.output,
      }),
      outputShape,
      uniforms: Object.keys(uniforms)
        .map((key) => `${key} : i32, `)
        .join(''),
      size: true,
      workgroupSize: [WORKGROUP, 1, 1],
      dispatchLayout: { x: outputShape.map((_, axis) => axis) },
      dispatch: [Math.ceil(elements / WORKGROUP), 1, 1],
      getUserCode: () => `
        ${program.functions ?? ''}
        fn main(index : i32) {
          if (index >= uniforms.size) { return; }
          ${program.body}
        }`,
    },
    Object.values(inputs),
    dtype,
    Object.values(uniforms).map((value) => ({ type: 'int32', data: [value] })),
  );
}

/** What a kernel of the webgpu backend is called with. */
export interface KernelCall {
  inputs: Record<string, TensorInfo>;
  attrs: Record<string, unknown>;
  backend: WebgpuBackend;
}

/** A kernel that takes the place of tfjs's own, which it may call. */
export function replacement(
  stock: KernelConfig,
  compute: (call: KernelCall, stock: (call: KernelCall) => TensorInfo) => TensorInfo,
): KernelConfig {
  const callStock = (call: KernelCall) => stock.kernelFunc(call as never) as TensorInfo;
  return {
    ...stock,
    kernelFunc: (call) => compute(call as unknown as KernelCall, callStock),
  };
}

/** Calls a kernel of the backend by its name. */
export function callKernel(kernelName: string, call: KernelCall): TensorInfo {
  const kernel = findKernel('webgpu', kernelName);
  if (!kernel) throw new Error(`The webgpu backend has no kernel ${kernelName}`);
  return kernel.kernelFunc(call as never) as TensorInfo;
}
