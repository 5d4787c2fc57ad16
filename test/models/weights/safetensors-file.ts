/** Small files of safetensors. */

/** A file of float32 arrays: for each key its shape and its values. */
export function safetensors(arrays: Record<string, [shape: number[], values: number[]]>): Uint8Array {
  let at = 0;
  const header = Object.entries(arrays).map(([key, [shape, values]]) => {
    const data_offsets = [at, (at += values.length * 4)];
    return [key, { dtype: 'F32', shape, data_offsets }];
  });
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const length = new BigUint64Array([BigInt(text.length)]);
  const values = new Float32Array(Object.values(arrays).flatMap(([, numbers]) => numbers));
  return Uint8Array.from([...new Uint8Array(length.buffer), ...text, ...new Uint8Array(values.buffer)]);
}
