/** Running fused kernels, and sharing between gradients what one kernel computes for several of them. */
import { engine, type NamedAttrMap, type NamedTensorMap, type Tensor } from '@tensorflow/tfjs-core';
import type { FusedCall, FusedKernelName } from './kernels';

/** Whether operations are being recorded for a gradient; in a `gradFunc`, for a gradient of the gradient. */
export function isRecording(): boolean {
  return engine().state.gradientDepth > 0;
}

/** Whether gradients of gradients are being recorded, which fused kernels have none of. */
export function isHigherOrder(): boolean {
  return engine().state.gradientDepth > 1;
}

/** Runs a fused kernel that has one output on the current backend. */
export function runFused<Name extends FusedKernelName>(name: Name, call: FusedCall<Name>): Tensor {
  return engine().runKernel(name, namedTensors(call.inputs), namedAttributes(call.attrs));
}

/** Runs a fused kernel that has several outputs. */
export function runFusedList<Name extends FusedKernelName>(name: Name, call: FusedCall<Name>): Tensor[] {
  return engine().runKernel<Tensor[]>(name, namedTensors(call.inputs), namedAttributes(call.attrs));
}

/** Runs a kernel of tfjs that has one output on the current backend. */
export function runKernel(name: string, inputs: object, attrs: object): Tensor {
  return engine().runKernel(name, namedTensors(inputs), namedAttributes(attrs));
}

// tfjs asks for index signatures where its own types of inputs and attributes have none.
const namedTensors = (inputs: object) => inputs as NamedTensorMap;
const namedAttributes = (attrs: object) => attrs as NamedAttrMap;

/**
 * Computes once, when first asked for. tfjs calls each gradient's function in a scope of its own, at whose end
 * it disposes of all but the result; what is shared is made in the scope around them, which ends with
 * back-propagation. Call it where that scope is active: in a `gradFunc`.
 */
export function shared<T>(compute: () => T): () => T {
  const { state } = engine();
  const scope = state.activeScope;
  let result: { value: T } | undefined;
  return () => {
    if (result) return result.value;
    const inner = state.activeScope;
    state.scopeStack.push(scope);
    state.activeScope = scope;
    try {
      result = { value: compute() };
    } finally {
      state.scopeStack.pop();
      state.activeScope = inner;
    }
    return result.value;
  };
}

/**
 * Frees what a gradient no longer needs before back-propagation ends, so that the next kernels find warm
 * memory. Not within a gradient of a gradient, where it is needed again.
 */
export function release(...tensors: Tensor[]): void {
  if (!isRecording()) for (const tensor of tensors) tensor.dispose();
}
