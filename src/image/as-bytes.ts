/** What may be handed over as a file's bytes. */

/**
 * The bytes themselves, never a copy. Not by `instanceof`: test runners and frames hand over arrays of
 * another realm.
 *
 * @throws TypeError for anything that isn't bytes
 */
export function asBytes(bytes: unknown): Uint8Array {
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = Object.prototype.toString.call(bytes).slice(8, -1);
  if (kind === 'ArrayBuffer') return new Uint8Array(bytes as ArrayBuffer);
  throw new TypeError(`bytes must be a Uint8Array or an ArrayBuffer. Received ${kind}`);
}
