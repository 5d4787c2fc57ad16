/** What a report takes of its input, and what it refuses, by the field's name. */
import { checkImage } from '../image/check-image';
import type { ThresholdPoint } from '../thresholds/threshold-curves';
import type { WeightHistogram } from '../training/weight-histograms';
import { isNumber } from './html';
import type { ReportConfusions, ReportEpoch, ReportInput, ReportSample, ReportStep } from './report-input';
import { checkSearch } from './search-results';

/** @throws TypeError or RangeError naming the field that is wrong. */
export function checkReportInput(input: ReportInput): void {
  if (typeof (input as ReportInput | undefined)?.title !== 'string')
    throw new TypeError(
      `title must be a string. Received ${String((input as ReportInput | undefined)?.title)}`,
    );
  checkHistory(input.history ?? []);
  checkSteps(input.steps ?? []);
  input.classes?.forEach(({ f1, precision, recall, support }, index) => {
    checkCount(`classes[${index}].support`, support);
    for (const [name, value] of Object.entries({ f1, precision, recall }))
      checkFraction(`classes[${index}].${name}`, value);
  });
  input.thresholdCurves?.forEach(({ support, chosen, points }, index) => {
    const name = `thresholdCurves[${index}]`;
    checkCount(`${name}.support`, support);
    checkPoint(`${name}.chosen`, chosen);
    points.forEach((point, i) => {
      checkPoint(`${name}.points[${i}]`, point);
      checkRise(`${name}.points[${i}].threshold`, point.threshold, points[i - 1]?.threshold);
    });
  });
  input.calibration?.forEach(({ errorBefore, errorAfter }, index) => {
    checkFraction(`calibration[${index}].errorBefore`, errorBefore);
    checkFraction(`calibration[${index}].errorAfter`, errorAfter);
  });
  if (input.confusions) checkConfusions(input.confusions);
  for (const name of ['samples', 'best', 'worst'] as const) checkSamples(name, input[name] ?? []);
  for (const name of ['before', 'after'] as const)
    input.weights?.[name]?.forEach((histogram, index) => {
      checkHistogram(`weights.${name}[${index}]`, histogram);
    });
  if (input.search) checkSearch(input.search);
}

function checkHistory(history: readonly ReportEpoch[]): void {
  history.forEach(({ epoch, validMacroF1, validMacroF1Tuned }, index) => {
    checkCount(`history[${index}].epoch`, epoch);
    checkFraction(`history[${index}].validMacroF1`, validMacroF1);
    checkFraction(`history[${index}].validMacroF1Tuned`, validMacroF1Tuned);
    checkRise(`history[${index}].epoch`, epoch, history[index - 1]?.epoch);
  });
}

function checkSteps(steps: readonly ReportStep[]): void {
  steps.forEach(({ step }, index) => {
    checkCount(`steps[${index}].step`, step);
    checkRise(`steps[${index}].step`, step, steps[index - 1]?.step);
  });
}

function checkPoint(name: string, { threshold, ...scores }: ThresholdPoint): void {
  if (Number.isNaN(threshold)) throw new RangeError(`${name}.threshold must be a number. Received NaN`);
  for (const [key, value] of Object.entries(scores)) checkFraction(`${name}.${key}`, value);
}

function checkConfusions({ classes, errors }: ReportConfusions): void {
  const { numClasses, mistaken, missedTogether } = errors;
  if (classes.length !== numClasses)
    throw new RangeError(`confusions.classes must be ${numClasses} names. Received ${classes.length}`);
  for (const [name, matrix] of Object.entries({ mistaken, missedTogether }))
    if (matrix.length !== numClasses ** 2)
      throw new RangeError(
        `confusions.errors.${name} must be ${numClasses} × ${numClasses} counts. Received ${matrix.length}`,
      );
}

function checkSamples(name: string, samples: readonly ReportSample[]): void {
  samples.forEach(({ image }, index) => {
    if (image.channels !== 3 && image.channels !== 4)
      throw new RangeError(`${name}[${index}].image must have 3 or 4 channels. Received ${image.channels}`);
    checkImage(image);
  });
}

function checkHistogram(name: string, { edges, counts }: WeightHistogram): void {
  if (edges.length !== counts.length + 1 && (edges.length > 0 || counts.length > 0))
    throw new RangeError(
      `${name}.edges must be one more than its counts. Received ${edges.length} edges and ${counts.length} counts`,
    );
  edges.forEach((edge, i) => {
    if (!isNumber(edge)) throw new RangeError(`${name}.edges must be finite. Received ${String(edge)}`);
    checkRise(`${name}.edges[${i}]`, edge, edges[i - 1]);
  });
}

function checkRise(name: string, value: number, before = -Infinity): void {
  if (value <= before)
    throw new RangeError(`${name} must be larger than the one before. Received ${value} after ${before}`);
}

function checkCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0)
    throw new RangeError(`${name} must be a non-negative integer. Received ${value}`);
}

function checkFraction(name: string, value: number | null | undefined): void {
  if (typeof value === 'number' && (value < 0 || value > 1))
    throw new RangeError(`${name} must be between 0 and 1. Received ${value}`);
}
