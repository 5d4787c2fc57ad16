/** Applies curves to samples, through tables where the samples are integers. */
import { fullScale, unsetSamplesLike, type CellImage } from '../image/cell-image';
import { imageWorkspace } from '../image/simd/kernels';
import { lookUpSimd } from './simd/look-up';

/** From and to intensity on the 0–1 scale. */
export type Curve = (intensity: number) => number;

/** Applies one curve to all channels, or each of a list to its own. Integers are rounded and clamped; floats are not. */
export function mapSamples(image: CellImage, curves: readonly Curve[]): CellImage {
  const { data } = image;
  if (data instanceof Float32Array) {
    const out = unsetSamplesLike(data, data.length);
    for (let i = 0, c = 0; i < data.length; i++) {
      out[i] = curves[c]!(data[i]!);
      if (++c === curves.length) c = 0;
    }
    return { ...image, data: out };
  }
  const full = fullScale(data);
  if (data.length <= curves.length * full) {
    const mapped = data.map((sample, i) => toSample(curves[i % curves.length]!(sample / full), full));
    return { ...image, data: mapped };
  }
  const out = unsetSamplesLike(data, data.length);
  const tables = curves.map((curve) => {
    const table = unsetSamplesLike(data, full + 1);
    for (let v = 0; v <= full; v++) table[v] = toSample(curve(v / full), full);
    return table;
  });
  const workspace = imageWorkspace();
  if (!workspace || !lookUpSimd(workspace, data, tables, out)) lookUpLoops(data, tables, out);
  return { ...image, data: out };
}

/** The same as `lookUpSimd` in TypeScript. */
export function lookUpLoops<T extends Uint8Array | Uint16Array>(data: T, tables: readonly T[], out: T): void {
  tables.forEach((table, c) => {
    for (let i = c; i < data.length; i += tables.length) out[i] = table[data[i]!]!;
  });
}

/** To nearest, halves up, and clamped. */
export function toSample(intensity: number, full: number): number {
  return Math.min(full, Math.max(0, Math.floor(intensity * full + 0.5)));
}
