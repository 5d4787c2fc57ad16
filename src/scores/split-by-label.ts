/** Sorts the scores of each class into those of its positives and those of its negatives. */
import { labelError, type Labels, type Scores } from './checks';

/** The scores of one class. */
export interface LabelledScores {
  /** Of the samples labelled 1. */
  positives: Float32Array | Float64Array;
  /** Of the samples labelled 0. */
  negatives: Float32Array | Float64Array;
}

/**
 * Copies the scores class by class, or those of all classes as one class where `shared`. Float32 stay float32.
 *
 * @param check - is called with each score and its index, to throw where the score is bad
 * @throws HpaError `label-invalid` for a label other than 0 and 1.
 */
export function splitByLabel(
  labels: Labels,
  scores: Scores,
  numClasses: number,
  shared: boolean,
  check: (score: number, index: number) => void,
): LabelledScores[] {
  const groups = shared ? 1 : numClasses;
  const positives = new Uint32Array(groups);
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index]!;
    if (label === 1) positives[index % groups]!++;
    else if (label !== 0) throw labelError(label, index, numClasses);
  }
  const size = labels.length / groups;
  const split = Array.from(positives, (count) => ({
    positives: allocateLike(scores, count),
    negatives: allocateLike(scores, size - count),
  }));
  // Where the next positive and the next negative of each class go.
  const next = new Uint32Array(2 * groups);
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index]!;
    check(score, index);
    const group = index % groups;
    const isPositive = labels[index] === 1;
    const side = isPositive ? split[group]!.positives : split[group]!.negatives;
    side[next[2 * group + Number(isPositive)]!++] = score;
  }
  return split;
}

function allocateLike(scores: Scores, length: number): Float32Array | Float64Array {
  return scores instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
}
