/** The error of a dataset of which nothing can be read, though samples may be skipped. */
import { HpaError } from '../errors';

const KINDS = { train: 'training ', valid: 'validation ', dataset: '' };

/** @param name - what the caller knows the dataset as */
export function allSkipped(name: keyof typeof KINDS): HpaError {
  const reason = `Every ${KINDS[name]}sample was skipped: see ${name}.skipped for the reasons`;
  return new HpaError('file-unreadable', reason);
}
