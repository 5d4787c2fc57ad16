/** Thresholds as a file: JSON that says for which classes they are. */
import { HpaError } from '../errors';

const FORMAT = 'hpa-kit/thresholds';
const VERSION = 1;

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
    return { class: name, threshold };
  });
  return JSON.stringify({ format: FORMAT, version: VERSION, macroF1, thresholds: rows }, null, 2) + '\n';
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
  let file: unknown;
  try {
    file = JSON.parse(json);
  } catch (cause) {
    throw new HpaError('thresholds-invalid', 'the thresholds are not JSON', { cause });
  }
  if (!isRecord(file) || file.format !== FORMAT || !Array.isArray(file.thresholds)) {
    throw new HpaError(
      'thresholds-invalid',
      `the JSON is not a thresholds file: it lacks "format": "${FORMAT}"`,
    );
  }
  if (file.version !== VERSION) {
    throw new HpaError(
      'thresholds-invalid',
      `the thresholds file has version ${String(file.version)}; this hpa-kit reads version ${VERSION}`,
    );
  }
  const rows: unknown[] = file.thresholds;
  if (rows.length !== classes.length) {
    throw new HpaError(
      'thresholds-invalid',
      `the thresholds are for ${rows.length} classes, the model has ${classes.length}`,
    );
  }
  return Float64Array.from(rows, (row, k) => {
    const name = isRecord(row) ? row.class : undefined;
    const threshold = isRecord(row) ? row.threshold : undefined;
    if (name !== classes[k]) {
      throw new HpaError(
        'thresholds-invalid',
        `the thresholds are for other classes: class ${k} is ${JSON.stringify(name)} there and ${JSON.stringify(classes[k])} here`,
      );
    }
    if (typeof threshold !== 'number' || !Number.isFinite(threshold)) {
      throw new HpaError('thresholds-invalid', `class "${String(name)}" has no finite threshold`);
    }
    return threshold;
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
