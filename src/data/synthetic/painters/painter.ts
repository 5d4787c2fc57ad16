/** What a painter is: it adds one structure, as the protein shows it, to the green plane. */
import type { Random } from '../../../random';
import type { Plane } from '../canvas';
import type { Field } from '../field';

export { visibleNucleus, visibleShare } from '../field';
import type { Cell } from '../cell';

/** A field with the reference stains as drawn, before blur and noise. */
export interface Scene extends Field {
  readonly microtubules: Plane;
  readonly reticulum: Plane;
}

/**
 * Adds a structure to `green`. `level` is its brightness, about .6 to 1, and each cell's expression scales
 * it. `random` belongs to this structure alone, so that one label never changes how another is drawn.
 */
export type Painter = (green: Plane, scene: Scene, level: number, random: Random) => void;

/** Each cell's brightness of a structure. */
export function levels(scene: Scene, level: number): Float32Array {
  return Float32Array.from(scene.cells, (cell) => level * cell.expression);
}

/** Calls `draw` for each cell that has a nucleus, with its brightness. */
export function eachInterphase(
  scene: Scene,
  level: number,
  draw: (cell: Cell, index: number, brightness: number) => void,
): void {
  scene.cells.forEach((cell, index) => {
    if (cell.phase !== 'metaphase') draw(cell, index, level * cell.expression);
  });
}

/**
 * A random pixel of the list that lies at most `furthest` from the nucleus and at least `inset` from the
 * edge, or the last one tried; undefined for an empty list.
 */
export function pickPixel(
  scene: Scene,
  random: Random,
  pixels: Int32Array,
  furthest: number,
  inset: number,
): { x: number; y: number } | undefined {
  if (pixels.length === 0) return undefined;
  let at = 0;
  for (let tries = 0; tries < 12; tries++) {
    at = pixels[random.int(pixels.length)]!;
    if (Math.abs(scene.rim[at]!) <= furthest && scene.edge[at]! >= inset) break;
  }
  return { x: at % scene.size, y: Math.floor(at / scene.size) };
}

/** A whole number of structures for a cell: fewer in cells that are drawn small or cut by the border. */
export function numberOf(random: Random, low: number, high: number, share = 1): number {
  return Math.max(1, Math.round(random.range(low, high) * share));
}
