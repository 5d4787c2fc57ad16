/** What a learning-rate schedule is: a pure function of how far training has come. */
import type { EpochLog } from '../history';

/** How far training has come. */
export interface ScheduleMoment {
  /** Steps taken so far, over all epochs: 0 before the first. */
  readonly step: number;
  /** Steps of an epoch. */
  readonly stepsPerEpoch: number;
  /** Steps of the whole training: `stepsPerEpoch` times its epochs. */
  readonly totalSteps: number;
  /** The epochs that are complete. */
  readonly history: readonly EpochLog[];
}

/**
 * By what the learning rate is multiplied at each step: that of the optimizer, or of each of its groups. Schedules hold no state, so training
 * that resumes goes on at the same rates.
 */
export interface Schedule {
  /** What it is and with which options, in one line: a checkpoint of another schedule is not resumed. */
  readonly description: string;
  /** A factor of at least 0 for the step that comes next. */
  factorAt(moment: ScheduleMoment): number;
}
