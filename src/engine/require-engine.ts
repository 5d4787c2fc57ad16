/** A clear word for those who forgot to choose an engine: tfjs's own says "No backend found in registry". */
import * as tf from '@tensorflow/tfjs-core';
import { HpaError } from '../errors';

/** @throws HpaError `engine-unavailable` when no tfjs backend is registered */
export function requireEngine(): void {
  if (Object.keys(tf.engine().registryFactory).length > 0) return;
  throw new HpaError(
    'engine-unavailable',
    "No engine is chosen. Call `await useEngine()` first, from 'hpa-kit/node' or 'hpa-kit/browser', or import a tfjs backend",
  );
}
