/**
 * From a JPEG's components to RGB by libjpeg's own arithmetic, so that the samples are those that Pillow and
 * OpenCV see: "fancy" upsampling, which weighs neighbours 3 to 1, and conversion in fixed point.
 *
 * @see https://github.com/libjpeg-turbo/libjpeg-turbo/blob/main/src/jdsample.c
 */
import type { JpegComponent, JpegFrame } from './frame';

/**
 * @param raw one byte a component and pixel, interleaved, where components of less detail repeat their samples
 * @returns RGB, interleaved
 */
export function toRgb(raw: Uint8Array, frame: JpegFrame, isYcc: boolean): Uint8Array<ArrayBuffer> {
  const { width, height, components } = frame;
  const planes = components.map((component, c) =>
    upsample(pickPlane(raw, frame, component, c), component, frame),
  );
  const [first, second, third] = planes as [Uint8Array, Uint8Array, Uint8Array];
  const out = new Uint8Array(width * height * 3);
  if (isYcc) {
    const clamped = new Uint8ClampedArray(out.buffer);
    for (let i = 0, at = 0; i < first.length; i++, at += 3) {
      const y = first[i]!;
      const cb = second[i]! - 128;
      const cr = third[i]! - 128;
      clamped[at] = y + ((91881 * cr + 32768) >> 16);
      clamped[at + 1] = y + ((-22554 * cb - 46802 * cr + 32768) >> 16);
      clamped[at + 2] = y + ((116130 * cb + 32768) >> 16);
    }
    return out;
  }
  for (let i = 0, at = 0; i < first.length; i++, at += 3) {
    out[at] = first[i]!;
    out[at + 1] = second[i]!;
    out[at + 2] = third[i]!;
  }
  return out;
}

interface Plane {
  data: Uint8Array;
  width: number;
  height: number;
}

/** A component's own samples, without the repetitions. */
function pickPlane(
  raw: Uint8Array,
  frame: JpegFrame,
  { stepX, stepY }: JpegComponent,
  component: number,
): Plane {
  const [width, height] = [Math.ceil(frame.width / stepX), Math.ceil(frame.height / stepY)];
  const data = new Uint8Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    let from = y * stepY * frame.width * 3 + component;
    for (let x = 0; x < width; x++, from += stepX * 3) data[to++] = raw[from]!;
  }
  return { data, width, height };
}

/** A value at each pixel. libjpeg interpolates for steps of 2, and repeats for others and very narrow images. */
function upsample(plane: Plane, { stepX, stepY }: JpegComponent, { width, height }: JpegFrame): Uint8Array {
  if (stepX === 1 && stepY === 1) return plane.data;
  const acrossToo = stepX === 2 && plane.width > 2;
  const interpolates = acrossToo ? stepY <= 2 : stepX === 1 && stepY === 2;
  const out = new Uint8Array(width * height);
  const sums = new Int32Array(plane.width);
  for (let y = 0; y < height; y++) {
    const row = out.subarray(y * width, (y + 1) * width);
    const nearest = Math.floor(y / stepY);
    if (!interpolates) {
      for (let x = 0; x < width; x++) row[x] = plane.data[nearest * plane.width + Math.floor(x / stepX)]!;
      continue;
    }
    const isUpper = y % 2 === 0;
    const other =
      stepY === 1 ? nearest : Math.min(Math.max(nearest + (isUpper ? -1 : 1), 0), plane.height - 1);
    const [near, far] = [nearest * plane.width, other * plane.width];
    for (let x = 0; x < sums.length; x++)
      sums[x] = stepY === 1 ? plane.data[near + x]! : 3 * plane.data[near + x]! + plane.data[far + x]!;
    if (acrossToo && stepY === 1) stretch(sums, row, 1, 2, 2);
    else if (acrossToo) stretch(sums, row, 8, 7, 4);
    else for (let x = 0; x < width; x++) row[x] = (sums[x]! + (isUpper ? 1 : 2)) >> 2;
  }
  return out;
}

/** Twice as wide; the roundings of left and right differ, so that the errors even out. */
function stretch(sums: Int32Array, row: Uint8Array, left: number, right: number, shift: number): void {
  const last = sums.length - 1;
  for (let x = 0, to = 0; x <= last; x++) {
    const own = 3 * sums[x]!;
    row[to++] = (own + sums[x > 0 ? x - 1 : 0]! + left) >> shift;
    if (to < row.length) row[to++] = (own + sums[x < last ? x + 1 : last]! + right) >> shift;
  }
}
