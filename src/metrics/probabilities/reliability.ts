/** How far probabilities can be trusted: how often what they announce comes true. */
import { checkScore } from '../../scores/check-score';
import {
  checkOneOf,
  checkPositiveInteger,
  countSamples,
  labelError,
  type Labels,
  type Scores,
} from '../../scores/checks';
import { quantile } from '../../scores/quantile';
import { sortScores } from '../../scores/sort-scores';

/** Bins of one width, or bins of about as many samples each. */
export type BinStrategy = 'uniform' | 'quantile';

/** Options of `reliabilityCurve`. */
export interface ReliabilityOptions {
  /** How many classes a row has. */
  numClasses: number;
  /**
   * How many bins the probabilities of a class are sorted into.
   * @default 10 for `reliabilityCurve`, 15 for the expected calibration error
   */
  bins?: number;
  /**
   * Where bins end: at multiples of 1 / bins, or at the class's own quantiles.
   * @default 'uniform'
   */
  strategy?: BinStrategy;
}

/** Options of `expectedCalibrationError` and its kin. */
export interface CalibrationErrorOptions extends ReliabilityOptions {
  /**
   * The plain mean of the classes' errors, or the error of all their probabilities as those of one class.
   * @default 'macro'
   */
  average?: 'macro' | 'micro';
}

/** Samples of one class with probabilities in `(lower, upper]`. */
export interface ReliabilityBin {
  /** Probabilities in it lie above this. */
  lower: number;
  /** Probabilities in it do not lie above this. */
  upper: number;
  /** How many samples; at least 1. */
  count: number;
  /** What they were given. */
  meanProbability: number;
  /** The share of them labelled with the class. */
  positiveRate: number;
}

/**
 * For each class its bins of probabilities, from low to high, with how often the class was there. In a well
 * calibrated class the positive rate of each bin is near its mean probability.
 *
 * A bin holds what is above its lower and not above its upper bound, the first one also its lower bound. A bin without
 * a sample is left out. Quantiles are interpolated between the two nearest probabilities.
 *
 * @param labels - 0 or 1, row-major `[samples, numClasses]`
 * @param probabilities - as many, in 0–1
 * @throws RangeError for a wrong number of labels or probabilities or `bins` that is no positive integer, TypeError for
 * another strategy, HpaError `label-invalid` for a label other than 0 and 1, `score-invalid` for NaN or a probability
 * outside 0–1.
 * @see `calibration_curve` of scikit-learn, which gives the same rates and means
 * @example
 * reliabilityCurve([0, 1, 1], [0.2, 0.4, 0.9], { numClasses: 1, bins: 2 });
 * // [[{ lower: 0, upper: 0.5, count: 2, meanProbability: 0.3, positiveRate: 0.5 },
 * //   { lower: 0.5, upper: 1, count: 1, meanProbability: 0.9, positiveRate: 1 }]]
 */
export function reliabilityCurve(
  labels: Labels,
  probabilities: Scores,
  options: ReliabilityOptions,
): ReliabilityBin[][] {
  const { numClasses, bins = 10, strategy = 'uniform' } = options;
  countSamples(labels, probabilities, numClasses);
  checkPositiveInteger('bins', bins);
  checkOneOf('strategy', strategy, ['uniform', 'quantile']);
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index]!;
    if (label !== 0 && label !== 1) throw labelError(label, index, numClasses);
    checkScore(probabilities[index]!, index, numClasses, 'probabilities');
  }
  return Array.from({ length: numClasses }, (_, k) => {
    const column = takeColumn(probabilities, numClasses, k);
    const edges = findEdges(column, bins, strategy);
    const [counts, totals, positives] = [0, 1, 2].map(() => new Float64Array(bins));
    column.forEach((probability, row) => {
      const bin = findBin(edges, probability);
      counts![bin]!++;
      totals![bin]! += probability;
      positives![bin]! += labels[row * numClasses + k]!;
    });
    return Array.from(counts!, (count, bin) => ({
      lower: edges[bin]!,
      upper: edges[bin + 1]!,
      count,
      meanProbability: totals![bin]! / count,
      positiveRate: positives![bin]! / count,
    })).filter(({ count }) => count > 0);
  });
}

