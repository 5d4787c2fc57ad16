/** Irregular smooth outlines, of cells and of nuclei. */
import type { Random } from '../../random';

/** A closed outline around a centre: its radius in each of `OUTLINE_STEPS` equally spaced directions. */
export interface Outline {
  readonly x: number;
  readonly y: number;
  readonly radii: Float32Array;
  /** The largest radius. */
  readonly reach: number;
}

export const OUTLINE_STEPS = 128;

/** The outline's radius in a direction. */
export function radiusAt(outline: Outline, angle: number): number {
  const turn = (angle / (2 * Math.PI)) % 1;
  return outline.radii[Math.floor((turn + 1) * OUTLINE_STEPS) % OUTLINE_STEPS]!;
}

/** The area inside an outline, in pixels. */
export function areaOf(outline: Outline): number {
  return outline.radii.reduce((sum, radius) => sum + radius * radius, 0) * (Math.PI / OUTLINE_STEPS);
}

/** An ellipse of the given mean radius and ratio of axes, made irregular by low harmonics. */
export function makeOutline(
  random: Random,
  x: number,
  y: number,
  radius: number,
  ratio: number,
  axis: number,
  roughness: number,
): Outline {
  const [a, b] = [radius * Math.sqrt(ratio), radius / Math.sqrt(ratio)];
  const waves = [2, 3, 4, 5, 7].map((k) => ({
    k,
    height: (random.normal() * roughness * 2) / k ** 0.8,
    phase: random.range(0, 2 * Math.PI),
  }));
  const radii = new Float32Array(OUTLINE_STEPS);
  let reach = 0;
  for (let step = 0; step < OUTLINE_STEPS; step++) {
    const angle = (2 * Math.PI * step) / OUTLINE_STEPS;
    const [c, s] = [Math.cos(angle - axis), Math.sin(angle - axis)];
    let factor = 1;
    for (const { k, height, phase } of waves) factor += height * Math.cos(k * angle + phase);
    radii[step] = (Math.max(0.55, factor) * a * b) / Math.sqrt(b * b * c * c + a * a * s * s);
    reach = Math.max(reach, radii[step]!);
  }
  // Corners grow an outline by at most four fifths.
  return { x, y, radii, reach: reach * 1.8 };
}

/** Pulls an outline out into a few tapering corners, as spread cells have them. */
export function addCorners(random: Random, radii: Float32Array, amount: number, packed: boolean): void {
  const number = packed ? 3 + random.int(3) : 1 + random.int(4);
  const growth = new Float32Array(OUTLINE_STEPS);
  for (let i = 0; i < number; i++) {
    const at = random.int(OUTLINE_STEPS);
    const height = amount * random.range(0.1, packed ? 0.3 : 0.75);
    const width = random.range(4, 9);
    for (let step = 0; step < OUTLINE_STEPS; step++) {
      const off = Math.abs(((step - at + 1.5 * OUTLINE_STEPS) % OUTLINE_STEPS) - OUTLINE_STEPS / 2);
      growth[step]! += height * Math.exp(-off / width);
    }
  }
  for (let step = 0; step < OUTLINE_STEPS; step++) radii[step]! *= 1 + Math.min(0.8, growth[step]!);
}
