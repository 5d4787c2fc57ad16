/** Replaces a method of a tfjs class once, also when two copies of this package do it. */
import type * as tf from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { isOurs, markOurs } from '../replace-kernel';

/**
 * Puts `make(stock)` in the place of `prototype[name]`. The new method is called with the object as `this`, and
 * calls `stock` for what it doesn't cover.
 */
export function wrapMethod<This, Arguments extends unknown[], Result>(
  prototype: object,
  name: string,
  make: (stock: (this: This, ...args: Arguments) => Result) => (this: This, ...args: Arguments) => Result,
): void {
  const stock = (prototype as Record<string, (this: This, ...args: Arguments) => Result>)[name];
  if (stock === undefined || isOurs(stock)) return;
  Object.defineProperty(prototype, name, {
    value: markOurs(make(stock)),
    configurable: true,
    writable: true,
    enumerable: false,
  });
}

/**
 * Puts `compute` in the place of the call of a layer's class where it takes the case: one input tensor, and a result
 * that is not undefined. The rest is left to tfjs.
 *
 * @param example - a layer of the class
 * @param compute - gets the layer as whatever it says that it is
 */
export function wrapCall(
  example: layers.Layer,
  compute: (layer: never, x: tf.Tensor, kwargs: Record<string, unknown>) => tf.Tensor | undefined,
): void {
  type Inputs = tf.Tensor | tf.Tensor[];
  wrapMethod<unknown, [Inputs, Record<string, unknown>], Inputs>(
    Object.getPrototypeOf(example) as object,
    'call',
    (stock) =>
      function call(inputs, kwargs) {
        const x = oneInput(inputs);
        return (x && compute(this as never, x, kwargs)) ?? stock.call(this, inputs, kwargs);
      },
  );
}

/** The one input tensor of a layer's call; undefined where there are several. */
export function oneInput<T>(inputs: T | T[]): T | undefined {
  if (!Array.isArray(inputs)) return inputs;
  return inputs.length === 1 ? inputs[0] : undefined;
}
