/** A schedule as numbers, to look at before training. */
import type { Schedule } from './schedule';

/**
 * The factor at each step of a training; those that depend on its history see an empty one.
 *
 * @returns `[stepsPerEpoch · epochs]`
 */
export function scheduleFactors(
  schedule: Schedule,
  { stepsPerEpoch, epochs }: { stepsPerEpoch: number; epochs: number },
): Float64Array {
  const totalSteps = stepsPerEpoch * epochs;
  return Float64Array.from({ length: totalSteps }, (_, step) =>
    schedule.factorAt({ step, stepsPerEpoch, totalSteps, history: [] }),
  );
}
