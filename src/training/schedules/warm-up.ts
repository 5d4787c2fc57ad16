/** A ramp before another schedule. */
import { checkCount, checkFactor, checkPositive, describe } from './checks';
import type { Schedule } from './schedule';

/** Options of `warmUp`. */
export interface WarmUpOptions {
  /** Length of the ramp in steps … */
  steps?: number;
  /** … or in epochs, also parts of one. */
  epochs?: number;
  /** Share of the schedule's first factor at the first step, in [0, 1]. @default 0.01 */
  startFactor?: number;
}

/**
 * Raises the rate in a straight line to where the schedule begins; the schedule then has the steps that are left as its
 * whole training.
 *
 * @throws TypeError unless either `steps` or `epochs` is given; RangeError for options out of range
 * @example
 * warmUp(cosine(), { steps: 500 });
 */
export function warmUp(schedule: Schedule, { steps, epochs, startFactor = 0.01 }: WarmUpOptions): Schedule {
  if ((steps === undefined) === (epochs === undefined))
    throw new TypeError('warmUp must be given either steps or epochs');
  if (steps !== undefined) checkCount('steps', steps);
  if (epochs !== undefined) checkPositive('epochs', epochs);
  checkFactor('startFactor', startFactor);
  return {
    description: `${describe('warmUp', { steps, epochs, startFactor })} then ${schedule.description}`,
    factorAt: (moment) => {
      const length = steps ?? Math.round(epochs! * moment.stepsPerEpoch);
      const rest = {
        ...moment,
        step: Math.max(0, moment.step - length),
        totalSteps: Math.max(1, moment.totalSteps - length),
      };
      const ramp = moment.step < length ? startFactor + ((1 - startFactor) * moment.step) / length : 1;
      return ramp * schedule.factorAt(rest);
    },
  };
}
