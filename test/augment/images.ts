/** Images for the tests of augmentations; makeImage is that of test/golden/opencv_augment.py. */
import type { CellImage, Samples } from 'hpa-kit';

export const KINDS = ['uint8', 'uint16', 'float32'] as const;
export type Kind = (typeof KINDS)[number];

export const FULL: Record<Kind, number> = { uint8: 255, uint16: 65535, float32: 1 };

export function makeSamples(kind: Kind, length: number): Samples {
  if (kind === 'uint8') return new Uint8Array(length);
  return kind === 'uint16' ? new Uint16Array(length) : new Float32Array(length);
}

/** Noise from an integer hash under a slow pattern. */
export function makeImage(width: number, height: number, channels: number, kind: Kind): CellImage {
  const data = makeSamples(kind, width * height * channels);
  for (let i = 0; i < data.length; i++) {
    let t = Math.imul(i + 1, 2654435761);
    t = Math.imul(t ^ (t >>> 15), 2246822519);
    const noise = (t ^ (t >>> 13)) & 0xffff;
    const [c, x, y] = [i % channels, Math.floor(i / channels) % width, Math.floor(i / channels / width)];
    const wide = Math.floor((noise * ((x * 700 + y * 1300 + c * 9000) % 65536)) / 65536);
    data[i] =
      kind === 'uint16' ? wide : kind === 'uint8' ? wide >> 8 : Math.fround(wide) / Math.fround(65535);
  }
  return { width, height, channels, data };
}

/** The greatest distance between samples. */
export function greatestDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}
