/** Files of values per class: JSON that says what it holds, in which version, and for which classes. */
import { HpaError, type HpaErrorCode } from './errors';

/** What tells one kind of file from another. */
export interface ClassFileKind {
  /** What the file calls itself, such as `hpa-kit/thresholds`. */
  format: string;
  version: number;
  /** The code of its errors. */
  code: HpaErrorCode;
  /** What the errors call it: `thresholds` gives "the thresholds file". */
  noun: string;
  /** The name of the field that holds the rows, one for each class. */
  rows: string;
}

/** What a file holds, its rows in the order of the classes. */
export interface ClassFileContent {
  /** All fields, not checked beyond the format, the version and the rows. */
  fields: Record<string, unknown>;
  /** The row of each class. */
  rows: Record<string, unknown>[];
}

/**
 * JSON text of such a file, a class a line. A field that is undefined is left out.
 *
 * @throws RangeError where there is not one row for each class.
 */
export function writeClassFile(
  kind: ClassFileKind,
  classes: readonly string[],
  fields: Record<string, unknown>,
  rows: readonly object[],
): string {
  if (rows.length !== classes.length) {
    throw new RangeError(
      `the ${kind.noun} must have one value for each of the ${classes.length} classes. Received ${rows.length}`,
    );
  }
  const facts: Record<string, unknown> = { format: kind.format, version: kind.version, ...fields };
  const lines = Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  const rowLines = rows.map((row, k) => `    ${JSON.stringify({ class: classes[k], ...row })}`);
  const body = rowLines.length === 0 ? '[]' : `[\n${rowLines.join(',\n')}\n  ]`;
  return `{\n${[...lines, `  ${JSON.stringify(kind.rows)}: ${body}`].join(',\n')}\n}\n`;
}

/**
 * Reads such a file for a model with these classes.
 *
 * @throws HpaError with the kind's code where the text is not such a file, is of another version, or was written
 * for other classes or another order of them.
 */
export function readClassFile(
  kind: ClassFileKind,
  json: string,
  classes: readonly string[],
): ClassFileContent {
  const fields = parse(kind, json);
  const rows = isRecord(fields) && fields.format === kind.format ? fields[kind.rows] : undefined;
  if (!isRecord(fields) || !Array.isArray(rows)) {
    throw classFileError(
      kind,
      `the JSON is not a ${kind.noun} file: it lacks "format": "${kind.format}" or "${kind.rows}"`,
    );
  }
  if (fields.version !== kind.version) {
    throw classFileError(
      kind,
      `the ${kind.noun} file has version ${showValue(fields.version)}; this hpa-kit reads version ${kind.version}`,
    );
  }
  if (rows.length !== classes.length) {
    throw classFileError(
      kind,
      `the ${kind.noun} file is for ${rows.length} classes, the model has ${classes.length}`,
    );
  }
  const checked = rows.map((row: unknown, k) => {
    const name = isRecord(row) ? row.class : undefined;
    if (!isRecord(row) || name !== classes[k]) {
      throw classFileError(
        kind,
        `the ${kind.noun} file is for other classes: class ${k} is ${showValue(name)} there and ${showValue(classes[k])} here`,
      );
    }
    return row;
  });
  return { fields, rows: checked };
}

/** The error of such a file. */
export function classFileError(kind: ClassFileKind, reason: string, cause?: unknown): HpaError {
  return new HpaError(kind.code, reason, { cause });
}

/**
 * A value from a file, for an error's message. Only what it is of an object or a long text: a file may hold
 * nesting that no stringify survives, or a `toString` that is no function.
 */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}

function parse(kind: ClassFileKind, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw classFileError(kind, `the ${kind.noun} file is not JSON`, cause);
  }
}

/** Whether a value from a file is an object with fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
