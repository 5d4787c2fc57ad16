/** Applies curves to samples, through tables where the samples are integers. */
import { fullScale, samplesLike, type CellImage, type Samples } from '../image/cell-image';

/** From and to intensity on the 0–1 scale. */
export type Curve = (intensity: number) => number;

/** Applies one curve to all channels, or each of a list to its own. Integers are rounded and clamped; floats are not. */
export function mapSamples(image: CellImage, curves: readonly Curve[]): CellImage {
  const { data, channels } = image;
  const out = samplesLike(data, data.length);
  curves.forEach((curve, c) => {
    const [from, step] = curves.length === 1 ? [0, 1] : [c, channels];
    mapEvery(data, out, from, step, curve);
  });
  return { ...image, data: out };
}

function mapEvery(data: Samples, out: Samples, from: number, step: number, curve: Curve): void {
  const full = fullScale(data);
  if (data instanceof Float32Array) {
    for (let i = from; i < data.length; i += step) out[i] = curve(data[i]!);
  } else if (data.length / step > full) {
    lookUp(
      data,
      out,
      from,
      step,
      Uint16Array.from({ length: full + 1 }, (_, v) => toSample(curve(v / full), full)),
    );
  } else {
    for (let i = from; i < data.length; i += step) out[i] = toSample(curve(data[i]! / full), full);
  }
}

function lookUp(data: Samples, out: Samples, from: number, step: number, table: Uint16Array): void {
  for (let i = from; i < data.length; i += step) out[i] = table[data[i]!]!;
}

/** To nearest, halves up, and clamped. */
export function toSample(intensity: number, full: number): number {
  return Math.min(full, Math.max(0, Math.floor(intensity * full + 0.5)));
}
