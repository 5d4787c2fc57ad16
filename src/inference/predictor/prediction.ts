/** What a predictor says of a sample. */
import { HPA_CLASSES, namesToMultiHot } from '../../labels';

/** What a predictor says of a sample. */
export interface Prediction {
  /** Names the sample. */
  id: string;
  /** Names of the classes that it has, the most probable first. */
  labels: string[];
  /** The calibrated probability of every class, by name, in the order of the classes. */
  probabilities: Record<string, number>;
}

/** A prediction from a row of probabilities and a row of 0 and 1. */
export function toPrediction(
  id: string,
  classes: readonly string[],
  probabilities: Float32Array,
  hot: Uint8Array,
): Prediction {
  const indices = Array.from(classes.keys()).filter((k) => hot[k] === 1);
  indices.sort((a, b) => probabilities[b]! - probabilities[a]!);
  return {
    id,
    labels: indices.map((k) => classes[k]!),
    // Not by assignment: a class may be called __proto__.
    probabilities: Object.fromEntries(classes.map((name, k) => [name, probabilities[k]!])),
  };
}

/**
 * Predictions in the form that `formatSubmission` and `writeSubmission` take.
 *
 * @throws HpaError `label-invalid` for a label that is none of the classes
 * @example
 * await writeSubmission('submission.csv', { ...submissionParts(predictions), expectedIds });
 */
export function submissionParts(
  predictions: readonly Prediction[],
  classes: readonly string[] = HPA_CLASSES,
): { ids: string[]; predictions: Uint8Array; numClasses: number } {
  const numClasses = classes.length;
  const hot = new Uint8Array(predictions.length * numClasses);
  predictions.forEach(({ labels }, row) => {
    hot.set(namesToMultiHot(labels, classes), row * numClasses);
  });
  return { ids: predictions.map(({ id }) => id), predictions: hot, numClasses };
}
