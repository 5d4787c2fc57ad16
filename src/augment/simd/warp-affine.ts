/** The inside of an affine warp in WebAssembly: the whole image passes through its memory, and bands of the result. */
import type { CellImage, Samples } from '../../image/cell-image';
import { bytesOf, PIECE_BYTES, type ImageWorkspace } from '../../image/simd/kernels';
import type { Scanlines } from '../scanlines';

/** Beyond this, sums of places are not exact in TypeScript. */
const MAX_PLACE = 2 ** 20;
/** Larger images are left to the TypeScript loops, so that the memory stays small. */
const MAX_BYTES = 2 ** 25;
/** Places of a line as two doubles, then its first pixel and the one after its last. */
const LINE_BYTES = 24;

/** Writes the inside of each line, bilinearly; false, and nothing done, where the image is too large. */
export function warpInsideSimd(
  workspace: ImageWorkspace,
  { data, width, channels }: CellImage,
  lines: Scanlines,
  out: Samples,
): boolean {
  const { length, stepX, stepY } = lines;
  const height = lines.y.length;
  if (data.byteLength > MAX_BYTES || !isNear(lines)) return false;
  const rowSamples = length * channels;
  const rowBytes = rowSamples * data.BYTES_PER_ELEMENT;
  const rowsAtOnce = Math.min(height, Math.max(1, Math.floor(PIECE_BYTES / rowBytes)));
  if (rowsAtOnce * rowBytes > MAX_BYTES) return false;

  const align = (size: number): number => (size + 63) & ~63;
  const tableBytes = align(height * LINE_BYTES);
  const bandBytes = align(rowsAtOnce * rowBytes + 64);
  const { address: table, bytes, kernels } = workspace.open(tableBytes + bandBytes + data.byteLength);
  const [band, from] = [table + tableBytes, table + tableBytes + bandBytes];
  writeLines(bytes, table, lines);
  bytes.set(bytesOf(data), from);

  const { warp_affine_u8, warp_affine_u16, warp_affine_f32 } = kernels;
  const kernel =
    data instanceof Uint8Array
      ? warp_affine_u8
      : data instanceof Uint16Array
        ? warp_affine_u16
        : warp_affine_f32;
  const result = bytesOf(out);
  for (let y = 0; y < height; y += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, height - y);
    const ownLines = table + y * LINE_BYTES;
    kernel(from, width * channels, channels, stepX, stepY, ownLines, rows, band, rowSamples);
    result.set(bytes.subarray(band, band + rows * rowBytes), y * rowBytes);
  }
  return true;
}

function isNear({ x, y, stepX, stepY, length }: Scanlines): boolean {
  const extent = (starts: Float64Array, step: number): number =>
    Math.max(Math.abs(starts[0]!), Math.abs(starts.at(-1)!)) + length * Math.abs(step);
  return extent(x, stepX) < MAX_PLACE && extent(y, stepY) < MAX_PLACE;
}

function writeLines(bytes: Uint8Array<ArrayBuffer>, address: number, lines: Scanlines): void {
  const height = lines.y.length;
  const places = new Float64Array(bytes.buffer, address, 3 * height);
  const spans = new Int32Array(bytes.buffer, address, 6 * height);
  for (let y = 0; y < height; y++) {
    places[3 * y] = lines.x[y]!;
    places[3 * y + 1] = lines.y[y]!;
    spans[6 * y + 4] = lines.begin[y]!;
    spans[6 * y + 5] = lines.end[y]!;
  }
}
