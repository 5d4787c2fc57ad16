/** Structures of the nucleus: nucleoplasm, membrane, nucleoli, fibrillar centres, speckles and bodies. */
import { dot, noise } from '../canvas';
import {
  eachInterphase,
  levels,
  numberOf,
  pickPixel,
  visibleNucleus,
  type Painter,
  type Scene,
} from './painter';

/** A textured fill that leaves the nucleoli out; spread through the cell in metaphase. */
export const nucleoplasm: Painter = (green, scene, level, random) => {
  const { size, unit, nucleus, owner, rim, edge, nucleoli } = scene;
  const brightness = levels(scene, level);
  const fine = noise(random, size, 2.5 * unit);
  for (let i = 0; i < green.length; i++) {
    const cell = owner[i]!;
    if (cell < 0) continue;
    if (scene.cells[cell]!.phase === 'metaphase')
      green[i]! += brightness[cell]! * 0.22 * Math.min(1, edge[i]! / (8 * unit));
    else if (nucleus[i]! >= 0)
      green[i]! +=
        brightness[cell]! *
        (0.5 + 0.24 * fine[i]!) *
        (1 - 0.8 * nucleoli[i]!) *
        Math.min(1, 0.8 - rim[i]! / (12 * unit));
  }
};

/** A thin bright rim around the nucleus, with the faint lining of its upper and lower side. */
export const nuclearMembrane: Painter = (green, scene, level, random) => {
  const { unit, size, owner, rim } = scene;
  const brightness = levels(scene, level);
  const uneven = noise(random, size, 9 * unit);
  const width = Math.max(0.9, 1.3 * unit);
  for (let i = 0; i < green.length; i++) {
    const cell = owner[i]!;
    if (cell < 0 || rim[i]! > 4 * width || scene.cells[cell]!.phase === 'metaphase') continue;
    const off = rim[i]! / width;
    const lining = rim[i]! < 0 ? 0.12 + 0.1 * uneven[i]! : 0;
    green[i]! += brightness[cell]! * (Math.exp(-0.5 * off * off) * (0.75 + 0.6 * uneven[i]!) + lining);
  }
};

/** The nucleoli as a whole: a few bright blobs. */
export const nucleoli: Painter = (green, scene, level, random) => {
  const brightness = levels(scene, level);
  const fine = noise(random, scene.size, 2.5 * scene.unit);
  for (let i = 0; i < green.length; i++) {
    const cell = scene.nucleus[i]!;
    if (cell < 0) continue;
    green[i]! += brightness[cell]! * (scene.nucleoli[i]! * (0.72 + 0.3 * fine[i]!) + 0.07);
  }
};

/** A cluster of small sharp dots inside each nucleolus. */
export const fibrillarCenters: Painter = (green, scene, level, random) => {
  eachInterphase(scene, level, (cell, _, brightness) => {
    for (const nucleolus of cell.nucleoli) {
      const number = numberOf(random, 2.5, 6.5, Math.min(1, 0.4 + 0.6 * scene.unit));
      for (let i = 0; i < number; i++) {
        const angle = random.range(0, 2 * Math.PI);
        const away = nucleolus.radius * 0.75 * Math.sqrt(random.next());
        const sigma = Math.max(0.6, 0.95 * scene.unit);
        const [x, y] = [nucleolus.x + away * Math.cos(angle), nucleolus.y + away * Math.sin(angle)];
        dot(green, scene.size, x, y, sigma, brightness * random.range(0.7, 1.1));
      }
    }
  });
  fillNuclei(green, scene, level * 0.08);
};

/** About twenty irregular patches scattered between the nucleoli. */
export const nuclearSpeckles: Painter = (green, scene, level, random) => {
  eachInterphase(scene, level, (_, index, brightness) => {
    const number = numberOf(random, 17, 26, visibleNucleus(scene, index) * (0.55 + 0.45 * scene.unit));
    for (let i = 0; i < number; i++) {
      const at = pickBetweenNucleoli(scene, random, index, 3 * scene.unit);
      if (!at) return;
      const height = brightness * random.range(0.4, 0.85);
      // Two or three overlapping dots make a patch of irregular shape.
      for (let part = 2 + random.int(2); part > 0; part--) {
        const shift = 1.7 * scene.unit;
        const [x, y] = [at.x + random.normal(0, shift), at.y + random.normal(0, shift)];
        dot(green, scene.size, x, y, Math.max(0.65, random.range(1, 1.8) * scene.unit), height * 0.62);
      }
    }
  });
  fillNuclei(green, scene, level * 0.13);
};

/** Two to eight sharp round dots. */
export const nuclearBodies: Painter = (green, scene, level, random) => {
  eachInterphase(scene, level, (_, index, brightness) => {
    const number = numberOf(random, 2, 8, visibleNucleus(scene, index));
    for (let i = 0; i < number; i++) {
      const at = pickBetweenNucleoli(scene, random, index, 4 * scene.unit);
      if (!at) return;
      const sigma = Math.max(0.8, random.range(1.2, 1.9) * scene.unit);
      dot(green, scene.size, at.x, at.y, sigma, brightness * random.range(0.85, 1.15));
    }
  });
  fillNuclei(green, scene, level * 0.05);
};

function pickBetweenNucleoli(scene: Scene, random: Parameters<Painter>[3], cell: number, inset: number) {
  let at = pickPixel(scene, random, scene.nuclearPixels[cell]!, Infinity, 0);
  for (let tries = 0; at && tries < 8; tries++) {
    const pixel = at.y * scene.size + at.x;
    if (scene.nucleoli[pixel]! < 0.2 && scene.rim[pixel]! < -inset) break;
    at = pickPixel(scene, random, scene.nuclearPixels[cell]!, Infinity, 0);
  }
  return at;
}

function fillNuclei(green: Float32Array, scene: Scene, level: number): void {
  const brightness = levels(scene, level);
  for (let i = 0; i < green.length; i++) {
    const cell = scene.nucleus[i]!;
    if (cell >= 0) green[i]! += brightness[cell]! * (1 - 0.6 * scene.nucleoli[i]!);
  }
}
