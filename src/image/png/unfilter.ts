/**
 * Undoes PNG's row filters (PNG specification, third edition, section 9): in WebAssembly where it runs, else by the
 * loops below, which give the same bytes.
 */
import { HpaError } from '../../errors';
import { imageWorkspace, PIECE_BYTES, type ImageWorkspace } from '../simd/kernels';

/**
 * Reads `height` filtered rows from `raw` at `start`, each one filter byte and `rowBytes` bytes, and writes
 * the plain bytes to `out`, rows after one another. `step` is the distance to the pixel on the left in bytes.
 * `swapBytes` swaps the two bytes of each 16-bit sample on the way.
 *
 * @throws HpaError `png-invalid` for a filter that PNG does not know
 */
export function unfilter(
  raw: Uint8Array,
  start: number,
  out: Uint8Array,
  rowBytes: number,
  height: number,
  step: number,
  swapBytes: boolean,
): void {
  const workspace = imageWorkspace();
  // Rows of megabytes would need a memory as large; the gain is in the many small ones.
  if (workspace && rowBytes <= 2 ** 20) {
    unfilterSimd(raw, start, out, rowBytes, height, step, swapBytes, workspace);
    return;
  }
  unfilterRows(raw, start, out, rowBytes, height, step);
  if (swapBytes) swapPairs(out);
}

function unfilterSimd(
  raw: Uint8Array,
  start: number,
  out: Uint8Array,
  rowBytes: number,
  height: number,
  step: number,
  swapBytes: boolean,
  workspace: ImageWorkspace,
): void {
  const rowsAtOnce = Math.min(height, Math.max(1, Math.floor(PIECE_BYTES / rowBytes)));
  const outSize = (rowsAtOnce + 1) * rowBytes;
  const { address: above, bytes, kernels } = workspace.open(outSize + rowsAtOnce * (rowBytes + 1));
  const plain = above + rowBytes;
  const filtered = above + outSize;
  bytes.fill(0, above, plain);
  for (let y = 0; y < height; y += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, height - y);
    const length = rows * rowBytes;
    const from = start + y * (rowBytes + 1);
    bytes.set(raw.subarray(from, from + rows * (rowBytes + 1)), filtered);
    const wrong = kernels.unfilter(filtered, plain, rowBytes, rows, step);
    if (wrong >= 0) throw unknownFilter(y + wrong, raw[from + wrong * (rowBytes + 1)]!);
    const done = swapBytes ? filtered : plain;
    if (swapBytes) kernels.swap_bytes(plain, filtered, length / 2);
    out.set(bytes.subarray(done, done + length), y * rowBytes);
    bytes.copyWithin(above, plain + length - rowBytes, plain + length);
  }
}

/** Swaps the two bytes of each 16-bit sample in place. */
function swapPairs(bytes: Uint8Array): void {
  const samples = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i]!;
    samples[i] = (value << 8) | (value >> 8);
  }
}

const unknownFilter = (row: number, filter: number) =>
  new HpaError('png-invalid', `row ${row} has filter ${filter}; PNG knows 0 to 4`);

/** The same in TypeScript, without the swap. */
export function unfilterRows(
  raw: Uint8Array,
  start: number,
  out: Uint8Array,
  rowBytes: number,
  height: number,
  step: number,
): void {
  // The row above the first counts as zeros.
  let above: Uint8Array = new Uint8Array(rowBytes);
  let aboveAt = 0;
  for (let y = 0; y < height; y++) {
    const from = start + y * (rowBytes + 1) + 1;
    const to = y * rowBytes;
    const filter = raw[from - 1]!;
    if (filter === 0) out.set(raw.subarray(from, from + rowBytes), to);
    else if (filter === 1) undoSub(raw, from, out, to, rowBytes, step);
    else if (filter === 2) undoUp(raw, from, out, to, rowBytes, above, aboveAt);
    else if (filter === 3) undoAverage(raw, from, out, to, rowBytes, above, aboveAt, step);
    else if (filter > 4) throw unknownFilter(y, filter);
    else if (step === 1) undoPaeth1(raw, from, out, to, rowBytes, above, aboveAt);
    else undoPaeth(raw, from, out, to, rowBytes, above, aboveAt, step);
    above = out;
    aboveAt = to;
  }
}

function undoSub(
  raw: Uint8Array,
  from: number,
  out: Uint8Array,
  to: number,
  length: number,
  step: number,
): void {
  if (step === 1) {
    let left = 0;
    for (let i = 0; i < length; i++) out[to + i] = left = (left + raw[from + i]!) & 255;
    return;
  }
  for (let i = 0; i < step; i++) out[to + i] = raw[from + i]!;
  for (let i = step; i < length; i++) out[to + i] = raw[from + i]! + out[to + i - step]!;
}

function undoUp(
  raw: Uint8Array,
  from: number,
  out: Uint8Array,
  to: number,
  length: number,
  above: Uint8Array,
  aboveAt: number,
): void {
  for (let i = 0; i < length; i++) out[to + i] = raw[from + i]! + above[aboveAt + i]!;
}

function undoAverage(
  raw: Uint8Array,
  from: number,
  out: Uint8Array,
  to: number,
  length: number,
  above: Uint8Array,
  aboveAt: number,
  step: number,
): void {
  if (step === 1) {
    let left = 0;
    for (let i = 0; i < length; i++) {
      out[to + i] = left = (raw[from + i]! + ((left + above[aboveAt + i]!) >> 1)) & 255;
    }
    return;
  }
  for (let i = 0; i < step; i++) out[to + i] = raw[from + i]! + (above[aboveAt + i]! >> 1);
  for (let i = step; i < length; i++) {
    out[to + i] = raw[from + i]! + ((out[to + i - step]! + above[aboveAt + i]!) >> 1);
  }
}

/** One byte a pixel, as in 8-bit greyscale: the neighbours stay in registers. */
function undoPaeth1(
  raw: Uint8Array,
  from: number,
  out: Uint8Array,
  to: number,
  length: number,
  above: Uint8Array,
  aboveAt: number,
): void {
  let left = 0;
  let corner = 0;
  for (let i = 0; i < length; i++) {
    const up = above[aboveAt + i]!;
    const toLeft = up - corner;
    const toUp = left - corner;
    const dLeft = Math.abs(toLeft);
    const dUp = Math.abs(toUp);
    const dCorner = Math.abs(toLeft + toUp);
    const best = dLeft <= dUp && dLeft <= dCorner ? left : dUp <= dCorner ? up : corner;
    left = (raw[from + i]! + best) & 255;
    out[to + i] = left;
    corner = up;
  }
}

function undoPaeth(
  raw: Uint8Array,
  from: number,
  out: Uint8Array,
  to: number,
  length: number,
  above: Uint8Array,
  aboveAt: number,
  step: number,
): void {
  for (let i = 0; i < step; i++) out[to + i] = raw[from + i]! + above[aboveAt + i]!;
  for (let i = step; i < length; i++) {
    const left = out[to + i - step]!;
    const up = above[aboveAt + i]!;
    const corner = above[aboveAt + i - step]!;
    const dLeft = Math.abs(up - corner);
    const dUp = Math.abs(left - corner);
    const dCorner = Math.abs(left + up - 2 * corner);
    const best = dLeft <= dUp && dLeft <= dCorner ? left : dUp <= dCorner ? up : corner;
    out[to + i] = raw[from + i]! + best;
  }
}
