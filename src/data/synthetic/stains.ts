/** The three reference stains: microtubules (red), nucleus (blue) and endoplasmic reticulum (yellow). */
import type { Random } from '../../random';
import { dot, noise, type Plane } from './canvas';
import { visibleShare, type Field } from './field';
import type { Cell } from './cell';
import { trace } from './trace';

/** Microtubules, a network that radiates from each cell's organising centre; spindles in metaphase. */
export function drawMicrotubules(random: Random, field: Field): Plane {
  const { size, unit, owner, edge, rim } = field;
  const plane = new Float32Array(size * size);
  field.cells.forEach((cell, index) => {
    if (cell.phase === 'metaphase') {
      drawSpindle(random, plane, field, index, 0.8);
      return;
    }
    const pixels = field.cytoplasm[index]!;
    const number = Math.round((cell.phase === 'daughter' ? 70 : 135) * (0.22 + 0.78 * Math.min(1, unit)));
    const peak = cell.stain * (0.25 + 0.025 / Math.max(0.4, unit));
    const central = Math.round(number * 0.42);
    const others = pixels.length > 0 ? Math.round(number * 0.58 * visibleShare(field, index)) : 0;
    for (let i = 0; i < central + others; i++) {
      let { x, y } = cell.centre;
      let angle = random.range(0, 2 * Math.PI);
      if (i < central) {
        x += random.normal(0, 5 * unit);
        y += random.normal(0, 5 * unit);
      } else {
        const at = pixels[random.int(pixels.length)]!;
        [x, y] = [at % size, Math.floor(at / size)];
        angle = Math.atan2(y - cell.nucleus.y, x - cell.nucleus.x) + random.normal(0, 0.9);
      }
      trace(plane, field, random, x, y, angle, {
        cell: index,
        length: field.diameter * random.range(0.2, 0.75),
        peak: peak * random.range(0.5, 1.5),
        curl: 0.03,
        align: 0.02,
        stopsAtEdge: random.bool(0.75),
        overNucleus: random.bool(0.16) ? 0.5 : 0,
        fade: 0.6,
      });
    }
    dot(plane, size, cell.centre.x, cell.centre.y, 3 * unit, 0.22 * cell.stain);
  });
  drawBridge(plane, field, 0.75);
  for (let i = 0; i < plane.length; i++) {
    const cell = owner[i]!;
    if (cell < 0) continue;
    const thick = Math.min(1, edge[i]! / (8 * unit));
    plane[i] =
      plane[i]! * (0.45 + 0.55 * thick) + field.cells[cell]!.stain * thick * (rim[i]! < 0 ? 0.05 : 0.09);
  }
  return plane;
}

/** A bipolar spindle: fibres that bow from pole to pole, and short asters around the poles. */
export function drawSpindle(random: Random, plane: Plane, field: Field, index: number, peak: number): void {
  const cell = field.cells[index]!;
  const { size, unit } = field;
  const fibres = Math.round(26 * Math.max(0.45, unit));
  for (const side of [0, 1]) {
    const pole = poleOf(cell, side);
    const towards = Math.atan2(cell.body.y - pole.y, cell.body.x - pole.x);
    const reach = Math.hypot(cell.body.x - pole.x, cell.body.y - pole.y);
    for (let i = 0; i < fibres; i++) {
      // Each half-fibre starts outwards and bends back, so that the whole has the shape of a spindle.
      const spread = random.range(-0.62, 0.62);
      const steps = Math.ceil(reach * 1.4);
      for (let step = 0; step <= steps; step++) {
        const t = step / steps;
        const along = reach * t * 0.9;
        const across = reach * spread * Math.sin((t * Math.PI) / 2);
        const x = pole.x + along * Math.cos(towards) - across * Math.sin(towards);
        const y = pole.y + along * Math.sin(towards) + across * Math.cos(towards);
        dot(plane, size, x, y, 0.8, peak * (0.05 + 0.05 * unit));
      }
    }
    for (let i = 0; i < fibres / 2; i++)
      trace(plane, field, random, pole.x, pole.y, towards + Math.PI + random.range(-1.5, 1.5), {
        cell: index,
        length: field.diameter * random.range(0.06, 0.15),
        peak: peak * 0.4,
        overNucleus: 1,
        fade: 0.3,
      });
    dot(plane, size, pole.x, pole.y, 2.6 * unit, peak * 0.55);
  }
}