/**
 * Expected calibration error of each class, Σ (n_b / N) · |positive rate of b − mean probability of b| over its bins b,
 * `[numClasses]`, in 0–1. Takes and throws what `reliabilityCurve` does, with 15 bins. Without a sample it is NaN.
 *
 * A class without a positive has its mean probability as error, small if the class is predicted to be rare: compare it
 * among calibrations of one model rather than among classes.
 *
 * @see Guo et al., On calibration of modern neural networks, 2017; here of binary probabilities, class by class
 * @example
 * expectedCalibrationErrorPerClass([0, 1, 1], [0.2, 0.4, 0.9], { numClasses: 1, bins: 2 });
 * // [2/3 · |0.5 − 0.3| + 1/3 · |1 − 0.9|] = [0.1667]
 */
export function expectedCalibrationErrorPerClass(
  labels: Labels,
  probabilities: Scores,
  options: ReliabilityOptions,
): Float64Array {
  const curves = reliabilityCurve(labels, probabilities, {
    ...options,
    bins: options.bins ?? 15,
  });
  const samples = labels.length / options.numClasses;
  return Float64Array.from(curves, (curve) => {
    const total = curve.reduce(
      (sum, { count, positiveRate, meanProbability }) =>
        sum + count * Math.abs(positiveRate - meanProbability),
      0,
    );
    return total / samples;
  });
}

/**
 * Expected calibration error, averaged over classes: the mean of `expectedCalibrationErrorPerClass`, or with `average`
 * `'micro'` the error of all classes' probabilities together, in which one class's errors can make up for another's.
 *
 * @throws TypeError for another average, and as `reliabilityCurve`.
 * @example
 * const options = { numClasses: 2, bins: 1 };
 * expectedCalibrationError([1, 0, 1, 0], [0.8, 0.4, 0.8, 0.2], options); // (0.2 + 0.3) / 2 = 0.25
 * expectedCalibrationError([1, 0, 1, 0], [0.8, 0.4, 0.8, 0.2], { ...options, average: 'micro' }); // |0.5 − 0.55| = 0.05
 */
export function expectedCalibrationError(
  labels: Labels,
  probabilities: Scores,
  options: CalibrationErrorOptions,
): number {
  const { average = 'macro', ...perClass } = options;
  checkOneOf('average', average, ['macro', 'micro']);
  const errors = expectedCalibrationErrorPerClass(labels, probabilities, perClass);
  if (average === 'macro') return errors.reduce((sum, error) => sum + error, 0) / errors.length;
  return expectedCalibrationErrorPerClass(labels, probabilities, { ...perClass, numClasses: 1 })[0]!;
}

function takeColumn(scores: Scores, numClasses: number, k: number): Float64Array {
  return Float64Array.from({ length: scores.length / numClasses }, (_, row) => scores[row * numClasses + k]!);
}

/** Where bins end, `[bins + 1]`, rounded as NumPy's linspace and percentile do. */
function findEdges(column: Float64Array, bins: number, strategy: BinStrategy): Float64Array {
  const shares = Float64Array.from({ length: bins + 1 }, (_, i) => (i === bins ? 1 : i * (1 / bins)));
  if (strategy === 'uniform' || column.length === 0) return shares;
  const sorted = sortScores(column.slice());
  return shares.map((share) => quantile(sorted, (share * 100) / 100));
}

/** The first bin whose upper bound is not below. */
function findBin(edges: Float64Array, probability: number): number {
  let [low, high] = [0, edges.length - 2];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle + 1]! < probability) low = middle + 1;
    else high = middle;
  }
  return low;
}
