/** The exponential moving average of weights. */
import type { WeightAveraging } from './weight-averaging';

/** Options of `ema`. */
export interface EmaOptions {
  /** How much of the average stays at each step, in [0, 1). @default 0.999 */
  decay?: number;
  /** Begin with smaller decays, so that the first weights are soon forgotten. @default true */
  warmUp?: boolean;
}

/**
 * Averages the weights, and batch normalization's statistics with them, over the last 1 / (1 − decay) steps or so:
 *
 *     average ← decay · average + (1 − decay) · weights
 *
 * While it warms up, the decay is min(decay, (1 + t) / (10 + t)) at step t = 0, 1, …, as in
 * `tf.train.ExponentialMovingAverage` of Python with `num_updates`. The average begins as the weights before training.
 *
 * @throws RangeError for a decay outside [0, 1)
 * @example
 * await trainModel(model, { train, valid, averaging: ema({ decay: 0.999 }) });
 */
export function ema({ decay = 0.999, warmUp = true }: EmaOptions = {}): WeightAveraging {
  if (!(decay >= 0 && decay < 1)) throw new RangeError(`decay must lie in [0, 1). Received ${decay}`);
  return {
    description: `ema(decay ${decay}${warmUp ? '' : ', no warm-up'})`,
    needsBatchNorm: false,
    shareOfStep: (count) => 1 - (warmUp ? Math.min(decay, (1 + count) / (10 + count)) : decay),
  };
}