/** One of the two spindle poles. */
export function poleOf(cell: Cell, side: number): { x: number; y: number } {
  if (side === 0) return cell.centre;
  return { x: 2 * cell.body.x - cell.centre.x, y: 2 * cell.body.y - cell.centre.y };
}

/** The bundle of microtubules in the bridge between two daughter cells, with the gap of the midbody. */
export function drawBridge(plane: Plane, field: Field, peak: number, gap = 0.06): void {
  const { bridge, size, unit } = field;
  if (!bridge) return;
  const steps = Math.ceil(bridge.length * 1.5);
  for (let step = 0; step <= steps; step++) {
    const t = step / steps - 0.5;
    if (Math.abs(t) < gap) continue;
    const sigma = Math.max(0.75, 1.5 * unit * (0.75 + Math.abs(t)));
    const x = bridge.x + t * bridge.length * Math.cos(bridge.angle);
    const y = bridge.y + t * bridge.length * Math.sin(bridge.angle);
    dot(plane, size, x, y, sigma, (peak * 0.27) / Math.max(0.6, sigma));
  }
}

/** Chromatin: textured nuclei with darker nucleoli; bright plates in metaphase. */
export function drawChromatin(random: Random, field: Field): Plane {
  const { size, unit, nucleus, rim, nucleoli } = field;
  const plane = new Float32Array(size * size);
  const fine = noise(random, size, 3.2 * unit);
  const coarse = noise(random, size, 11 * unit);
  for (let i = 0; i < plane.length; i++) {
    const index = nucleus[i]!;
    if (index < 0) continue;
    const cell = field.cells[index]!;
    const brightness = cell.phase === 'metaphase' ? 1.15 : cell.phase === 'daughter' ? 0.85 : 0.62;
    const texture = 0.45 + 0.5 * fine[i]! + 0.4 * coarse[i]!;
    const rounded = Math.min(1, 0.75 - rim[i]! / (12 * unit));
    plane[i] = cell.stain * brightness * texture * rounded * (1 - 0.45 * nucleoli[i]!);
  }
  return plane;
}

/** Endoplasmic reticulum: a mottled net, brightest around the nucleus. */
export function drawReticulum(random: Random, field: Field): Plane {
  const { size, unit, owner, edge, rim } = field;
  const plane = new Float32Array(size * size);
  const fine = noise(random, size, Math.max(1.6, 2.2 * unit));
  const net = noise(random, size, 5.3 * unit);
  const net2 = noise(random, size, 3.7 * unit);
  const coarse = noise(random, size, 20 * unit);
  for (let i = 0; i < plane.length; i++) {
    const index = owner[i]!;
    if (index < 0) continue;
    const { stain } = field.cells[index]!;
    if (rim[i]! < 0) {
      plane[i] = stain * (0.08 + 0.08 * fine[i]!);
      continue;
    }
    // Two meshes of different widths hide the lattice of the noise.
    const ridge = 1 - Math.abs(net[i]! + net2[i]! - 1);
    const mesh = 0.4 * fine[i]! + 0.6 * ridge ** 3;
    const falloff = 0.16 + 0.84 * Math.exp(-rim[i]! / (24 * unit));
    const thin = Math.min(1, edge[i]! / (5 * unit));
    plane[i] = stain * falloff * thin * (0.2 + 1.25 * mesh) * (0.6 + 0.8 * coarse[i]!);
  }
  return plane;
}
