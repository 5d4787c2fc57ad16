/** What an average of a model's weights over training is made of. */

/**
 * How the weights that training passes through enter an average. Those of a moment enter as
 * average ← average + share · (weights − average). `ema` and `swa` make them; they hold no state.
 */
export interface WeightAveraging {
  /** What it is and with which options, in one line: a checkpoint of another average is not resumed. */
  readonly description: string;
  /** Whether batch normalization needs statistics of the average's own, by a pass over the training images. */
  readonly needsBatchNorm: boolean;
  /**
   * The share of the weights after a step.
   *
   * @param count - how often weights have entered; the first average is the weights before training, or with a share of
   *   1 those that enter
   * @returns in [0, 1]; 0 and they don't enter
   */
  shareOfStep?(count: number): number;
  /**
   * The share of the weights after an epoch's last step.
   *
   * @param epoch - from 1
   */
  shareOfEpoch?(count: number, epoch: number): number;
}
