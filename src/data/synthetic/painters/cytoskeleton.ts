/** Structures of the cytoskeleton and of division: filaments, adhesions, centrosomes, spindle and bridge. */
import { dot } from '../canvas';
import { drawBridge, drawSpindle, poleOf } from '../stains';
import { trace } from '../trace';
import {
  eachInterphase,
  levels,
  numberOf,
  pickPixel,
  visibleShare,
  type Painter,
  type Scene,
} from './painter';

/** Fewer lines where the cell is drawn small, so that they stay apart. */
function density(scene: Scene): number {
  return 0.4 + 0.6 * Math.min(1, scene.unit);
}

/** Wavy bundles, densest around the nucleus and seldom at the edge. */
export const intermediateFilaments: Painter = (green, scene, level, random) => {
  eachInterphase(scene, level, (_, index, brightness) => {
    const number = numberOf(random, 44, 56, density(scene) * visibleShare(scene, index));
    for (let i = 0; i < number; i++) {
      const at = pickPixel(scene, random, scene.cytoplasm[index]!, 16 * scene.unit, 4 * scene.unit);
      if (!at) return;
      trace(green, scene, random, at.x, at.y, random.range(0, 2 * Math.PI), {
        cell: index,
        length: scene.diameter * random.range(0.12, 0.4),
        peak: brightness * random.range(0.25, 0.5),
        width: random.range(1, 2.4) * Math.max(0.7, scene.unit),
        curl: 0.16,
        wave: 0.9,
        fade: 0.2,
      });
    }
  });
};

/** Straight parallel stress fibres that cross the whole cell, and a faint cortex. */
export const actinFilaments: Painter = (green, scene, level, random) => {
  const { edge, owner, unit } = scene;
  const brightness = levels(scene, level);
  eachInterphase(scene, level, (cell, index, height) => {
    const direction = cell.axis + random.normal(0, 0.15);
    const number = numberOf(random, 15, 24, density(scene));
    for (let i = 0; i < number; i++) {
      const across = scene.diameter * 0.5 * (((i + random.range(0.1, 0.9)) / number) * 2 - 1);
      const along = scene.diameter * random.range(-0.25, 0.25);
      const x = cell.body.x + along * Math.cos(direction) - across * Math.sin(direction);
      const y = cell.body.y + along * Math.sin(direction) + across * Math.cos(direction);
      const pen = {
        cell: index,
        length: scene.diameter * random.range(0.25, 0.7),
        peak: height * random.range(0.35, 0.85),
        width: random.range(1, 2.1) * Math.max(0.6, unit),
        overNucleus: 0.6,
        stopsAtEdge: true,
        fade: 0.6,
      };
      const angle = direction + random.normal(0, 0.05);
      trace(green, scene, random, x, y, angle, pen);
      trace(green, scene, random, x, y, angle + Math.PI, pen);
    }
  });
  for (let i = 0; i < green.length; i++)
    if (owner[i]! >= 0)
      green[i]! += brightness[owner[i]!]! * (0.3 * Math.exp(-edge[i]! / (1.6 * unit)) + 0.05);
};

/** Elongated streaks just inside the edge, pointing at it. */
export const focalAdhesions: Painter = (green, scene, level, random) => {
  const { size, unit, edge } = scene;
  eachInterphase(scene, level, (cell, index, brightness) => {
    const pixels = scene.cytoplasm[index]!;
    const number = numberOf(random, 26, 44, visibleShare(scene, index) * (0.5 + 0.5 * unit));
    for (let i = 0; i < number; i++) {
      let at = -1;
      for (let tries = 0; tries < 60 && at < 0 && pixels.length > 0; tries++) {
        const pixel = pixels[random.int(pixels.length)]!;
        if (edge[pixel]! < Math.max(5, 9 * unit) && edge[pixel]! > 1.5) at = pixel;
      }
      if (at < 0) return;
      const [x, y] = [at % size, Math.floor(at / size)];
      const angle = Math.atan2(cell.nucleus.y - y, cell.nucleus.x - x) + random.normal(0, 0.25);
      trace(green, scene, random, x, y, angle, {
        cell: index,
        length: Math.max(3.5, random.range(7, 14) * unit),
        peak: brightness * random.range(0.6, 1.05),
        width: Math.max(1, random.range(1.8, 3) * unit),
        fade: 0.45,
      });
    }
  });
};

