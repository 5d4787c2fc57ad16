/** A learning rate that falls when training no longer gets better. */
import { isBetter, type MonitoredMetric } from '../history';
import { checkCount, checkFactor, describe } from './checks';
import type { Schedule } from './schedule';

/** Options of `reduceOnPlateau`. */
export interface ReduceOnPlateauOptions {
  /** What is to get better. @default 'validLoss' */
  monitor?: MonitoredMetric;
  /** Multiplies the rate each time. @default 0.1 */
  factor?: number;
  /** After so many epochs without a better one. @default 10 */
  patience?: number;
  /** By how much a figure must be better to count. @default 1e-4 */
  minDelta?: number;
  /** Epochs after a fall in which none is counted. @default 0 */
  cooldown?: number;
  /** What the factor never falls below, in [0, 1]. @default 0 */
  minFactor?: number;
}

/**
 * As Keras's ReduceLROnPlateau. It reads the epochs that are complete each time anew, so nothing of it needs to be saved.
 *
 * @throws RangeError for options out of range, and while training for a figure that the history doesn't have
 */
export function reduceOnPlateau(options: ReduceOnPlateauOptions = {}): Schedule {
  const {
    monitor = 'validLoss',
    factor = 0.1,
    patience = 10,
    minDelta = 1e-4,
    cooldown = 0,
    minFactor = 0,
  } = options;
  checkFactor('factor', factor);
  checkFactor('minFactor', minFactor);
  checkCount('patience', patience);
  checkCount('cooldown', cooldown, 0);
  if (!(minDelta >= 0)) throw new RangeError(`minDelta must be at least 0. Received ${minDelta}`);
  return {
    description: describe('reduceOnPlateau', { monitor, factor, patience, minDelta, cooldown, minFactor }),
    factorAt: ({ history }) => {
      let current = 1;
      let best: number | undefined;
      let [waited, cooling] = [0, 0];
      for (const log of history) {
        const figure = log[monitor];
        if (figure === undefined)
          throw new RangeError(`reduceOnPlateau monitors ${monitor}, which needs a validation dataset`);
        if (cooling > 0) [cooling, waited] = [cooling - 1, 0];
        if (best === undefined || isBetter(monitor, figure, best, minDelta)) [best, waited] = [figure, 0];
        else if (cooling === 0 && ++waited >= patience) {
          current = Math.max(minFactor, current * factor);
          [cooling, waited] = [cooldown, 0];
        }
      }
      return current;
    },
  };
}
