/** Stochastic weight averaging. */
import type { WeightAveraging } from './weight-averaging';

/** Options of `swa`. */
export interface SwaOptions {
  /** The first epoch, from 1, whose weights are averaged; three quarters through training is usual. */
  fromEpoch: number;
  /** Average after every so many epochs from then on, as where a cyclic learning rate is lowest. @default 1 */
  everyEpochs?: number;
}

/**
 * Averages the weights at the ends of epochs, each alike: of wide valleys of the loss it finds the middle. Best with a
 * learning rate that stays up, constant or in cycles. Batch normalization's statistics don't average: `trainModel` takes
 * them anew, by a pass over the training images, when the average is validated or kept (see `renewBatchNorm`). Until
 * `fromEpoch` the weights are those of training.
 *
 * Source: Izmailov et al. 2018, arXiv 1803.05407.
 *
 * @throws RangeError for what is no positive integer
 * @example
 * await trainModel(model, { train, valid, epochs: 20, averaging: swa({ fromEpoch: 15 }) });
 */
export function swa({ fromEpoch, everyEpochs = 1 }: SwaOptions): WeightAveraging {
  for (const [name, value] of Object.entries({ fromEpoch, everyEpochs }))
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`${name} must be a positive integer. Received ${value}`);
  return {
    description: `swa(from epoch ${fromEpoch}${everyEpochs === 1 ? '' : `, every ${everyEpochs} epochs`})`,
    needsBatchNorm: true,
    shareOfEpoch: (count, epoch) =>
      epoch >= fromEpoch && (epoch - fromEpoch) % everyEpochs === 0 ? 1 / (count + 1) : 0,
  };
}
