/** Undoes PNG's row filters (PNG specification, third edition, section 9). */
import { HpaError } from '../../errors';

/**
 * Reads `height` filtered rows from `raw` at `start`, each one filter byte and `rowBytes` bytes, and writes
 * the plain bytes to `out`, rows after one another. `step` is the distance to the pixel on the left in bytes.
 */
export function unfilter(
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
    else if (filter > 4) throw new HpaError('png-invalid', `row ${y} has filter ${filter}; PNG knows 0 to 4`);
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
