/** Where the cells of a field lie: a loose or dense lawn, with dividing cells where they are wanted. */
import type { Random } from '../../random';
import { daughterCell, interphaseCell, metaphaseCell, type Cell, type CellLine } from './cell';

/** What the labels ask of a field. */
export interface LayoutWishes {
  /** One cell stands in metaphase. */
  readonly metaphase: boolean;
  /** Two daughter cells are still joined by a bridge. */
  readonly bridge: boolean;
  /** The cells lie so close that they touch. */
  readonly packed: boolean;
}

/** The bridge between two daughter cells. */
export interface Bridge {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
  readonly length: number;
}

export interface Layout {
  readonly cells: readonly Cell[];
  readonly bridge: Bridge | undefined;
  /** Mean diameter of a cell in pixels. */
  readonly diameter: number;
}

/** Mean diameter of a cell: 150 pixels at 512, shrinking more slowly than the image so that structures stay visible. */
export function cellDiameter(size: number): number {
  return 150 * (size / 512) ** 0.6;
}

/** Places the cells of one field. */
export function layOut(random: Random, size: number, wishes: LayoutWishes): Layout {
  const diameter = cellDiameter(size);
  const line: CellLine = {
    stretch: random.range(1.05, 2.3),
    corners: random.next(),
    axis: random.range(0, Math.PI),
    alignment: random.next(),
    expressionSpread: random.range(0.1, 0.4),
  };
  const spacing = diameter * (wishes.packed ? random.range(0.66, 0.74) : random.range(0.7, 0.92));
  const occupancy = wishes.packed ? 1 : random.range(0.6, 1);
  const placed: { x: number; y: number }[] = [];
  const cells: Cell[] = [];

  if (wishes.metaphase) {
    // With a bridge to come it stands in a corner, to leave room for it.
    const along = () => size * (wishes.bridge ? random.pick([0.25, 0.75]) : random.range(0.25, 0.75));
    const at = { x: along(), y: along() };
    placed.push(at);
    cells.push(metaphaseCell(random, at.x, at.y, diameter));
  }
  let bridge: Bridge | undefined;
  if (wishes.bridge) {
    const middle = furthest(random, size, placed);
    const [other] = placed;
    const angle = other
      ? Math.atan2(other.y - middle.y, other.x - middle.x) + Math.PI / 2
      : random.range(0, Math.PI);
    const half = diameter * 0.42;
    for (const side of [-1, 1]) {
      const at = { x: middle.x + side * half * Math.cos(angle), y: middle.y + side * half * Math.sin(angle) };
      placed.push(at);
      cells.push(daughterCell(random, at.x, at.y, diameter));
    }
    placed.push(middle);
    bridge = { ...middle, angle, length: diameter * 0.2 };
  }
  const margin = 0.35 * diameter;
  const wanted = Math.max(
    cells.length + 1,
    Math.round(((size + 2 * margin) / spacing) ** 2 * 0.72 * occupancy),
  );
  for (let tries = 0; tries < 40 * wanted && cells.length < wanted; tries++) {
    // The first cell in interphase stands well inside, so that every field has one to show.
    const low = tries < 20 && !cells.some((cell) => cell.phase === 'interphase') ? 0.25 * size : -margin;
    const at = { x: random.range(low, size - low), y: random.range(low, size - low) };
    if (placed.some((other) => Math.hypot(at.x - other.x, at.y - other.y) < spacing)) continue;
    placed.push(at);
    cells.push(interphaseCell(random, at.x, at.y, diameter, line, wishes.packed));
  }
  return { cells, bridge, diameter };
}

/** The point, of some drawn in the middle of the image, that is furthest from those taken. */
function furthest(random: Random, size: number, taken: readonly { x: number; y: number }[]) {
  let best = { x: size / 2, y: size / 2 };
  let bestDistance = -1;
  for (let i = 0; i < 12; i++) {
    const at = { x: size * random.range(0.25, 0.75), y: size * random.range(0.25, 0.75) };
    const distance = Math.min(1e9, ...taken.map((other) => Math.hypot(at.x - other.x, at.y - other.y)));
    if (distance > bestDistance) [best, bestDistance] = [at, distance];
  }
  return best;
}
