/** Builds a WebAssembly kernel out of those that the backend has, and disposes of what lies between. */
import { util, type KernelConfig, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { findKernel } from '../../replace-kernel';

/** Runs one of the backend's kernels; its result lives until the composition ends. */
export type Run = (
  kernel: string,
  inputs: Record<string, TensorInfo> | TensorInfo[],
  attrs?: NamedAttrMap,
) => TensorInfo;

/** What a composed kernel is made of. */
export interface Composition {
  readonly backend: BackendWasm;
  readonly run: Run;
}

/** The kernel's inputs and attributes as tfjs passes them. */
export interface KernelArguments<Inputs extends string> {
  readonly inputs: Record<Inputs, TensorInfo>;
  readonly attrs: Readonly<Record<string, unknown>>;
}

/** The wasm backend's kernel of that name; tfjs's typing leaves out that there may be none. */
export function wasmKernel(kernelName: string): KernelConfig | undefined {
  return findKernel('wasm', kernelName);
}

/**
 * A kernel for backend 'wasm' whose intermediate results are all disposed of, also when it throws. What
 * `compute` returns belongs to the caller.
 */
export function composedKernel<Inputs extends string>(
  kernelName: string,
  compute: (composition: Composition, args: KernelArguments<Inputs>) => TensorInfo,
): KernelConfig {
  return {
    kernelName,
    backendName: 'wasm',
    kernelFunc: (params) => {
      const { inputs, attrs } = params;
      const { backend } = params as unknown as { backend: BackendWasm };
      const made: TensorInfo[] = [];
      const run: Run = (name, kernelInputs, kernelAttrs = {}) => {
        const kernel = wasmKernel(name);
        if (!kernel)
          throw new Error(`The wasm backend has no kernel ${name}, which ${kernelName} is composed of.`);
        // An array of inputs is how tfjs calls Concat and AddN, though the type only knows maps.
        const result = kernel.kernelFunc({
          inputs: kernelInputs as Record<string, TensorInfo>,
          attrs: kernelAttrs,
          backend,
        });
        const info = Array.isArray(result) ? result[0]! : result;
        made.push(info);
        return info;
      };
      let kept: TensorInfo | undefined;
      try {
        kept = compute(
          { backend, run },
          { inputs: inputs as Record<Inputs, TensorInfo>, attrs: attrs ?? {} },
        );
        return kept;
      } finally {
        // Of data that two results share (a reshape), only one reference is the caller's.
        const spared = made.findIndex((info) => info.dataId === kept?.dataId);
        made.forEach((info, i) => i !== spared && backend.disposeData(info.dataId));
      }
    },
  };
}

/** The same data under another shape: a view that owns nothing. */
export function viewAs({ dataId, dtype }: TensorInfo, shape: number[]): TensorInfo {
  return { dataId, dtype, shape };
}

/** True when one of the tensors has no elements. */
export function anyEmpty(...infos: TensorInfo[]): boolean {
  return infos.some(({ shape }) => util.sizeFromShape(shape) === 0);
}

/** A tensor of zeros. */
export function zeros(run: Run, shape: number[]): TensorInfo {
  return run('Fill', {}, { shape, value: 0, dtype: 'float32' });
}
