/** What each class's threshold trades: F1, precision and recall over a range of thresholds. */
import { countConfusion } from '../metrics/counts/confusion';
import { f1PerClass } from '../metrics/counts/f1';
import { precisionPerClass, recallPerClass } from '../metrics/counts/precision-recall';
import {
  checkPositiveInteger,
  checkSamples,
  thresholdPerClass,
  type Labels,
  type Scores,
  type Thresholds,
} from '../scores/checks';

/** Options of `thresholdCurves`. */
export interface ThresholdCurvesOptions {
  /** How many classes a row has. */
  numClasses: number;
  /**
   * The thresholds that were chosen: one for all classes, or one for each.
   * @default 0.5
   */
  thresholds?: Thresholds;
  /**
   * The classes' names, in their order.
   * @default 'class 0', 'class 1', …
   */
  classes?: readonly string[];
  /**
   * At how many thresholds a class is scored, the chosen one not counted; at least 2.
   * @default 59
   */
  points?: number;
}

/** Scores of one class at one threshold. */
export interface ThresholdPoint {
  /** From this score on the class is predicted. */
  threshold: number;
  /** F1 there. */
  f1: number;
  /** Precision there. */
  precision: number;
  /** Recall there. */
  recall: number;
}

/** One class over a range of thresholds. */
export interface ThresholdCurve {
  /** The class's name. */
  name: string;
  /** How many samples have the class. */
  support: number;
  /** The chosen threshold's point. Its threshold may be infinite. */
  chosen: ThresholdPoint;
  /** By rising threshold, the chosen one among them where it is finite. */
  points: ThresholdPoint[];
}

/**
 * F1, precision and recall of each class at evenly spaced thresholds from the lowest to the highest of its finite scores
 * and its chosen threshold, each counted over all samples. What cannot be divided is 0: precision where nothing is
 * predicted, recall and F1 of a class without a label.
 *
 * @param labels - 0 or 1, row-major `[samples, numClasses]`
 * @param scores - as many, at least one row; a score is a positive prediction when it is >= its threshold
 * @throws RangeError for a wrong number of labels, scores, thresholds or classes, no sample, or `points` that is no
 * integer above 1; HpaError `label-invalid` for a label other than 0 and 1, `score-invalid` for NaN.
 * @example
 * const [curve] = thresholdCurves([1, 0, 1], [0.9, 0.6, 0.1], { numClasses: 1, points: 3 });
 * curve.points.map(({ threshold }) => threshold); // [0.1, 0.5, 0.9]
 * curve.points.map(({ recall }) => recall); // [1, 0.5, 0.5]
 */
export function thresholdCurves(
  labels: Labels,
  scores: Scores,
  options: ThresholdCurvesOptions,
): ThresholdCurve[] {
  const { numClasses, thresholds = 0.5, classes, points = 59 } = options;
  const samples = checkSamples(labels, scores, numClasses);
  if (samples === 0) throw new RangeError('labels and scores must hold at least one sample. Received none');
  checkPositiveInteger('points', points);
  if (points < 2) throw new RangeError(`points must be at least 2. Received ${points}`);
  if (classes && classes.length !== numClasses)
    throw new RangeError(`classes must be ${numClasses} names. Received ${classes.length}`);
  const cuts = thresholdPerClass(thresholds, numClasses);
  const ranges = findRanges(scores, cuts);

  /** The point of each class at a threshold of its own. */
  const score = (each: Float64Array): ThresholdPoint[] => {
    const counts = countConfusion(labels, scores, { numClasses, thresholds: each });
    const [f1, precision, recall] = [f1PerClass(counts), precisionPerClass(counts), recallPerClass(counts)];
    return Array.from(each, (threshold, k) => ({
      threshold,
      f1: f1[k]!,
      precision: precision[k]!,
      recall: recall[k]!,
    }));
  };
  const levels = Array.from({ length: points }, (_, i) =>
    score(Float64Array.from(ranges, (range) => mix(range, i / (points - 1)))),
  );
  const support = countSupport(labels, numClasses);
  return score(cuts).map((chosen, k) => {
    const byThreshold = new Map<number, ThresholdPoint>();
    for (const point of [...levels.map((level) => level[k]!), chosen])
      if (Number.isFinite(point.threshold)) byThreshold.set(point.threshold, point);
    return {
      name: classes?.[k] ?? `class ${k}`,
      support: support[k]!,
      chosen,
      points: [...byThreshold.values()].sort((a, b) => a.threshold - b.threshold),
    };
  });
}

/** The lowest and the highest of each class's finite scores and its threshold; 0 to 0 without any. */
function findRanges(scores: Scores, cuts: Float64Array): [min: number, max: number][] {
  const numClasses = cuts.length;
  const ranges = Array.from(cuts, (cut): [number, number] =>
    Number.isFinite(cut) ? [cut, cut] : [Infinity, -Infinity],
  );
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index]!;
    if (!Number.isFinite(score)) continue;
    const range = ranges[index % numClasses]!;
    range[0] = Math.min(range[0], score);
    range[1] = Math.max(range[1], score);
  }
  return ranges.map(([min, max]) => (min <= max ? [min, max] : [0, 0]));
}

/** A difference of the two could overflow; kept within, since the sum of the parts of equal ones may be beside them. */
function mix([min, max]: readonly [number, number], share: number): number {
  return Math.min(max, Math.max(min, min * (1 - share) + max * share));
}

function countSupport(labels: Labels, numClasses: number): Float64Array {
  const support = new Float64Array(numClasses);
  for (let index = 0; index < labels.length; index++) support[index % numClasses]! += labels[index]!;
  return support;
}
