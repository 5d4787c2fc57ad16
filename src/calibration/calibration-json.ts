/** Calibrations as a file: JSON that says for which classes they are. */
import { classFileError, readClassFile, showValue, writeClassFile, type ClassFileKind } from '../class-file';
import type { PredictionKind } from '../scores/prediction-kind';
import {
  checkParameters,
  findParameterFault,
  type Calibration,
  type CalibrationMethod,
  type ClassCalibration,
} from './calibration';

const CALIBRATION: ClassFileKind = {
  format: 'hpa-kit/calibration',
  version: 1,
  code: 'calibration-invalid',
  noun: 'calibration',
  rows: 'classes',
};
const METHODS: readonly unknown[] = ['temperature', 'platt', 'isotonic'] satisfies CalibrationMethod[];
const KINDS: readonly unknown[] = ['probabilities', 'logits'] satisfies PredictionKind[];

/** Options of `calibrationToJson`. */
export interface CalibrationJsonOptions {
  /** Names of the classes, in order. */
  classes: readonly string[];
}

/**
 * A calibration as JSON text, the parameters of each class beside its name, a class a line.
 *
 * @throws RangeError where there are not parameters for each class, or some that no fit gives.
 * @example
 * await writeFile('calibration.json', calibrationToJson(calibration, { classes: HPA_CLASSES }));
 */
export function calibrationToJson(calibration: Calibration, options: CalibrationJsonOptions): string {
  const { method, from, parameters, warnings } = calibration;
  checkParameters(calibration);
  return writeClassFile(CALIBRATION, options.classes, { method, from, warnings }, parameters);
}

/**
 * Reads what `calibrationToJson` wrote, for a model with these classes.
 *
 * @returns the calibration, its numbers bit for bit as written
 * @throws HpaError `calibration-invalid` where the text is not such a file, is of a later version, was written for other
 * classes or another order of them, or holds parameters that no fit gives.
 * @example
 * const calibration = calibrationFromJson(await readFile('calibration.json', 'utf8'), HPA_CLASSES);
 */
export function calibrationFromJson(json: string, classes: readonly string[]): Calibration {
  const { fields, rows } = readClassFile(CALIBRATION, json, classes);
  const { method, from, warnings } = fields;
  if (!METHODS.includes(method)) throw fieldError('method', METHODS, method);
  if (!KINDS.includes(from)) throw fieldError('from', KINDS, from);
  const kind = from as PredictionKind;
  if (!Array.isArray(warnings) || !warnings.every((warning) => typeof warning === 'string')) {
    throw classFileError(CALIBRATION, 'the warnings of the calibration file must be an array of strings');
  }
  const parameters = rows.map((row, k) => {
    const fault = findParameterFault(row, kind);
    if (fault)
      throw classFileError(
        CALIBRATION,
        `parameters of class ${k}, ${showValue(classes[k])}, are not valid: ${fault}`,
      );
    return pickParameters(row as unknown as ClassCalibration);
  });
  return { method: method as CalibrationMethod, from: kind, parameters, warnings };
}

/** The parameters alone: no field that a later version or a stranger added. */
function pickParameters(row: ClassCalibration): ClassCalibration {
  switch (row.method) {
    case 'identity':
      return { method: row.method };
    case 'temperature':
      return { method: row.method, temperature: row.temperature };
    case 'platt':
      return { method: row.method, slope: row.slope, intercept: row.intercept };
    case 'isotonic':
      return { method: row.method, scores: row.scores, probabilities: row.probabilities };
  }
}

function fieldError(name: string, allowed: readonly unknown[], value: unknown): Error {
  return classFileError(
    CALIBRATION,
    `${name} of the calibration file must be one of ${allowed.map(showValue).join(', ')}. It is ${showValue(value)}`,
  );
}
