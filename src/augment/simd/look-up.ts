/** Tables for samples in WebAssembly: pieces of the image pass through its memory. */
import { bytesOf, PIECE_BYTES, type ImageWorkspace } from '../../image/simd/kernels';

type Integers = Uint8Array | Uint16Array;

/** More channels with tables of their own are left to the TypeScript loop, so that the memory stays small. */
const MAX_TABLES = 16;

/** Writes `tables[c][sample]` for each sample; false, and nothing done, where there are too many tables. */
export function lookUpSimd(
  workspace: ImageWorkspace,
  data: Integers,
  tables: readonly Integers[],
  out: Integers,
): boolean {
  if (tables.length > MAX_TABLES) return false;
  const kind = data.BYTES_PER_ELEMENT;
  const tableBytes = tables[0]!.byteLength;
  const { address, bytes, kernels } = workspace.open(tables.length * tableBytes + 2 * PIECE_BYTES);
  tables.forEach((table, c) => {
    bytes.set(bytesOf(table), address + c * tableBytes);
  });
  const from = address + tables.length * tableBytes;
  const to = from + PIECE_BYTES;
  const lookUp = kind === 1 ? kernels.look_up_u8 : kernels.look_up_u16;
  const [source, target] = [bytesOf(data), bytesOf(out)];
  const pieceBytes = Math.floor(PIECE_BYTES / kind / tables.length) * kind * tables.length;
  for (let at = 0; at < source.length; at += pieceBytes) {
    const end = Math.min(source.length, at + pieceBytes);
    bytes.set(source.subarray(at, end), from);
    lookUp(from, (end - at) / kind, address, tables.length, to);
    target.set(bytes.subarray(to, to + end - at), at);
  }
  return true;
}
