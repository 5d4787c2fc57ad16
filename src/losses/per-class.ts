/** Options that are one number, or one for each class. */
import * as tf from '@tensorflow/tfjs-core';

/** A copy, once each value was found to lie in `least` to `most`; a RangeError otherwise. */
export function checkPerClass<T extends number | readonly number[] | undefined>(
  name: string,
  values: T,
  [least, most]: readonly [number, number],
): T {
  for (const value of values === undefined ? [] : [values].flat()) {
    if (!(value >= least && value <= most && value < Infinity)) {
      const range = most === Infinity ? `be finite and at least ${least}` : `lie in ${least} to ${most}`;
      throw new RangeError(`${name} must ${range}. Received ${String(value)}`);
    }
  }
  return (Array.isArray(values) ? [...(values as readonly number[])] : values) as T;
}

/** A scalar, or `[classes]`; a RangeError where there are not as many values as classes. */
export function perClassTensor(name: string, values: number | readonly number[], classes: number): tf.Tensor {
  if (typeof values === 'number') return tf.scalar(values);
  if (values.length !== classes) {
    throw new RangeError(
      `${name} must have one value for each class. Received ${values.length} values for ${classes} classes`,
    );
  }
  return tf.tensor1d([...values]);
}
