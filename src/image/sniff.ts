/** What a file is by its first bytes, whatever its name says. */

/** The formats that are read here. */
export type ImageFormat = 'png' | 'tiff' | 'jpeg';

const NAMES: Readonly<Record<ImageFormat, string>> = { png: 'PNG', tiff: 'TIFF', jpeg: 'JPEG' };

/** The format of a file, or `undefined` for all others. */
export function sniffFormat(bytes: Uint8Array): ImageFormat | undefined {
  const head = headOf(bytes);
  // A PNG whose signature was damaged or cut is PNG's to explain.
  if (head.startsWith('\x89PNG')) return 'png';
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  return /^(II[*+]\0|MM\0[*+])/.test(head) ? 'tiff' : undefined;
}

/** Says what a file looks like that isn't what was `wanted`, and what to do about it. */
export function describeOther(bytes: Uint8Array, wanted: string): string {
  const format = sniffFormat(bytes);
  if (format && NAMES[format] !== wanted)
    return `the file is a ${NAMES[format]}, not a ${wanted}: decodeImage reads it`;
  const head = headOf(bytes);
  const other = (name: string) => `the file is a ${name}, not a ${wanted}: convert it first`;
  if (/^GIF8[79]a/.test(head)) return other('GIF');
  if (/^RIFF[^]{4}WEBP/.test(head)) return other('WebP');
  if (head.startsWith('BM')) return other('BMP');
  if (/^(\0{3}.jP {2}|\xff\x4f\xff\x51)/.test(head)) return other('JPEG 2000');
  if (/^[^]{4}ftyp(avif|heic|heif|mif1)/.test(head)) return other('HEIF or AVIF');
  if (head.startsWith('\x1f\x8b')) return 'the file is compressed with gzip: unpack it first';
  if (head.startsWith('PK\x03\x04')) return 'the file is a ZIP archive: unpack it first';
  if (head.startsWith('\x89HDF')) return `the file is HDF5, not a ${wanted}`;
  if (head.startsWith('version https://'))
    return `the file is a Git LFS pointer, not a ${wanted}: run git lfs pull`;
  if (/^\s*<(!DOCTYPE|html)/i.test(head))
    return `the file is an HTML page, not a ${wanted}: was the download refused?`;
  const hex = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `the file is not a ${wanted}: it starts with ${hex}`;
}

const headOf = (bytes: Uint8Array) => String.fromCharCode(...bytes.subarray(0, 16));
