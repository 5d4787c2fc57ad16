/** Structures that fill or border the cytoplasm: reticulum, Golgi, mitochondria, cytosol, membranes. */
import { noise } from '../canvas';
import { distanceTo } from '../field';
import { radiusAt } from '../outline';
import { trace } from '../trace';
import { eachInterphase, levels, numberOf, pickPixel, visibleShare, type Painter } from './painter';

/** The same net as the yellow stain. */
export const endoplasmicReticulum: Painter = (green, scene, level) => {
  const brightness = levels(scene, level);
  for (let i = 0; i < green.length; i++) {
    const cell = scene.owner[i]!;
    if (cell >= 0) green[i]! += 1.05 * brightness[cell]! * scene.reticulum[i]!;
  }
};

/** A compact ribbon of short thick strokes beside the nucleus, around the organising centre. */
export const golgi: Painter = (green, scene, level, random) => {
  eachInterphase(scene, level, (cell, index, brightness) => {
    const spread = random.range(0.35, 0.6);
    const number = numberOf(random, 13, 20, 0.45 + 0.55 * Math.min(1, scene.unit));
    for (let i = 0; i < number; i++) {
      const angle = cell.centreAngle + random.normal(0, spread);
      const away = radiusAt(cell.nucleus, angle) + scene.unit * (2.5 + Math.abs(random.normal(0, 5.5)));
      const x = cell.nucleus.x + away * Math.cos(angle);
      const y = cell.nucleus.y + away * Math.sin(angle);
      // Strokes run along the nucleus, more or less.
      trace(green, scene, random, x, y, angle + Math.PI / 2 + random.normal(0, 0.7), {
        cell: index,
        length: Math.max(2.5, random.range(4, 11) * scene.unit),
        peak: brightness * random.range(0.45, 0.8),
        width: Math.max(1, random.range(1.6, 3) * scene.unit),
        curl: 0.3,
      });
    }
  });
};

/** Worm-like short tubes, densest around the nucleus. */
export const mitochondria: Painter = (green, scene, level, random) => {
  eachInterphase(scene, level, (cell, index, brightness) => {
    const number = numberOf(
      random,
      115,
      155,
      visibleShare(scene, index) * (0.3 + 0.7 * Math.min(1, scene.unit)),
    );
    for (let i = 0; i < number; i++) {
      const furthest = scene.unit * (4 + Math.abs(random.normal(0, 26)));
      const at = pickPixel(scene, random, scene.cytoplasm[index]!, furthest, 5 * scene.unit);
      if (!at) return;
      const outwards = Math.atan2(at.y - cell.nucleus.y, at.x - cell.nucleus.x);
      trace(green, scene, random, at.x, at.y, outwards + random.normal(0, 0.9), {
        cell: index,
        length: Math.max(2.5, random.range(4, 13) * scene.unit),
        peak: brightness * random.range(0.4, 0.75),
        width: Math.max(1, 1.9 * scene.unit),
        curl: 0.35,
      });
    }
  });
};

/** A smooth fill outside the nucleus that thins towards the edge. */
export const cytosol: Painter = (green, scene, level, random) => {
  const { size, unit, owner, rim, edge } = scene;
  const brightness = levels(scene, level);
  const coarse = noise(random, size, 14 * unit);
  const fine = noise(random, size, 1.8 * unit);
  for (let i = 0; i < green.length; i++) {
    const cell = owner[i]!;
    if (cell < 0) continue;
    const thick = Math.min(1, 0.25 + edge[i]! / (22 * unit));
    const texture = 0.75 + 0.25 * coarse[i]! + 0.3 * (fine[i]! - 0.5);
    green[i]! += brightness[cell]! * 0.5 * thick * texture * (rim[i]! < 0 ? 0.28 : 1);
  }
};

/** A line along the whole edge, with ruffles. */
export const plasmaMembrane: Painter = (green, scene, level, random) => {
  const { size, unit, owner, edge } = scene;
  const brightness = levels(scene, level);
  const uneven = noise(random, size, 8 * unit);
  const ruffle = noise(random, size, 2.4 * unit);
  const width = Math.max(0.9, 1.5 * unit);
  for (let i = 0; i < green.length; i++) {
    const cell = owner[i]!;
    if (cell < 0) continue;
    const line = Math.exp((-0.5 * edge[i]! * edge[i]!) / (width * width)) * (0.5 + 0.7 * uneven[i]!);
    const folds = Math.exp(-edge[i]! / (5 * unit)) * ruffle[i]! * 0.4;
    green[i]! += brightness[cell]! * (line + folds + 0.07);
  }
};

/** A beaded line along the edge where another cell touches, and only there. */
export const cellJunctions: Painter = (green, scene, level, random) => {
  const { size, unit, owner } = scene;
  const brightness = levels(scene, level);
  const beads = noise(random, size, 3 * unit);
  const contact = contactDistance(size, owner);
  const width = Math.max(1, 1.7 * unit);
  for (let i = 0; i < green.length; i++) {
    const cell = owner[i]!;
    if (cell < 0 || contact[i]! > 4 * width) continue;
    const line = Math.exp((-0.5 * contact[i]! * contact[i]!) / (width * width));
    green[i]! += brightness[cell]! * line * (0.45 + 1.1 * beads[i]!);
  }
};

/** Distance in pixels of each pixel to the nearest border between two cells. */
export function contactDistance(size: number, owner: Int16Array): Float32Array {
  return distanceTo(size, (at, next) => owner[at]! >= 0 && owner[next]! >= 0 && owner[at] !== owner[next]);
}
