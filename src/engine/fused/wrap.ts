/** Replaces a method of a tfjs class once, also when two copies of this package do it. */
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

/** The one input tensor of a layer's call; undefined where there are several. */
export function oneInput<T>(inputs: T | T[]): T | undefined {
  if (!Array.isArray(inputs)) return inputs;
  return inputs.length === 1 ? inputs[0] : undefined;
}
