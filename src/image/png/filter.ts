/** Chooses and applies a row filter for each row (PNG specification, third edition, section 9). */

/**
 * The rows with their filter bytes. Each row takes the filter whose differences, as signed bytes, have the
 * least sum of absolute values: the heuristic that the specification recommends (section 12.7).
 */
export function filterRows(
  bytes: Uint8Array,
  rowBytes: number,
  height: number,
  step: number,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array((rowBytes + 1) * height);
  const candidate = new Uint8Array(rowBytes);
  for (let y = 0; y < height; y++) {
    const to = y * (rowBytes + 1);
    let least = Infinity;
    for (let filter = 0; filter < 5; filter++) {
      const cost = filterRow(bytes, y * rowBytes, rowBytes, y > 0, step, filter, candidate);
      if (cost >= least) continue;
      least = cost;
      out[to] = filter;
      out.set(candidate, to + 1);
    }
  }
  return out;
}

function filterRow(
  bytes: Uint8Array,
  at: number,
  rowBytes: number,
  hasAbove: boolean,
  step: number,
  filter: number,
  out: Uint8Array,
): number {
  let cost = 0;
  for (let i = 0; i < rowBytes; i++) {
    const left = i < step ? 0 : bytes[at + i - step]!;
    const up = hasAbove ? bytes[at + i - rowBytes]! : 0;
    let guess = 0;
    if (filter === 1) guess = left;
    else if (filter === 2) guess = up;
    else if (filter === 3) guess = (left + up) >> 1;
    else if (filter === 4)
      guess = paeth(left, up, hasAbove && i >= step ? bytes[at + i - rowBytes - step]! : 0);
    const difference = (bytes[at + i]! - guess) & 255;
    out[i] = difference;
    cost += difference < 128 ? difference : 256 - difference;
  }
  return cost;
}

function paeth(left: number, up: number, corner: number): number {
  const dLeft = Math.abs(up - corner);
  const dUp = Math.abs(left - corner);
  const dCorner = Math.abs(left + up - 2 * corner);
  return dLeft <= dUp && dLeft <= dCorner ? left : dUp <= dCorner ? up : corner;
}
