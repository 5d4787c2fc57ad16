/** The competition's submission: `Id,Predicted`, every id once. */
import { formatCsv } from '../data/sources/csv';
import { HpaError } from '../errors';
import { formatTarget } from '../labels';

/** What a submission is made of. */
export interface SubmissionParts {
  /** Ids of the samples, in the order of the rows. */
  ids: readonly string[];
  /** Multi-hot predictions `[ids.length, numClasses]`, row-major. */
  predictions: Uint8Array;
  /** Classes a sample has a label for. */
  numClasses: number;
  /** The ids that must be there, in the order wanted; without it, `ids` as they come. */
  expectedIds?: readonly string[] | undefined;
}

/**
 * Formats predictions as CSV with the columns `Id,Predicted`.
 *
 * @throws HpaError `submission-invalid` for an id that stands there twice, that is missing from
 *   `expectedIds` or that isn't expected
 * @example
 * formatSubmission({ ids: ['a'], predictions: parseTarget('25 21'), numClasses: 28 })
 * // 'Id,Predicted\na,21 25\n'
 */
export function formatSubmission({ ids, predictions, numClasses, expectedIds }: SubmissionParts): string {
  if (predictions.length !== ids.length * numClasses)
    throw new RangeError(
      `predictions must have ids × numClasses = ${ids.length * numClasses} values. Received ${predictions.length}.`,
    );
  const rowOf = new Map<string, number>();
  ids.forEach((id, row) => {
    if (rowOf.has(id)) throw new HpaError('submission-invalid', 'The id stands there twice', { sample: id });
    rowOf.set(id, row);
  });
  const order = expectedIds ?? ids;
  const expected = new Set(order);
  for (const id of order)
    if (!rowOf.has(id)) throw new HpaError('submission-invalid', 'The id has no prediction', { sample: id });
  for (const id of ids)
    if (!expected.has(id)) throw new HpaError('submission-invalid', 'The id is not expected', { sample: id });
  if (expected.size !== order.length)
    throw new HpaError('submission-invalid', 'The expected ids hold an id twice');
  return formatCsv(
    ['Id', 'Predicted'],
    order.map((id) => {
      const row = rowOf.get(id)!;
      return [id, formatTarget(predictions.subarray(row * numClasses, (row + 1) * numClasses))];
    }),
  );
}