/** The same network as the red stain. */
export const microtubules: Painter = (green, scene, level) => {
  const brightness = levels(scene, level);
  for (let i = 0; i < green.length; i++) {
    const cell = scene.owner[i]!;
    if (cell >= 0) green[i]! += 0.9 * brightness[cell]! * scene.microtubules[i]!;
  }
};

/** Short comets in the outer half of the cell, their bright heads outwards. */
export const microtubuleEnds: Painter = (green, scene, level, random) => {
  const { size, unit } = scene;
  eachInterphase(scene, level, (cell, index, brightness) => {
    const pixels = scene.cytoplasm[index]!;
    const number = numberOf(random, 50, 75, density(scene) * visibleShare(scene, index));
    for (let i = 0; i < number && pixels.length > 0; i++) {
      let at = pixels[random.int(pixels.length)]!;
      for (let tries = 0; tries < 6 && scene.rim[at]! < 16 * unit; tries++)
        at = pixels[random.int(pixels.length)]!;
      const [x, y] = [at % size, Math.floor(at / size)];
      const inwards = Math.atan2(cell.centre.y - y, cell.centre.x - x) + random.normal(0, 0.2);
      trace(green, scene, random, x, y, inwards, {
        cell: index,
        length: Math.max(3, random.range(5, 9) * unit),
        peak: brightness * random.range(0.45, 0.75),
        fade: 0.05,
      });
      dot(green, size, x, y, Math.max(0.55, 0.8 * unit), brightness * 0.4);
    }
  });
};

/** A bright bar between two daughter cells. */
export const cytokineticBridge: Painter = (green, scene, level) => {
  drawBridge(green, scene, level * 1.5, 0);
  if (scene.bridge)
    dot(green, scene.size, scene.bridge.x, scene.bridge.y, Math.max(1, 2.6 * scene.unit), level * 0.7);
};

/** The fibres and poles of the spindle in every cell that is in metaphase. */
export const mitoticSpindle: Painter = (green, scene, level, random) => {
  scene.cells.forEach((cell, index) => {
    if (cell.phase === 'metaphase') drawSpindle(random, green, scene, index, level * 1.25);
  });
};

/** One spot in a wide haze with satellites, where the microtubules meet. */
export const organizingCenter: Painter = (green, scene, level, random) => {
  eachCentre(scene, level, (x, y, brightness) => {
    const { size, unit } = scene;
    dot(green, size, x, y, Math.max(2.2, 6.5 * unit), brightness * 0.42);
    dot(green, size, x, y, Math.max(1, 2.4 * unit), brightness * 0.7);
    for (let i = numberOf(random, 5, 11, 0.5 + 0.5 * unit); i > 0; i--) {
      const [dx, dy] = [random.normal(0, 6 * unit), random.normal(0, 6 * unit)];
      dot(green, size, x + dx, y + dy, Math.max(0.55, 0.8 * unit), brightness * random.range(0.25, 0.55));
    }
  });
};

/** One or two sharp dots, side by side, where the microtubules meet. */
export const centrosome: Painter = (green, scene, level, random) => {
  eachCentre(scene, level, (x, y, brightness) => {
    const { size, unit } = scene;
    const sigma = Math.max(0.75, 1.25 * unit);
    const apart = Math.max(1.3, random.range(2, 3) * unit);
    const angle = random.range(0, Math.PI);
    dot(green, size, x + apart * Math.cos(angle), y + apart * Math.sin(angle), sigma, brightness * 1.2);
    if (random.bool(0.75))
      dot(green, size, x - apart * Math.cos(angle), y - apart * Math.sin(angle), sigma, brightness * 1.1);
  });
};

/** Every organising centre: one a cell, two in metaphase. */
function eachCentre(
  scene: Scene,
  level: number,
  draw: (x: number, y: number, brightness: number) => void,
): void {
  for (const cell of scene.cells) {
    draw(cell.centre.x, cell.centre.y, level * cell.expression);
    if (cell.phase !== 'metaphase') continue;
    const other = poleOf(cell, 1);
    draw(other.x, other.y, level * cell.expression);
  }
}
