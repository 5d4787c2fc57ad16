/** What is recorded of each epoch, and which epoch is better. */

export interface EpochLog {
  /** From 1. */
  epoch: number;
  /** Mean loss over the epoch's images, in training mode. */
  loss: number;
  /** Images trained on. */
  images: number;
  /** Steps of training up to its end, over all epochs. */
  steps: number;
  /** The optimizer's at its last step, after its schedule; of groups the highest. */
  learningRate: number;
  /** Seconds of training, validation not counted. */
  seconds: number;
  /** Of these, the seconds for which training waited for its batches. */
  waitSeconds: number;
  /** Images a second in training, validation not counted. */
  imagesPerSecond: number;
  /** Mean loss over the validation part, in inference mode. */
  validLoss?: number;
  /** Macro F1 over all classes of the validation part, at the threshold 0.5. */
  validMacroF1?: number;
  /** The same with thresholds tuned on the validation part itself: a ceiling, not an estimate. */
  validMacroF1Tuned?: number;
}

/** A figure of the log that can decide which epoch is best. */
export type MonitoredMetric = 'loss' | 'validLoss' | 'validMacroF1' | 'validMacroF1Tuned';

/** Whether an epoch beats the best so far: losses want to be small, F1 large. */
export function isImprovement(monitor: MonitoredMetric, log: EpochLog, best: EpochLog | undefined): boolean {
  if (!best) return true;
  return isBetter(monitor, log[monitor]!, best[monitor]!);
}

/** Whether a figure is better than another by more than `minDelta`. */
export function isBetter(monitor: MonitoredMetric, now: number, before: number, minDelta = 0): boolean {
  return monitor === 'loss' || monitor === 'validLoss' ? now < before - minDelta : now > before + minDelta;
}
