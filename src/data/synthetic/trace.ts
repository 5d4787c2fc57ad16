/** Filaments: curved lines that a cell's edge and nucleus turn aside. */
import type { Random } from '../../random';
import { splat, type Plane } from './canvas';
import type { Field } from './field';

/** How a filament runs and looks. */
export interface Pen {
  /** Index of the cell that it stays in. */
  readonly cell: number;
  /** Length in pixels. */
  readonly length: number;
  /** Height of the line after the blur. */
  readonly peak: number;
  /** Width in pixels; 1 is the thinnest. @default 1 */
  readonly width?: number;
  /** How much it wanders, in radians a unit of length. @default 0 */
  readonly curl?: number;
  /** A regular wave, its height in radians. @default 0 */
  readonly wave?: number;
  /** Share of the height left over a nucleus; 0 keeps it out of nuclei. @default 0 */
  readonly overNucleus?: number;
  /** Pull towards the cell's axis, in radians a unit of length. @default 0 */
  readonly align?: number;
  /** Ends at the cell's edge instead of sliding along it. @default false */
  readonly stopsAtEdge?: boolean;
  /** Share of the height left at the end of the line. @default 1 */
  readonly fade?: number;
}

const STEP = 0.7;
/** Height of a line of splats after the blur, per weight of a splat. */
const LINE_GAIN = 0.66;

/** Draws one filament from a point in a direction. */
export function trace(
  plane: Plane,
  field: Field,
  random: Random,
  x: number,
  y: number,
  angle: number,
  pen: Pen,
): void {
  const { size, unit, owner, edge, rim } = field;
  const {
    cell,
    width = 1,
    curl = 0,
    wave = 0,
    overNucleus = 0,
    align = 0,
    fade = 1,
    stopsAtEdge = false,
  } = pen;
  const steps = Math.max(1, Math.round(pen.length / STEP));
  const lanes = Math.max(1, Math.round(width / 0.8));
  const weight = pen.peak / LINE_GAIN / (lanes > 1 ? 1.15 : 1);
  const axis = field.cells[cell]!.axis;
  const phase = wave > 0 ? random.range(0, 6.28) : 0;
  const turn = (STEP / unit) * 2;
  let bend = 0;
  for (let step = 0; step < steps; step++) {
    if (curl > 0) {
      bend = 0.93 * bend + curl * (random.uint32() / 4294967296 - 0.5);
      angle += bend * turn;
    }
    if (align > 0) angle += align * turn * Math.sin(2 * (axis - angle));
    const heading = wave > 0 ? angle + wave * Math.sin(phase + (step * STEP) / (3.2 * unit)) : angle;
    let dx = Math.cos(heading);
    let dy = Math.sin(heading);
    const at = Math.round(y) * size + Math.round(x);
    const [i, j] = [Math.round(x), Math.round(y)];
    const visible = i > 0 && j > 0 && i < size - 1 && j < size - 1;
    if (visible) {
      if (owner[at] !== cell) return;
      const nearEdge = edge[at]! < 3 * unit + 1;
      const nearNucleus = overNucleus === 0 && rim[at]! < 2 * unit + 1;
      if (nearEdge || nearNucleus) {
        // Slide along what is in the way: drop the part of the direction that points into it.
        const map = nearEdge ? edge : rim;
        const gx = map[at + 1]! - map[at - 1]!;
        const gy = map[at + size]! - map[at - size]!;
        const norm = Math.hypot(gx, gy);
        const into = norm > 0 ? (dx * gx + dy * gy) / norm : 0;
        if (into < 0) {
          if (nearEdge && stopsAtEdge) return;
          dx -= (into * gx) / norm;
          dy -= (into * gy) / norm;
          const left = Math.hypot(dx, dy);
          if (left < 0.05) return;
          dx /= left;
          dy /= left;
          angle = Math.atan2(dy, dx);
          bend = 0;
        }
      }
      if (overNucleus === 0 && rim[at]! < 0) {
        x += dx * STEP;
        y += dy * STEP;
        continue;
      }
    } else if (i < -size || j < -size || i > 2 * size || j > 2 * size) return;
    const done = step / steps;
    const height = weight * (1 - (1 - fade) * done) * (visible && rim[at]! < 0 ? overNucleus : 1) * STEP;
    for (let lane = 0; lane < lanes; lane++) {
      const off = lanes === 1 ? 0 : (lane / (lanes - 1) - 0.5) * (width - 0.8);
      splat(plane, size, x - dy * off, y + dx * off, height);
    }
    x += dx * STEP;
    y += dy * STEP;
  }
}
