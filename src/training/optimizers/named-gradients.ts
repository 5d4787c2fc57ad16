/** Gradients as tfjs hands them to an optimizer, in a list or by name. */
import type * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from './optimizer-state';

/** A weight's name and gradient; none, as tfjs has it, for what is not trained. */
export interface NamedGradient {
  name: string;
  tensor: tf.Tensor | null | undefined;
}

/** Either form as a list, in the optimizer's order. */
export function listGradients(gradients: tf.NamedTensorMap | NamedTensors): readonly NamedGradient[] {
  return Array.isArray(gradients)
    ? gradients
    : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
}
