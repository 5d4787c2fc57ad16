import { formatSubmission, type SubmissionParts } from '../inference/submission';
import { writeFileAtomically } from './files';

/**
 * Writes predictions as a submission, `Id,Predicted`, every id once.
 *
 * @throws HpaError `submission-invalid` for missing, unexpected or repeated ids, `file-unwritable`
 * @example
 * const predictions = applyThresholds(scores, thresholds, { numClasses: 28, atLeastOne: true });
 * await writeSubmission('submission.csv', { ids, predictions, numClasses: 28 });
 */
export async function writeSubmission(file: string, parts: SubmissionParts): Promise<void> {
  await writeFileAtomically(file, formatSubmission(parts));
}
