/** What a calibration is: plain data, parameters for each class. */
import type { PredictionKind } from '../scores/prediction-kind';

/** How scores are mapped to probabilities. */
export type CalibrationMethod = 'temperature' | 'platt' | 'isotonic';

/** A class that could not be calibrated: probabilities stay as they are, logits go through the sigmoid. */
export interface IdentityCalibration {
  /** Marks the kind. */
  method: 'identity';
}

/** sigmoid(z / temperature). */
export interface TemperatureCalibration {
  /** Marks the kind. */
  method: 'temperature';
  /** Above 0; above 1 it makes probabilities less certain. */
  temperature: number;
}

/** sigmoid(slope · z + intercept). */
export interface PlattCalibration {
  /** Marks the kind. */
  method: 'platt';
  /** At least 0. */
  slope: number;
  /** Added to `slope · z`. */
  intercept: number;
}

/** Straight lines between knots; a score beyond the last knot gets that knot's probability. */
export interface IsotonicCalibration {
  /** Marks the kind. */
  method: 'isotonic';
  /** Where the knots are, in the scores' own unit, strictly rising. */
  scores: readonly number[];
  /** The probability at each knot, never falling. */
  probabilities: readonly number[];
}

/** What maps one class's logits to probabilities, as plain data. */
export type ClassCalibration =
  IdentityCalibration | TemperatureCalibration | PlattCalibration | IsotonicCalibration;

/** What `fitCalibration` finds and `applyCalibration` applies. Survives JSON and `structuredClone`. */
export interface Calibration {
  /** The method asked for; a class may have got a simpler one. */
  method: CalibrationMethod;
  /** What the scores are. */
  from: PredictionKind;
  /** For each class, in order. */
  parameters: readonly ClassCalibration[];
  /** What to look at: which classes were calibrated otherwise than asked, or barely, and why. */
  warnings: readonly string[];
}

/** Throws a RangeError where a caller's calibration has parameters that no fit gives. */
export function checkParameters({ from, parameters }: Calibration): void {
  parameters.forEach((fit, k) => {
    const fault = findParameterFault({ ...fit }, from);
    if (fault) throw new RangeError(`parameters of class ${k} are not valid: ${fault}`);
  });
}

/** What is wrong with parameters from a file or a caller, in words, and undefined where nothing is. */
export function findParameterFault(
  parameters: Record<string, unknown>,
  from: PredictionKind,
): string | undefined {
  const { method, temperature, slope, intercept, scores, probabilities } = parameters;
  switch (method) {
    case 'identity':
      return undefined;
    case 'temperature':
      return isFiniteNumber(temperature) && temperature > 0
        ? undefined
        : 'temperature must be finite and above 0';
    case 'platt':
      if (!isFiniteNumber(slope) || slope < 0) return 'slope must be finite and at least 0';
      return isFiniteNumber(intercept) ? undefined : 'intercept must be finite';
    case 'isotonic':
      return findKnotFault(scores, probabilities, from);
    default:
      return "method must be 'identity', 'temperature', 'platt' or 'isotonic'";
  }
}

function findKnotFault(scores: unknown, probabilities: unknown, from: PredictionKind): string | undefined {
  if (!isNumbers(scores) || scores.length === 0) return 'scores must be finite numbers, at least one';
  if (from === 'probabilities' && (scores[0]! < 0 || scores.at(-1)! > 1)) return 'scores must lie in 0 to 1';
  if (!isNumbers(probabilities) || probabilities.length !== scores.length)
    return 'probabilities must be finite numbers, as many as scores';
  if (probabilities[0]! < 0 || probabilities.at(-1)! > 1) return 'probabilities must lie in 0 to 1';
  for (let i = 1; i < scores.length; i++) {
    if (scores[i]! <= scores[i - 1]!) return 'scores must rise';
    if (probabilities[i]! < probabilities[i - 1]!) return 'probabilities must not fall';
  }
  return undefined;
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isFiniteNumber);
}
