/** A learning rate that falls by a factor now and then. */
import { checkCount, checkFactor, describe } from './checks';
import type { Schedule } from './schedule';

/** Options of `stepDecay`. */
export interface StepDecayOptions {
  /** Multiplies the rate each time. @default 0.1 */
  factor?: number;
  /** After every so many epochs … */
  everyEpochs?: number;
  /** … or after these numbers of epochs. */
  afterEpochs?: readonly number[];
}

/**
 * @throws TypeError unless either `everyEpochs` or `afterEpochs` is given; RangeError for options out of range
 * @example
 * stepDecay({ everyEpochs: 10 }); // 1 for epochs 1 to 10, 0.1 for 11 to 20, …
 * stepDecay({ afterEpochs: [10, 15], factor: 0.5 });
 */
export function stepDecay({ factor = 0.1, everyEpochs, afterEpochs }: StepDecayOptions): Schedule {
  checkFactor('factor', factor);
  if ((everyEpochs === undefined) === (afterEpochs === undefined))
    throw new TypeError('stepDecay must be given either everyEpochs or afterEpochs');
  if (everyEpochs !== undefined) checkCount('everyEpochs', everyEpochs);
  for (const epochs of afterEpochs ?? []) checkCount('afterEpochs', epochs);
  return {
    description: describe('stepDecay', { factor, everyEpochs, afterEpochs }),
    factorAt: ({ step, stepsPerEpoch }) => {
      const epochs = Math.floor(step / stepsPerEpoch);
      const falls =
        everyEpochs === undefined
          ? afterEpochs!.filter((after) => epochs >= after).length
          : Math.floor(epochs / everyEpochs);
      return factor ** falls;
    },
  };
}
