/** The shape of one cell: its body, nucleus, nucleoli and organising centre. */
import type { Random } from '../../random';
import { addCorners, makeOutline, radiusAt, type Outline } from './outline';

/** A small roundish body. */
export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Direction in which it is drawn out. */
  readonly axis: number;
}

/** One cell; lengths in pixels, angles in radians. */
export interface Cell {
  readonly phase: 'interphase' | 'metaphase' | 'daughter';
  readonly body: Outline;
  /** The nucleus; in metaphase the plate of chromosomes. */
  readonly nucleus: Outline;
  /** Mean radius of the nucleus. */
  readonly nucleusRadius: number;
  readonly nucleoli: readonly Disc[];
  /** Direction in which the cell is stretched; in metaphase that of the spindle. */
  readonly axis: number;
  /** Direction from the nucleus to the microtubule-organising centre. */
  readonly centreAngle: number;
  /** The microtubule-organising centre; in metaphase one pole, the other lies opposite. */
  readonly centre: { readonly x: number; readonly y: number };
  /** How strongly this cell expresses the protein, about 1. */
  readonly expression: number;
  /** How strongly it takes the three reference stains, about 1. */
  readonly stain: number;
}

/** What the cells of one field have in common, as cells of one line do. */
export interface CellLine {
  readonly stretch: number;
  readonly corners: number;
  readonly axis: number;
  readonly alignment: number;
  readonly expressionSpread: number;
}

/** A spread cell between divisions. */
export function interphaseCell(
  random: Random,
  x: number,
  y: number,
  diameter: number,
  line: CellLine,
  packed: boolean,
): Cell {
  const axis = line.axis + (1 - line.alignment) * random.range(-1.6, 1.6);
  const radius = diameter * (packed ? random.range(0.52, 0.6) : random.range(0.44, 0.56));
  const stretch = 1 + (line.stretch - 1) * random.range(0.4, 1.4);
  const body = makeOutline(random, x, y, radius, stretch, axis, 0.09);
  addCorners(random, body.radii, line.corners, packed);
  const nucleusRadius = diameter * random.range(0.175, 0.225);
  const nucleus = makeOutline(
    random,
    x + diameter * random.range(-0.05, 0.05),
    y + diameter * random.range(-0.05, 0.05),
    nucleusRadius,
    1 + Math.min(0.6, (stretch - 1) * 0.5 + random.range(0, 0.25)),
    axis + random.range(-0.35, 0.35),
    0.035,
  );
  return finish(random, 'interphase', body, nucleus, nucleusRadius, axis, line.expressionSpread);
}

/** One of two cells that have just divided: small and round. */
export function daughterCell(random: Random, x: number, y: number, diameter: number): Cell {
  const axis = random.range(0, Math.PI);
  const body = makeOutline(random, x, y, diameter * 0.36, 1.1, axis, 0.05);
  const nucleusRadius = diameter * 0.145;
  const nucleus = makeOutline(random, x, y, nucleusRadius, 1.25, axis, 0.05);
  return finish(random, 'daughter', body, nucleus, nucleusRadius, axis, 0.05);
}

/** A round cell with its chromosomes lined up in a plate across the spindle. */
export function metaphaseCell(random: Random, x: number, y: number, diameter: number): Cell {
  const axis = random.range(0, Math.PI);
  const body = makeOutline(random, x, y, diameter * random.range(0.36, 0.4), 1.05, axis, 0.025);
  const plate = makeOutline(random, x, y, diameter * 0.105, 3.6, axis + Math.PI / 2, 0.05);
  const cell = finish(random, 'metaphase', body, plate, diameter * 0.105, axis, 0.05);
  const reach = diameter * 0.21;
  const centre = { x: x + reach * Math.cos(axis), y: y + reach * Math.sin(axis) };
  return { ...cell, centreAngle: axis, centre, nucleoli: [] };
}

function finish(
  random: Random,
  phase: Cell['phase'],
  body: Outline,
  nucleus: Outline,
  nucleusRadius: number,
  axis: number,
  spread: number,
): Cell {
  const centreAngle = random.range(0, 2 * Math.PI);
  const away = radiusAt(nucleus, centreAngle) + nucleusRadius * 0.28;
  const expression = Math.exp(random.normal(0, spread));
  const stain = Math.exp(random.normal(0, 0.18));
  return {
    phase,
    body,
    nucleus,
    nucleusRadius,
    nucleoli: placeNucleoli(random, nucleus, nucleusRadius),
    axis,
    centreAngle,
    centre: { x: nucleus.x + away * Math.cos(centreAngle), y: nucleus.y + away * Math.sin(centreAngle) },
    expression: Math.min(1.7, Math.max(0.45, expression)),
    stain: Math.min(1.5, Math.max(0.6, stain)),
  };
}

function placeNucleoli(random: Random, nucleus: Outline, nucleusRadius: number): Disc[] {
  const wanted = 2 + random.int(4);
  const discs: Disc[] = [];
  for (let tries = 0; tries < 30 && discs.length < wanted; tries++) {
    const angle = random.range(0, 2 * Math.PI);
    const away = radiusAt(nucleus, angle) * Math.sqrt(random.next()) * 0.62;
    const radius = nucleusRadius * random.range(0.15, 0.29);
    const [x, y] = [nucleus.x + away * Math.cos(angle), nucleus.y + away * Math.sin(angle)];
    if (discs.every((other) => Math.hypot(x - other.x, y - other.y) > (radius + other.radius) * 1.15))
      discs.push({ x, y, radius, axis: random.range(0, Math.PI) });
  }
  return discs;
}
