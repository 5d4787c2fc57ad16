/** Numbers of any floating-point format as float32. */

export type FloatType = 'float16' | 'bfloat16' | 'float32' | 'float64';

export const FLOAT_BYTES: Readonly<Record<FloatType, number>> = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
};

const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * The values as float32: a view of the bytes where these are just that, which nobody should write to, else a new array.
 */
export function toFloat32(bytes: Uint8Array, type: FloatType, bigEndian = false): Float32Array {
  const size = FLOAT_BYTES[type];
  const count = bytes.length / size;
  if (bigEndian === IS_LITTLE_ENDIAN) return toFloat32(swapped(bytes, size), type, !bigEndian);
  if (type === 'float32' && bytes.byteOffset % 4 === 0)
    return new Float32Array(bytes.buffer, bytes.byteOffset, count);
  // From the start of a buffer, so that wider elements are aligned.
  const { buffer } = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  const offset = bytes.byteOffset % size === 0 ? bytes.byteOffset : 0;
  switch (type) {
    case 'float32':
      return new Float32Array(buffer, offset, count);
    case 'float64':
      return Float32Array.from(new Float64Array(buffer, offset, count));
    case 'bfloat16': {
      const bits = Uint32Array.from(new Uint16Array(buffer, offset, count), (upper) => upper << 16);
      return new Float32Array(bits.buffer);
    }
    case 'float16':
      return Float32Array.from(new Uint16Array(buffer, offset, count), halfToNumber);
  }
}

function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const result = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i += size)
    for (let byte = 0; byte < size; byte++) result[i + byte] = bytes[i + size - 1 - byte]!;
  return result;
}

/** IEEE 754 binary16: a sign, five bits of exponent, ten of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
