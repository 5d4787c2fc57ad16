/** Replacing kernels of tfjs once, also where two copies of this package do it. */
import { getKernel, registerKernel, unregisterKernel, type KernelConfig } from '@tensorflow/tfjs-core';

// On the object itself, so that a second copy of the package sees it.
const OURS = Symbol.for('hpa-kit.ours');

/** Marks an object as put in by this package. */
export function markOurs<T extends object>(target: T): T {
  return Object.assign(target, { [OURS]: true });
}

/** Whether a copy of this package put it in. */
export function isOurs(target: object | undefined): boolean {
  return target !== undefined && OURS in target;
}

/** A backend's kernel; tfjs's typing leaves out that there may be none. */
export function findKernel(backendName: string, kernelName: string): KernelConfig | undefined {
  return getKernel(kernelName, backendName);
}

/**
 * Registers `make(stock)` in the place of a backend's kernel, unless there is none or it is ours already.
 *
 * @returns whether it did
 */
export function replaceKernel(
  backendName: string,
  kernelName: string,
  make: (stock: KernelConfig) => KernelConfig,
): boolean {
  const stock = findKernel(backendName, kernelName);
  if (!stock || isOurs(stock)) return false;
  unregisterKernel(kernelName, backendName);
  registerKernel(markOurs(make(stock)));
  return true;
}
