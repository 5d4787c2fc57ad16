/** Raw deflate by `DecompressionStream`, which Node and browsers have, stopped as soon as it makes too much. */
import type { InflateRaw } from './zip-archive';

export const inflateRaw: InflateRaw = async (data, size) => {
  const { readable, writable } = new DecompressionStream('deflate-raw');
  const writer = writable.getWriter();
  // What goes wrong is reported on the readable side.
  writer.write(data as Uint8Array<ArrayBuffer>).catch(() => undefined);
  writer.close().catch(() => undefined);
  const reader = (readable as ReadableStream<Uint8Array>).getReader();
  const bytes = new Uint8Array(size);
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes.subarray(0, at);
    if (at + value.length > size) {
      await reader.cancel();
      throw new RangeError(`There are more than ${size} bytes`);
    }
    bytes.set(value, at);
    at += value.length;
  }
};
