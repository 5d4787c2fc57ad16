/** PNG's first eight bytes, and what is wrong with a file that starts otherwise. */
import { HpaError } from '../../errors';
import { describeOther } from '../sniff';

export const PNG_SIGNATURE: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** @throws HpaError `png-signature`, or `png-truncated` when the file ends within a signature. */
export function checkSignature(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new HpaError('png-truncated', 'the file is empty');
  const wrong = PNG_SIGNATURE.findIndex((byte, i) => bytes[i] !== byte);
  if (wrong < 0) return;
  if (wrong >= bytes.length) {
    throw new HpaError('png-truncated', `the file ends after ${bytes.length} bytes, within PNG's signature`);
  }
  const damaged =
    "PNG's signature is damaged at its line ends, as by a transfer in text mode: transfer the file as binary";
  throw new HpaError('png-signature', wrong >= 4 ? damaged : describeOther(bytes, 'PNG'));
}
