/** Separable, symmetric filters in WebAssembly: rows pass through its memory, those within the radius stay there. */
import type { CellImage, Samples } from '../../image/cell-image';
import { bytesOf, type ImageWorkspace } from '../../image/simd/kernels';
import { PaddedRows, recentRows } from '../blur-loops';
import type { Resampling } from '../resampling';

/** Wider rows or kernels are left to the TypeScript loops, so that the memory stays small. */
const MAX_BYTES = 2 ** 25;

/** Filters the image into `out`; false, and nothing done, where it would take too much room. */
export function blurSimd(
  workspace: ImageWorkspace,
  image: CellImage,
  weights: Float32Array,
  resampling: Resampling,
  out: Samples,
): boolean {
  const { height, width, channels, data } = image;
  const radius = weights.length - 1;
  const stride = width * channels;
  const align = (bytes: number): number => (bytes + 63) & ~63;
  // Kernels go by eight samples.
  const rowBytes = align(4 * (stride + 8));
  const lineBytes = align(4 * (stride + 2 * radius * channels + 8));
  const tableBytes = align(4 * (2 * radius + 1));
  const slots = Math.min(height, 2 * radius + 1) + 1;
  const size = 2 * tableBytes + lineBytes + (slots + 1) * rowBytes;
  if (size > MAX_BYTES) return false;

  const { address, bytes, kernels } = workspace.open(size);
  const table = address + tableBytes;
  const line = table + tableBytes;
  const result = line + lineBytes;
  const kept = result + rowBytes;
  new Float32Array(bytes.buffer, address, radius + 1).set(weights);
  const addresses = new Int32Array(bytes.buffer, table, 2 * radius + 1);
  const padded = new Float32Array(bytes.buffer, line, stride + 2 * radius * channels);
  const source = new PaddedRows(image, radius, resampling, padded);
  const rows = recentRows(image, radius, resampling, (y, slot) => {
    source.read(y);
    const row = kept + slot * rowBytes;
    kernels.blur_along(line + 4 * radius * channels, address, radius, channels, stride, row);
    return row;
  });
  const written = bytesOf(out);
  const outBytes = stride * data.BYTES_PER_ELEMENT;
  for (let y = 0; y < height; y++) {
    addresses[0] = rows(y);
    for (let k = 1; k <= radius; k++) {
      addresses[2 * k - 1] = rows(y - k);
      addresses[2 * k] = rows(y + k);
    }
    kernels.blur_across(table, address, radius, stride, data.BYTES_PER_ELEMENT, result);
    written.set(bytes.subarray(result, result + outBytes), y * outBytes);
  }
  return true;
}
