/** The HpaError that work fails with; anything else fails the test. */
import { isHpaError, type HpaError } from 'hpa-kit';

export async function failure(work: Promise<unknown>): Promise<HpaError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isHpaError(error))
    throw new Error(`Expected an HpaError, received ${String(error)}`, { cause: error });
  return error;
}
