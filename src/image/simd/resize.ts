/** Area-averaging resize in WebAssembly: bands of rows pass through its memory. */
import type { CellImage, Samples } from '../cell-image';
import type { Overlaps } from '../overlaps';
import { bytesOf, PIECE_BYTES, type ImageWorkspace } from './kernels';

/** Bands of more bytes than this are left to the TypeScript loops, so that the memory stays small. */
const MAX_BAND_BYTES = 2 ** 24;

/** Writes the resized samples to `out`; false, and nothing done, where the image is too large for these kernels. */
export function resizeSimd(
  workspace: ImageWorkspace,
  image: CellImage,
  columns: Overlaps,
  rows: Overlaps,
  out: Samples,
): boolean {
  // Sums of a column's samples are kept in 32 bits.
  if (image.data.BYTES_PER_ELEMENT === 2 && image.height > 65536) return false;
  if (isHalved(image, columns, rows)) halve(workspace, image, out);
  else return resizeBands(workspace, image, columns, rows, out);
  return true;
}

function isHalved({ width, height, channels, data }: CellImage, columns: Overlaps, rows: Overlaps): boolean {
  const halved = width === 2 * columns.first.length && height === 2 * rows.first.length;
  return (
    halved &&
    data instanceof Uint8Array &&
    (channels === 1 ? width % 16 === 0 : channels === 4 && width % 8 === 0)
  );
}

function halve(workspace: ImageWorkspace, { width, height, channels, data }: CellImage, out: Samples): void {
  const rowBytes = width * channels;
  const rowsAtOnce = Math.min(height, 2 * Math.max(1, Math.floor(PIECE_BYTES / rowBytes / 2)));
  const { address: from, bytes, kernels } = workspace.open(rowsAtOnce * rowBytes * 2);
  const to = from + rowsAtOnce * rowBytes;
  for (let y = 0; y < height; y += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, height - y);
    bytes.set(data.subarray(y * rowBytes, (y + rows) * rowBytes), from);
    kernels.halve_u8(from, width, channels, rows, to);
    out.set(bytes.subarray(to, to + (rows * rowBytes) / 4), (y * rowBytes) / 4);
  }
}

function resizeBands(
  workspace: ImageWorkspace,
  { width, height, channels, data }: CellImage,
  columns: Overlaps,
  rows: Overlaps,
  out: Samples,
): boolean {
  const kind = data.BYTES_PER_ELEMENT;
  const [outWidth, outHeight] = [columns.first.length, rows.first.length];
  const [rowBytes, outRowBytes] = [width * channels * kind, outWidth * channels * kind];
  const ends = bandEnds(rows, Math.max(1, Math.floor(PIECE_BYTES / rowBytes)));
  const starts = [0, ...ends.slice(0, -1)];
  const sourceRows = ends.map((end, i) => rows.last[end - 1]! - rows.first[starts[i]!]! + 1);
  const bandBytes = Math.max(...sourceRows) * rowBytes;
  const outBytes = Math.max(...ends.map((end, i) => end - starts[i]!)) * outRowBytes;
  const tableBytes = 64 + 16 * outWidth + 16 * outHeight;
  if (bandBytes + outBytes + tableBytes > MAX_BAND_BYTES) return false;

  const align = (bytes: number) => (bytes + 63) & ~63;
  // Sums of a line take 4 bytes a sample, 8 for floats.
  const lineBytes = align(width * channels * 8);
  const sumsBytes = align(outWidth * channels * 4);
  const size = lineBytes + sumsBytes + align(tableBytes) + align(bandBytes) + outBytes;
  const { address: line, bytes, kernels } = workspace.open(size);
  const sums = line + lineBytes;
  const tables = sums + sumsBytes;
  const band = tables + align(tableBytes);
  const result = band + align(bandBytes);
  const ints = new Int32Array(bytes.buffer);
  writeOverlaps(ints, tables, tables + 64, columns);
  writeOverlaps(ints, tables + 32, tables + 64 + 16 * outWidth, rows);

  const source = bytesOf(data);
  const target = bytesOf(out);
  ends.forEach((end, i) => {
    const start = starts[i]!;
    const firstByte = rows.first[start]! * rowBytes;
    bytes.set(source.subarray(firstByte, firstByte + sourceRows[i]! * rowBytes), band);
    kernels.resize_area(
      kind,
      band,
      width,
      channels,
      tables,
      tables + 32,
      start,
      end,
      width * height,
      line,
      sums,
      result,
    );
    target.set(bytes.subarray(result, result + (end - start) * outRowBytes), start * outRowBytes);
  });
  return true;
}

/** Output rows, cut where the source rows that a band covers come to be more than `sourceRows`. */
function bandEnds({ first, last }: Overlaps, sourceRows: number): number[] {
  const ends: number[] = [];
  let start = 0;
  for (let y = 1; y < first.length; y++) {
    if (last[y]! - first[start]! < sourceRows) continue;
    ends.push(y);
    start = y;
  }
  return [...ends, first.length];
}

/** The C struct at `address`, its arrays from `arrays` on. */
function writeOverlaps(ints: Int32Array, address: number, arrays: number, overlaps: Overlaps): void {
  const { first, last, head, tail, whole } = overlaps;
  const lists = [first, last, head, tail];
  const addresses = lists.map((_, i) => arrays + 4 * i * first.length);
  ints.set([first.length, ...addresses, whole], address >> 2);
  lists.forEach((list, i) => {
    ints.set(list, addresses[i]! >> 2);
  });
}
