/**
 * Errors about data. Misuse of the API is a `TypeError` or `RangeError`; what a file, a row or a sample
 * did wrong is an `HpaError`, which says where.
 */

/** What went wrong, as a literal that code can switch on. */
export type HpaErrorCode =
  | 'aborted'
  | 'png-signature'
  | 'png-truncated'
  | 'png-checksum'
  | 'png-invalid'
  | 'tiff-truncated'
  | 'tiff-invalid'
  | 'tiff-unsupported'
  | 'jpeg-truncated'
  | 'jpeg-invalid'
  | 'jpeg-unsupported'
  | 'image-signature'
  | 'image-too-large'
  | 'image-shape'
  | 'pixel-invalid'
  | 'file-missing'
  | 'file-unreadable'
  | 'file-too-large'
  | 'file-ambiguous'
  | 'fetch-failed'
  | 'file-checksum'
  | 'zip-invalid'
  | 'file-unwritable'
  | 'id-unsafe'
  | 'weights-invalid'
  | 'weights-unsupported'
  | 'weights-mismatch'
  | 'csv-invalid'
  | 'label-invalid'
  | 'score-invalid'
  | 'thresholds-invalid'
  | 'calibration-invalid'
  | 'submission-invalid'
  | 'predictor-invalid'
  | 'predictions-invalid'
  | 'queue-full'
  | 'model-invalid'
  | 'training-diverged'
  | 'checkpoint-invalid'
  | 'journal-invalid'
  | 'worker-failed'
  | 'engine-unavailable';

/** Where it went wrong. */
export interface HpaErrorContext {
  /** Path, URL or name of the file. */
  file?: string | undefined;
  /** Id of the sample. */
  sample?: string | undefined;
  /** Name of the channel. */
  channel?: string | undefined;
  /** Row of a table, counted from 1 as an editor shows it, the header included. */
  row?: number | undefined;
}

const BRAND = Symbol.for('hpa-kit.HpaError');
const CONTEXT_KEYS = ['file', 'sample', 'channel', 'row'] as const;

/**
 * Bad data or a missing part of the machine, with a literal `code`, the place and the cause.
 *
 * @example
 * try { await dataset.image(0); }
 * catch (error) { if (isHpaError(error, 'png-truncated')) console.log(error.sample, error.channel); }
 */
export class HpaError extends Error {
  /** Always `'HpaError'`. */
  override readonly name = 'HpaError';
  /** What went wrong, for programs; the message is for people. */
  readonly code: HpaErrorCode;
  /** Path, URL or name of the file. */
  readonly file?: string | undefined;
  /** Id of the sample. */
  readonly sample?: string | undefined;
  /** Name of the channel. */
  readonly channel?: string | undefined;
  /** Row of a table, counted from 1 as an editor shows it, the header included. */
  readonly row?: number | undefined;
  /** What went wrong, without the place. */
  readonly reason: string;

  constructor(code: HpaErrorCode, reason: string, context: HpaErrorContext & { cause?: unknown } = {}) {
    const place = CONTEXT_KEYS.filter((key) => context[key] !== undefined)
      .map((key) => `${key} ${context[key]}`)
      .join(', ');
    super(
      place ? `${reason} (${place})` : reason,
      context.cause === undefined ? {} : { cause: context.cause },
    );
    this.code = code;
    this.reason = reason;
    for (const key of CONTEXT_KEYS)
      if (context[key] !== undefined) Object.assign(this, { [key]: context[key] });
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** True for an `HpaError`, also one from another copy of the package; with a code, only for that code. */
export function isHpaError(error: unknown, code?: HpaErrorCode): error is HpaError {
  return (
    error instanceof Error &&
    BRAND in error &&
    (code === undefined || (error as { code?: unknown }).code === code)
  );
}

/** The same error with more of the place filled in; what the error already names stays. */
export function withContext(error: unknown, context: HpaErrorContext): unknown {
  if (!isHpaError(error)) return error;
  const { file, sample, channel, row, cause } = error;
  const known = { file, sample, channel, row, cause };
  const merged = {
    ...context,
    ...Object.fromEntries(Object.entries(known).filter(([, v]) => v !== undefined)),
  };
  return new HpaError(error.code, error.reason, merged);
}

/** Throws an `HpaError` with code `aborted` once the signal is. */
export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new HpaError('aborted', `${what} was aborted`, { cause: signal.reason });
}
