/**
 * A step of Adam by TensorFlow's own operation, in one pass over memory that it changes in place. It wants resource
 * variables: three serve all weights, each of which is handed over with its moments and taken back.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { FusedKernels } from '../fused/kernels';
import { encode, FLOAT32, nativeKernel, takeOver, type NativeBackend } from './operations';

/** Of each backend, the ids of variables for a weight and its two moments. */
const variables = new WeakMap<NativeBackend, number[]>();

/** `AdamUpdate` of the fused kernels' contract; uses up the value and the moments, unless they have another owner. */
export const adamUpdate = nativeKernel('AdamUpdate', (_, { inputs, attrs, backend }) => {
  const { value, gradient, firstMoment, secondMoment } = inputs as Record<
    'value' | 'gradient' | 'firstMoment' | 'secondMoment',
    Tensor
  >;
  const { learningRate, beta1, beta2, epsilon, accBeta1, accBeta2 } =
    attrs as FusedKernels['AdamUpdate']['attrs'];
  const { binding } = backend;
  const dtype = encode(backend, { T: undefined, dtype: FLOAT32 });
  const targets =
    variables.get(backend) ?? ['value', 'first', 'second'].map((name) => makeVariable(backend, name));
  variables.set(backend, targets);

  const state = [value, firstMoment, secondMoment];
  const ids = backend.getInputTensorIds([...state, gradient]);
  targets.forEach((target, i) => binding.executeOp('AssignVariableOp', dtype, [target, ids[i]!], 0));
  // Without another owner TensorFlow changes memory where it is, else it copies.
  for (const tensor of new Set(state))
    if (tensor.dataId !== gradient.dataId && backend.refCount(tensor.dataId) === 1)
      binding.deleteTensor(takeOver(backend, tensor));
  // TensorFlow adds ε to the root of the moment as it is kept: m̂ / (√v̂ + ε) = m·c₂/c₁ / (√v + ε·c₂).
  const corrected = epsilon * Math.sqrt(1 - accBeta2);
  const numbers = [accBeta1, accBeta2, learningRate, beta1, beta2, corrected].map((number) =>
    binding.createTensor([], binding.TF_FLOAT, Float32Array.of(number)),
  );
  binding.executeOp('ResourceApplyAdam', encode(backend), [...targets, ...numbers, ids[3]!], 0);
  for (const number of numbers) binding.deleteTensor(number);
  return targets.map((target) => {
    return backend.createOutputTensor(binding.executeOp('ReadVariableOp', dtype, [target], 1)[0]!);
  });
});

function makeVariable(backend: NativeBackend, name: string): number {
  const { binding } = backend;
  const shape = { name: 'shape', type: binding.TF_ATTR_SHAPE, value: [] };
  const attributes = [
    ...encode(backend, { T: undefined, dtype: FLOAT32, shared_name: `hpa-kit Adam ${name}` }),
    shape,
  ];
  return binding.executeOp('VarHandleOp', attributes, [], 1)[0]!.id;
}
