/** What a prediction scores that never looks at an image. */
import { checkNumClasses, countRows, labelError, type Labels } from '../../scores/checks';
import { mean, ratio, selectClasses, type ClassSelection } from './averages';

/** Options of `constantBaselineF1`. */
export interface ConstantBaselineOptions {
  /**
   * Which classes to average over.
   * @default 'all'
   */
  classes?: ClassSelection;
}

/**
 * Macro F1 of the best prediction that never looks at an image: each class always or never. A class with a
 * share p of positives scores 2p / (1 + p) when always predicted, and 0 when never. A model worth its name
 * stays above this.
 *
 * @param labels - 0 or 1, row-major `[samples, numClasses]`
 * @throws RangeError for a wrong number of labels, HpaError `label-invalid` for a label other than 0 and 1.
 * @example
 * constantBaselineF1([1, 0, 1, 0], 2); // (1 + 0) / 2 = 0.5
 * constantBaselineF1([1, 0, 1, 0], 2, { classes: 'present' }); // 1
 */
export function constantBaselineF1(
  labels: Labels,
  numClasses: number,
  options: ConstantBaselineOptions = {},
): number {
  checkNumClasses(numClasses);
  const samples = countRows('labels', labels.length, numClasses);
  const support = new Float64Array(numClasses);
  labels.forEach((label, index) => {
    if (label !== 0 && label !== 1) throw labelError(label, index, numClasses);
    support[index % numClasses]! += label;
  });
  const f1 = support.map((positives) => ratio(2 * positives, samples + positives, 0));
  return mean(
    selectClasses(options.classes ?? 'all', support).map((k) => f1[k]!),
    { ifEmpty: 0 },
  );
}
