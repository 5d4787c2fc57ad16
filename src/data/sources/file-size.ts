/** The bound on the size of one file. */
import { HpaError } from '../../errors';

/** The largest file that is read unless `maxFileBytes` says otherwise: 1 GiB. */
export const DEFAULT_MAX_FILE_BYTES = 2 ** 30;

/** `maxFileBytes` or its default. @throws RangeError unless it is a positive integer */
export function fileBound(maxFileBytes: number | undefined, option = 'maxFileBytes'): number {
  const bound = maxFileBytes ?? DEFAULT_MAX_FILE_BYTES;
  if (!Number.isSafeInteger(bound) || bound < 1)
    throw new RangeError(`${option} must be a positive integer. Received ${bound}.`);
  return bound;
}

/** What to throw for a file above the bound, which is an option of this name. */
export function fileTooLarge(
  bytes: number,
  maxFileBytes: number,
  file?: string,
  option = 'maxFileBytes',
): HpaError {
  return new HpaError(
    'file-too-large',
    `The file has ${bytes} bytes, more than the ${maxFileBytes} that are allowed. Raise ${option} if that is right`,
    { file },
  );
}
