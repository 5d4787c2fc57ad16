/** A learning rate that falls along half a cosine, once or again and again. */
import { checkFactor, checkPositive, describe } from './checks';
import type { Schedule } from './schedule';

/** Options of `cosine`. */
export interface CosineOptions {
  /** What the factor falls to, in [0, 1]. @default 0 */
  minFactor?: number;
}

/**
 * From 1 at the first step to `minFactor` after the last: minFactor + (1 − minFactor) · (1 + cos(π · step / totalSteps)) / 2.
 * As Keras's CosineDecay.
 *
 * @throws RangeError for a `minFactor` outside [0, 1]
 * @see Loshchilov and Hutter 2017, SGDR, https://arxiv.org/abs/1608.03983
 */
export function cosine({ minFactor = 0 }: CosineOptions = {}): Schedule {
  checkFactor('minFactor', minFactor);
  return {
    description: describe('cosine', { minFactor }),
    factorAt: ({ step, totalSteps }) => fall(Math.min(1, step / totalSteps), minFactor),
  };
}

/** Options of `cosineRestarts`. */
export interface CosineRestartsOptions extends CosineOptions {
  /** Length of the first cosine, which is a step at least. */
  firstEpochs: number;
  /** By which each one is longer than the one before. @default 2 */
  multiply?: number;
}

/**
 * Cosines one after another, each back at 1 where the last one ended. As Keras's CosineDecayRestarts.
 *
 * @throws RangeError for a `minFactor` outside [0, 1], `firstEpochs` that isn't positive, `multiply` below 1
 * @see Loshchilov and Hutter 2017, SGDR, https://arxiv.org/abs/1608.03983
 * @example
 * cosineRestarts({ firstEpochs: 1 }); // of 1, 2, 4, … epochs
 */
export function cosineRestarts({
  firstEpochs,
  multiply = 2,
  minFactor = 0,
}: CosineRestartsOptions): Schedule {
  checkFactor('minFactor', minFactor);
  checkPositive('firstEpochs', firstEpochs);
  if (!(multiply >= 1 && multiply < Infinity))
    throw new RangeError(`multiply must be at least 1. Received ${multiply}`);
  return {
    description: describe('cosineRestarts', { firstEpochs, multiply, minFactor }),
    factorAt: ({ step, stepsPerEpoch }) => {
      let length = Math.max(1, firstEpochs * stepsPerEpoch);
      let start = 0;
      while (step >= start + length) {
        start += length;
        length *= multiply;
      }
      return fall((step - start) / length, minFactor);
    },
  };
}

function fall(share: number, minFactor: number): number {
  return minFactor + ((1 - minFactor) * (1 + Math.cos(Math.PI * share))) / 2;
}
