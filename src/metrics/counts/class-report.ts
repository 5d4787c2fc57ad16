/** What tables show of each class. */
import { thresholdPerClass, type Thresholds } from '../../scores/checks';
import { supportPerClass, type ZeroDivisionOptions } from './averages';
import type { Confusion } from './confusion';
import { f1PerClass } from './f1';
import { precisionPerClass, recallPerClass } from './precision-recall';

/** Options of `classReport`. */
export interface ClassReportOptions extends ZeroDivisionOptions {
  /** Names of the classes, in the order of the counts. */
  classes: readonly string[];
  /**
   * The thresholds with which the predictions were counted.
   * @default 0.5
   */
  thresholds?: Thresholds;
}

/** A row of the table. */
export interface ClassReportRow {
  /** The class's name. */
  name: string;
  /** Share of the predicted that are labelled. */
  precision: number;
  /** Share of the labelled that are predicted. */
  recall: number;
  /** Harmonic mean of precision and recall. */
  f1: number;
  /** How many samples are labelled with the class. */
  support: number;
  /** From this score on the class is predicted. */
  threshold: number;
}

/**
 * A row for each class, in their order: precision, recall, F1, support and threshold.
 *
 * @throws RangeError where the number of names or thresholds is not that of the classes.
 * @example
 * console.table(classReport(counts, { classes: HPA_CLASSES, thresholds }));
 */
export function classReport(counts: Confusion, options: ClassReportOptions): ClassReportRow[] {
  const { classes, thresholds = 0.5, zeroDivision = 0 } = options;
  if (classes.length !== counts.numClasses) {
    throw new RangeError(
      `classes must name each of the ${counts.numClasses} classes. Received ${classes.length} names`,
    );
  }
  const cuts = thresholdPerClass(thresholds, counts.numClasses);
  const precision = precisionPerClass(counts, { zeroDivision });
  const recall = recallPerClass(counts, { zeroDivision });
  const f1 = f1PerClass(counts, { zeroDivision });
  const support = supportPerClass(counts);
  return classes.map((name, k) => ({
    name,
    precision: precision[k]!,
    recall: recall[k]!,
    f1: f1[k]!,
    support: support[k]!,
    threshold: cuts[k]!,
  }));
}
