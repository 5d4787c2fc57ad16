/** Shapes and types of HDF5 datasets and attributes (HDF5 File Format Specification 3.0, IV.A.2.b and d). */
import type { FloatType } from '../floats';
import type { Hdf5Bytes } from './hdf5-bytes';

export type Hdf5Type = (
  | { kind: 'float'; type: FloatType; bigEndian: boolean }
  | { kind: 'text' }
  | { kind: 'heap-text' }
  | { kind: 'opaque' }
  | { kind: 'other' }
) & {
  /** Bytes of one element. */
  size: number;
};

/** Of weights; more dimensions than any layer's have. */
const MAX_RANK = 8;

export function readShape(data: Hdf5Bytes, at: number): number[] {
  const [version, rank] = [data.uint8(at), data.uint8(at + 1)];
  if (version !== 1 && version !== 2) throw data.invalid('A shape has a version that there is not');
  const hasNoValue = version === 2 && data.uint8(at + 3) === 2;
  if (hasNoValue) return [0];
  if (rank > MAX_RANK) throw data.unsupported(`a dataset of ${rank} dimensions`);
  const dims = at + (version === 1 ? 8 : 4);
  return Array.from({ length: rank }, (_, i) => data.uint64(dims + i * 8));
}

/** How many elements there are; throws if that cannot be. */
export function countOf(data: Hdf5Bytes, shape: readonly number[]): number {
  const count = shape.reduce((product, side) => product * side, 1);
  if (!Number.isSafeInteger(count)) throw data.invalid(`It has an array of ${shape.join('×')}`);
  return count;
}

const CLASS = { float: 1, text: 3, opaque: 5, sequence: 9 } as const;

export function readType(data: Hdf5Bytes, at: number): Hdf5Type {
  const size = data.uint32(at + 4);
  if (size === 0) throw data.invalid('It has elements of no size');
  switch (data.uint8(at) & 15) {
    case CLASS.float:
      return readFloat(data, at, size);
    case CLASS.text:
      return { kind: 'text', size };
    case CLASS.opaque:
      return { kind: 'opaque', size };
    case CLASS.sequence:
      return { kind: (data.uint8(at + 1) & 15) === 1 ? 'heap-text' : 'other', size };
    default:
      return { kind: 'other', size };
  }
}

/** Exponent and mantissa of each type, in bits. */
const FLOATS: readonly [FloatType, size: number, exponent: number, mantissa: number][] = [
  ['float16', 2, 5, 10],
  ['bfloat16', 2, 8, 7],
  ['float32', 4, 8, 23],
  ['float64', 8, 11, 52],
];

function readFloat(data: Hdf5Bytes, at: number, size: number): Hdf5Type {
  const flags = data.uint8(at + 1);
  const [exponentAt, exponent, mantissaAt, mantissa] = [12, 13, 14, 15].map((i) => data.uint8(at + i));
  const found = FLOATS.find(
    ([, bytes, exponentBits, mantissaBits]) =>
      bytes === size && exponentBits === exponent && mantissaBits === mantissa,
  );
  const isPlain = mantissaAt === 0 && exponentAt === mantissa && (flags & 0x40) === 0;
  if (!found || !isPlain) return { kind: 'other', size };
  return { kind: 'float', type: found[0], bigEndian: (flags & 1) === 1, size };
}
