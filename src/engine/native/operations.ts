/** Calling TensorFlow's own operations through the backend of tfjs-node. */
import * as tf from '@tensorflow/tfjs-core';

/** What is used of tfjs-node's backend, whose types are not at hand where it isn't installed. */
export interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: Binding;
  executeMultipleOutputs(
    name: string,
    attributes: object[],
    inputs: tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
  getInputTensorIds(inputs: tf.TensorInfo[]): number[];
  createOutputTensor(output: Output): tf.Tensor;
  incRef(dataId: tf.DataId): void;
  refCount(dataId: tf.DataId): number;
  disposeData(dataId: tf.DataId, force?: boolean): boolean;
  /** Where each tensor's data are: the binding's id, negative where it has none. */
  readonly tensorMap: { get(dataId: tf.DataId): { id: number }; set(dataId: tf.DataId, data: object): void };
}

/** TensorFlow's names of types, as numbers, and its operations on tensors that tfjs doesn't know. */
interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_SHAPE: number;
  executeOp(name: string, attributes: object[], inputIds: number[], outputs: number): Output[];
  createTensor(shape: readonly number[], dtype: number, values: Float32Array): number;
  deleteTensor(id: number): void;
}

/** A tensor of TensorFlow. */
export interface Output {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** The value of an attribute that is a type. */
export const FLOAT32 = Symbol('float32');

/** What an operation of oneDNN is called with to be found by name. */
export const ONEDNN = { _kernel: 'MklNameChangeOp' } as const;

/** Attributes by TensorFlow's names: a number is a float, an array a list of integers. */
export type Attributes = Readonly<
  Record<string, string | boolean | number | readonly number[] | typeof FLOAT32 | undefined>
>;

/** Runs an operation with the attribute T = float32; its results are the current scope's. */
export type Operation = (
  name: string,
  inputs: tf.TensorInfo[],
  attributes?: Attributes,
  outputs?: number,
) => tf.Tensor[];

/** The backend's operations. */
export function operationsOf(backend: NativeBackend): Operation {
  return (name, inputs, attributes = {}, outputs = 1) =>
    backend.executeMultipleOutputs(name, encode(backend, attributes), inputs, outputs);
}

/** Takes TensorFlow's tensor out of tfjs's, which has no values from then on; its id. */
export function takeOver({ tensorMap }: NativeBackend, { dataId }: tf.TensorInfo): number {
  const data = tensorMap.get(dataId);
  const { id } = data;
  data.id = -1;
  return id;
}

/** The attributes as the binding takes them, T among them unless it is undefined. */
export function encode({ binding }: NativeBackend, attributes: Attributes = {}): object[] {
  const all: Attributes = { T: FLOAT32, ...attributes };
  return Object.entries(all).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (value === FLOAT32) return { name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
    if (typeof value === 'string') return { name, type: binding.TF_ATTR_STRING, value };
    if (typeof value === 'boolean') return { name, type: binding.TF_ATTR_BOOL, value };
    return { name, type: typeof value === 'number' ? binding.TF_ATTR_FLOAT : binding.TF_ATTR_INT, value };
  });
}

/** The arguments of a kernel as tfjs passes them. */
export interface Arguments {
  readonly inputs: Record<string, tf.Tensor>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly backend: NativeBackend;
}

/** A kernel for tfjs-node's backend; what `compute` makes and doesn't return is disposed of. */
export function nativeKernel(
  kernelName: string,
  compute: (operation: Operation, args: Arguments) => tf.Tensor | tf.Tensor[],
): tf.KernelConfig {
  return {
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: (params) => {
      const args = params as unknown as Arguments;
      return tf.tidy(() => compute(operationsOf(args.backend), args));
    },
  };
}
