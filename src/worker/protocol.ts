/** What a pool and its workers say to one another, and how errors cross over. */
import { HpaError, isHpaError, type HpaErrorCode, type HpaErrorContext } from '../errors';
import type { CellImage } from '../image/cell-image';
import type { StackFile, StackJob, UnreadFile } from '../image/decode-stack';

export type RemoteJob = StackJob<StackFile | UnreadFile>;

export interface JobMessage {
  id: number;
  job: RemoteJob;
}

export type ResultMessage = { id: number } & ({ image: CellImage } | { error: PlainError });

/** An error as plain data: its class would not survive the way. */
export interface PlainError extends HpaErrorContext {
  /** `HpaError`, or the name of a built-in error. */
  name: string;
  code?: HpaErrorCode;
  message: string;
  cause?: string;
}

export function toPlainError(error: unknown): PlainError {
  if (!isHpaError(error)) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { name, message };
  }
  const { name, code, reason, file, sample, channel, row, cause } = error;
  const context = { file, sample, channel, row };
  return { name, code, message: reason, ...context, ...(cause instanceof Error && { cause: cause.message }) };
}

export function fromPlainError({ name, code, message, cause, ...context }: PlainError): Error {
  if (code !== undefined) {
    const made = cause === undefined ? {} : { cause: new Error(cause) };
    return new HpaError(code, message, { ...context, ...made });
  }
  if (name === 'RangeError') return new RangeError(message);
  return name === 'TypeError' ? new TypeError(message) : new Error(message);
}
