/** Which layers training leaves as they are. */
import type { LayersModel } from '@tensorflow/tfjs-layers';

export interface FreezeOptions {
  /**
   * How many of the backbone's last layers with weights, counted back from the head, are trained all the same.
   * @default 0
   */
  exceptLast?: number;
}

/** Freezes all but the head. */
export function freezeBackbone(model: LayersModel, options: FreezeOptions = {}): void {
  [model, options];
  throw new Error('not written yet');
}
