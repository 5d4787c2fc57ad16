/** PNG's first eight bytes, and what else a file might be when they are others. */
import { HpaError } from '../../errors';

export const PNG_SIGNATURE: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** @throws HpaError `png-signature`, or `png-truncated` when the file ends within a signature. */
export function checkSignature(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new HpaError('png-truncated', 'the file is empty');
  const wrong = PNG_SIGNATURE.findIndex((byte, i) => bytes[i] !== byte);
  if (wrong < 0) return;
  if (wrong >= bytes.length) {
    throw new HpaError('png-truncated', `the file ends after ${bytes.length} bytes, within PNG's signature`);
  }
  throw new HpaError('png-signature', describe(bytes));
}

function describe(bytes: Uint8Array): string {
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  if (head.startsWith('\xff\xd8\xff')) return 'the file is a JPEG, not a PNG: convert it first';
  if (/^(II[*+]\0|MM\0[*+])/.test(head)) return 'the file is a TIFF, not a PNG: convert it first';
  if (/^GIF8[79]a/.test(head)) return 'the file is a GIF, not a PNG: convert it first';
  if (/^RIFF[^]{4}WEBP/.test(head)) return 'the file is a WebP, not a PNG: convert it first';
  if (head.startsWith('BM')) return 'the file is a BMP, not a PNG: convert it first';
  if (head.startsWith('\x1f\x8b')) return 'the file is compressed with gzip: unpack it first';
  if (head.startsWith('PK\x03\x04')) return 'the file is a ZIP archive: unpack it first';
  if (head.startsWith('\x89HDF')) return 'the file is HDF5, not a PNG';
  if (head.startsWith('version https://'))
    return 'the file is a Git LFS pointer, not a PNG: run git lfs pull';
  if (/^\s*<(!DOCTYPE|html)/i.test(head))
    return 'the file is an HTML page, not a PNG: was the download refused?';
  if (head.slice(1, 4) === 'PNG' && bytes[0] === 0x89) {
    return "PNG's signature is damaged at its line ends, as by a transfer in text mode: transfer the file as binary";
  }
  const hex = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `the file is not a PNG: it starts with ${hex}`;
}
