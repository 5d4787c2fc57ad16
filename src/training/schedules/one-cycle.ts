/** One cycle of the learning rate: up, and down to almost nothing. */
import { checkFactor, describe } from './checks';
import type { Schedule } from './schedule';

/** Options of `oneCycle`. */
export interface OneCycleOptions {
  /** Share of all steps until the peak, in [0, 1]. @default 0.3 */
  warmUpShare?: number;
  /** The factor at the first step, in [0, 1]. @default 0.04 */
  startFactor?: number;
  /** The factor at the last step, in [0, 1]. @default 4e-6 */
  endFactor?: number;
}

/**
 * From `startFactor` to 1, which is the optimizer's learning rate, and down to `endFactor`, both along half a cosine. As
 * PyTorch's OneCycleLR of two phases with its default factors; momentum stays.
 *
 * @throws RangeError for options outside [0, 1]
 * @see Smith and Topin 2018, Super-Convergence, https://arxiv.org/abs/1708.07120
 */
export function oneCycle({
  warmUpShare = 0.3,
  startFactor = 0.04,
  endFactor = 4e-6,
}: OneCycleOptions = {}): Schedule {
  for (const [name, value] of Object.entries({ warmUpShare, startFactor, endFactor }))
    checkFactor(name, value);
  return {
    description: describe('oneCycle', { warmUpShare, startFactor, endFactor }),
    factorAt: ({ step, totalSteps }) => {
      const last = totalSteps - 1;
      const peak = Math.max(0, warmUpShare * totalSteps - 1);
      if (step < peak) return between(startFactor, 1, step / peak);
      return between(1, endFactor, last > peak ? Math.min(1, (step - peak) / (last - peak)) : 1);
    },
  };
}

function between(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}
