/** Arrays as a safetensors file, which Python's `safetensors` and `loadWeights` read. */

export interface NamedArray {
  key: string;
  shape: readonly number[];
  values: Float32Array;
}

/**
 * The whole file: float32, one array after the other, values aligned to eight bytes.
 *
 * @param metadata - free text of the header, such as versions
 * @throws RangeError for two arrays of one key, or values that don't fill a shape
 */
export function writeSafetensors(
  arrays: readonly NamedArray[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const { key, shape, values } of arrays) {
    if (Object.hasOwn(header, key)) throw new RangeError(`keys must differ. Received "${key}" twice`);
    if (shape.reduce((product, side) => product * side, 1) !== values.length)
      throw new RangeError(
        `"${key}" of shape ${shape.join('×')} must have as many values. Received ${values.length}`,
      );
    header[key] = { dtype: 'F32', shape, data_offsets: [end, (end += 4 * values.length)] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, 8, 8 + headerBytes);
  file.set(text, 8);
  let at = 8 + headerBytes;
  for (const { values } of arrays) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return file;
}
