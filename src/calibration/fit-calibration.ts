/** Finds for each class how its scores become probabilities. */
import { checkScore } from '../scores/check-score';
import { checkOneOf, checkPositiveInteger, countSamples, type Labels, type Scores } from '../scores/checks';
import { checkFrom, type PredictionKind } from '../scores/prediction-kind';
import { splitByLabel, type LabelledScores } from '../scores/split-by-label';
import type { Calibration, CalibrationMethod, ClassCalibration } from './calibration';
import { fitIsotonic } from './fit-isotonic';
import { fitPlatt } from './fit-platt';
import { fitTemperature, isTemperatureBound } from './fit-temperature';
import { toLogit } from './logits';

/** An isotonic step of fewer positives follows their chance rather than the model. */
const MIN_POSITIVES = { temperature: 1, platt: 1, isotonic: 10 };

/** Options of `fitCalibration`. */
export interface FitCalibrationOptions {
  /** How many classes a row has. */
  numClasses: number;
  /** How scores are mapped to probabilities. */
  method: CalibrationMethod;
  /** Whether the scores are probabilities, after a sigmoid, or logits, before it. */
  from: PredictionKind;
  /**
   * Whether all classes get the same parameters, fitted on all their scores together.
   * @default false
   */
  shared?: boolean;
  /**
   * How many positives, and how many negatives, a class needs for the method.
   * @default 10 for 'isotonic', 1 for 'temperature' and 'platt'
   */
  minPositives?: number;
}

/**
 * Fits, for each class on its own, a map from score to probability. Fit it on samples that the model was not trained
 * on, and judge it on others again.
 *
 * With z the logit, log(p / (1 − p)) of a probability p that is first clipped to 1e-7 from 0 and 1:
 *
 * - `'temperature'`: sigmoid(z / T), with T in 0.01–100 of least log loss. One number: right where the model is too
 *   certain, or not certain enough, around logit 0; it cannot mend a class predicted too often.
 * - `'platt'`: sigmoid(a·z + b), a ≥ 0, of least cross-entropy to Platt's targets (n₊ + 1) / (n₊ + 2) and
 *   1 / (n₋ + 2). Also mends the offset that focal loss, class weights and balanced sampling bring.
 * - `'isotonic'`: the never falling function of least squared error, between knots a straight line, beyond the last
 *   ones level. Fits any shape, with many positives; may give 0 and 1, and ties among scores.
 *
 * A class with fewer than `minPositives` positives or negatives gets `'platt'` instead of `'isotonic'`, and stays as it
 * is with the other methods or without any positive or any negative: `{ method: 'identity' }`. Each such class has an
 * entry in `warnings`, as has one whose temperature is at a bound, since a cut at logit 0 tells all its samples
 * apart, and one whose `a` is 0, since its scores are no higher for positives.
 *
 * @param labels - 0 or 1, row-major `[samples, numClasses]`
 * @param scores - as many, probabilities or logits
 * @returns plain data, for `applyCalibration` and `calibrationToJson`
 * @throws RangeError for a wrong number of labels or scores or a `minPositives` that is no positive integer,
 * TypeError for another method or kind of score, HpaError `label-invalid` for a label other than 0 and 1,
 * `score-invalid` for NaN, a probability outside 0–1 and a logit that is infinite or above 1e100 in size.
 * @see Guo et al., On calibration of modern neural networks, 2017 (temperature)
 * @see Platt, Probabilistic outputs for support vector machines, 1999
 * @see `CalibratedClassifierCV` and `IsotonicRegression` of scikit-learn give the same `'platt'` (on logits, where a is
 * not negative) and `'isotonic'`.
 * @example
 * const calibration = fitCalibration([0, 1, 0, 1, 1, 0], [-4, 2, 1, 3, -1, -2],
 *   { numClasses: 1, method: 'temperature', from: 'logits' });
 * calibration.parameters; // [{ method: 'temperature', temperature: 1.4218 }]
 */
export function fitCalibration(labels: Labels, scores: Scores, options: FitCalibrationOptions): Calibration {
  const { numClasses, method, from, shared = false } = options;
  countSamples(labels, scores, numClasses);
  checkFrom(from);
  checkOneOf('method', method, Object.keys(MIN_POSITIVES));
  const { minPositives = MIN_POSITIVES[method] } = options;
  checkPositiveInteger('minPositives', minPositives);

  const warnings: string[] = [];
  const split = splitByLabel(labels, scores, numClasses, shared, (score, index) => {
    checkScore(score, index, numClasses, from);
  });
  const fitted = split.map((group, k) => {
    const name = shared ? 'all classes together' : `class ${k}`;
    const chosen = chooseMethod(group, method, minPositives);
    if (chosen !== method) warnings.push(`${name}: ${describeShortage(group, minPositives)}, so ${chosen}`);
    const parameters = fitOne(group, chosen, from);
    const doubt = findDoubt(parameters);
    if (doubt) warnings.push(`${name}: ${doubt}`);
    return parameters;
  });
  const parameters = Array.from({ length: numClasses }, (_, k) => fitted[shared ? 0 : k]!);
  return { method, from, parameters, warnings };
}

function chooseMethod(
  { positives, negatives }: LabelledScores,
  method: CalibrationMethod,
  minPositives: number,
): ClassCalibration['method'] {
  const fewer = Math.min(positives.length, negatives.length);
  if (fewer >= minPositives) return method;
  return method === 'isotonic' && fewer > 0 ? 'platt' : 'identity';
}

function fitOne(
  group: LabelledScores,
  method: ClassCalibration['method'],
  from: PredictionKind,
): ClassCalibration {
  if (method === 'identity') return { method };
  if (method === 'isotonic') return fitIsotonic(group);
  const toLogits = (scores: LabelledScores['positives']) =>
    Float64Array.from(scores, (score) => toLogit(score, from));
  const fit = method === 'platt' ? fitPlatt : fitTemperature;
  return fit(toLogits(group.positives), toLogits(group.negatives));
}

function describeShortage({ positives, negatives }: LabelledScores, minPositives: number): string {
  const count = Math.min(positives.length, negatives.length);
  const what = positives.length === count ? 'positive' : 'negative';
  return `${count} ${what}${count === 1 ? '' : 's'}, fewer than ${minPositives}`;
}

/** What is odd about a fit, in words, and undefined where nothing is. */
function findDoubt(fit: ClassCalibration): string | undefined {
  if (fit.method === 'temperature' && isTemperatureBound(fit.temperature))
    return `no temperature is best, so the bound ${fit.temperature}`;
  if (fit.method === 'platt' && fit.slope === 0)
    return 'scores are no higher for positives, so one probability for all';
  return undefined;
}
