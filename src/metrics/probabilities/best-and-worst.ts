/** Which samples a model gets most and least right. */
import { checkScore } from '../../scores/check-score';
import { checkPositiveInteger, checkSamples, type Labels, type Scores } from '../../scores/checks';
import { EPSILON } from '../../scores/prediction-kind';

/** Options of `bestAndWorst`. */
export interface BestAndWorstOptions {
  /** How many classes a row has. */
  numClasses: number;
  /**
   * How many samples of each kind.
   * @default 6
   */
  count?: number;
}

/** A sample and how wrong it was predicted. */
export interface RankedSample {
  /** Its row, from 0. */
  row: number;
  /** Its mean log loss over the classes. */
  loss: number;
}

/**
 * The samples with the lowest and with the highest log loss, −y log p − (1 − y) log(1 − p), averaged over their classes;
 * p is kept 1e-7 away from 0 and 1, as Keras does. Of equals the earlier comes first. No sample is in both: of fewer than
 * 2 · `count`, the better half, rounded down, is best.
 *
 * @param labels - 0 or 1, row-major `[samples, numClasses]`
 * @param probabilities - as many, in 0–1
 * @returns `best` by rising loss, `worst` by falling loss
 * @throws RangeError for a wrong number of labels or probabilities or a count that is no positive integer, HpaError
 * `label-invalid` for a label other than 0 and 1, `score-invalid` for NaN or a probability outside 0–1.
 * @example
 * bestAndWorst([1, 0, 1, 0], [0.5, 0.5, 0.9, 0.1], { numClasses: 2, count: 1 });
 * // { best: [{ row: 1, loss: 0.105 }], worst: [{ row: 0, loss: 0.693 }] }
 */
export function bestAndWorst(
  labels: Labels,
  probabilities: Scores,
  options: BestAndWorstOptions,
): { best: RankedSample[]; worst: RankedSample[] } {
  const { numClasses, count = 6 } = options;
  const samples = checkSamples(labels, probabilities, numClasses);
  checkPositiveInteger('count', count);
  const losses = new Float64Array(samples);
  for (let index = 0; index < labels.length; index++) {
    const probability = probabilities[index]!;
    checkScore(probability, index, numClasses, 'probabilities');
    const right = labels[index] === 1 ? probability : 1 - probability;
    losses[Math.floor(index / numClasses)]! -=
      Math.log(Math.min(Math.max(right, EPSILON), 1 - EPSILON)) / numClasses;
  }
  const ranked = Array.from(losses, (loss, row) => ({ row, loss }));
  const half = Math.floor(samples / 2);
  return {
    best: [...ranked].sort((a, b) => a.loss - b.loss).slice(0, Math.min(count, half)),
    worst: [...ranked].sort((a, b) => b.loss - a.loss).slice(0, Math.min(count, samples - half)),
  };
}
