/** Quarter turns and transposes in WebAssembly: the whole image passes through its memory, and bands of the result. */
import type { CellImage, Samples } from '../../image/cell-image';
import { bytesOf, PIECE_BYTES, type ImageWorkspace } from '../../image/simd/kernels';
import type { PixelWalk } from '../pixel-walk';

/** Larger images are left to the TypeScript loops, so that the memory stays small. */
const MAX_BYTES = 2 ** 25;

/** Moves pixels across rows; false, and nothing done, for pixels of a size that is no power of two, or large images. */
export function turnSimd(
  workspace: ImageWorkspace,
  { data, channels }: CellImage,
  { width, height, start, right, down }: PixelWalk,
  out: Samples,
): boolean {
  const pixelBytes = channels * data.BYTES_PER_ELEMENT;
  const rowBytes = width * pixelBytes;
  if (![1, 2, 4, 8, 16].includes(pixelBytes) || data.byteLength > MAX_BYTES) return false;
  // Whole blocks of eight.
  const rowsAtOnce = Math.min(height, Math.max(8, Math.floor(PIECE_BYTES / rowBytes / 8) * 8));
  const bandBytes = (rowsAtOnce * rowBytes + 63) & ~63;
  const { address: band, bytes, kernels } = workspace.open(bandBytes + data.byteLength);
  const from = band + bandBytes;
  bytes.set(bytesOf(data), from);
  const turn = kernels[`turn_u${(8 * pixelBytes) as 8 | 16 | 32 | 64 | 128}`];
  const result = bytesOf(out);
  for (let y = 0; y < height; y += rowsAtOnce) {
    const end = Math.min(height, y + rowsAtOnce);
    turn(from, start, right, down, y, end, width, band);
    result.set(bytes.subarray(band, band + (end - y) * rowBytes), y * rowBytes);
  }
  return true;
}
