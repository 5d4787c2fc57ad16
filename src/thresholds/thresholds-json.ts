/** Thresholds as a file: JSON that says for which classes they are. */
import { classFileError, readClassFile, writeClassFile, type ClassFileKind } from '../class-file';

const KIND: ClassFileKind = {
  format: 'hpa-kit/thresholds',
  version: 1,
  code: 'thresholds-invalid',
  noun: 'thresholds',
  rows: 'thresholds',
};

/** What a file of thresholds holds. */
export interface ThresholdsFile {
  /** Names of the classes, in order. */
  classes: readonly string[];
  /** A threshold for each class. */
  thresholds: Float32Array | Float64Array | readonly number[];
  /** Macro F1 that they gave where they were tuned, for the reader. */
  macroF1?: number;
}

/**
 * Thresholds as JSON text, each beside the name of its class.
 *
 * @throws RangeError where there is not one finite threshold for each class.
 * @example
 * await writeFile('thresholds.json', thresholdsToJson({ classes: HPA_CLASSES, thresholds, macroF1 }));
 */
export function thresholdsToJson(file: ThresholdsFile): string {
  const { classes, thresholds, macroF1 } = file;
  if (classes.length !== thresholds.length) {
    throw new RangeError(
      `thresholds must have one value for each of the ${classes.length} classes. Received ${thresholds.length} values`,
    );
  }
  const rows = classes.map((name, k) => {
    const threshold = thresholds[k]!;
    if (!Number.isFinite(threshold)) {
      throw new RangeError(`thresholds must be finite. Received ${threshold} for class "${name}"`);
    }
    return { threshold };
  });
  return writeClassFile(KIND, classes, { macroF1 }, rows);
}

/**
 * Reads what `thresholdsToJson` wrote, for a model with these classes.
 *
 * @returns a threshold for each class, `[classes.length]`, bit for bit as written
 * @throws HpaError `thresholds-invalid` where the text is not such a file, is of a later version, or was written
 * for other classes or another order of them.
 * @example
 * const thresholds = thresholdsFromJson(await readFile('thresholds.json', 'utf8'), HPA_CLASSES);
 */
export function thresholdsFromJson(json: string, classes: readonly string[]): Float64Array {
  const { rows } = readClassFile(KIND, json, classes);
  return Float64Array.from(rows, ({ threshold }, k) => {
    if (typeof threshold !== 'number' || !Number.isFinite(threshold)) {
      throw classFileError(KIND, `class ${JSON.stringify(classes[k])} has no finite threshold`);
    }
    return threshold;
  });
}
