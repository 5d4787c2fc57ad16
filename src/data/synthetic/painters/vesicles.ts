/** Dots, rings and clumps of the cytoplasm: vesicles of every kind, bodies, aggresomes, rods and rings. */
import { dot, ring } from '../canvas';
import { trace } from '../trace';
import { eachInterphase, numberOf, pickPixel, visibleShare, type Painter, type Scene } from './painter';

/** Very many tiny dots of one size, all over the cytoplasm. */
export const peroxisomes: Painter = (green, scene, level, random) => {
  eachInterphase(scene, level, (_, index, brightness) => {
    const number = numberOf(random, 90, 150, visibleShare(scene, index) * (0.35 + 0.65 * scene.unit));
    for (let i = 0; i < number; i++) {
      const at = pickPixel(scene, random, scene.cytoplasm[index]!, Infinity, 3 * scene.unit);
      if (!at) return;
      const sigma = Math.max(0.55, 0.8 * scene.unit);
      dot(green, scene.size, at.x + random.next() - 0.5, at.y, sigma, brightness * random.range(0.5, 0.9));
    }
  });
};

/** Some thirty dots of mixed size towards the periphery, the larger ones hollow. */
export const endosomes: Painter = (green, scene, level, random) => {
  eachInterphase(scene, level, (_, index, brightness) => {
    const number = numberOf(random, 22, 40, visibleShare(scene, index) * (0.6 + 0.4 * scene.unit));
    for (let i = 0; i < number; i++) {
      const at = pickPixel(scene, random, scene.cytoplasm[index]!, Infinity, 4 * scene.unit);
      if (!at) return;
      const height = brightness * random.range(0.45, 1);
      if (random.bool(0.3))
        ring(
          green,
          scene.size,
          at.x,
          at.y,
          Math.max(1.6, random.range(2, 3.2) * scene.unit),
          0.7,
          height * 0.8,
        );
      else dot(green, scene.size, at.x, at.y, Math.max(0.7, random.range(0.9, 1.7) * scene.unit), height);
    }
  });
};

/** A crowd of larger bright spots to one side of the nucleus, by the organising centre. */
export const lysosomes: Painter = (green, scene, level, random) => {
  eachInterphase(scene, level, (cell, index, brightness) => {
    const number = numberOf(random, 22, 34, 0.55 + 0.45 * scene.unit);
    for (let i = 0; i < number; i++) {
      const angle = cell.centreAngle + random.normal(0, 0.85);
      const away = cell.nucleusRadius * (1.2 + Math.abs(random.normal(0, 0.42)));
      const x = cell.nucleus.x + away * Math.cos(angle);
      const y = cell.nucleus.y + away * Math.sin(angle);
      if (!inCytoplasm(scene, x, y, index)) continue;
      const sigma = Math.max(0.85, random.range(1.5, 2.7) * scene.unit);
      dot(green, scene.size, x, y, sigma, brightness * random.range(0.55, 1));
    }
  });
};

/** Hollow droplets of very different sizes in a few clusters. */
export const lipidDroplets: Painter = (green, scene, level, random) => {
  eachInterphase(scene, level, (_, index, brightness) => {
    const clusters = numberOf(random, 2, 4, visibleShare(scene, index));
    for (let cluster = 0; cluster < clusters; cluster++) {
      const middle = pickPixel(scene, random, scene.cytoplasm[index]!, 26 * scene.unit, 8 * scene.unit);
      if (!middle) return;
      const number = numberOf(random, 3, 9, 0.5 + 0.5 * scene.unit);
      for (let i = 0; i < number; i++) {
        const x = middle.x + random.normal(0, 9 * scene.unit);
        const y = middle.y + random.normal(0, 9 * scene.unit);
        if (!inCytoplasm(scene, x, y, index)) continue;
        const radius = Math.max(1.7, random.range(2.2, 5.2) * scene.unit);
        ring(
          green,
          scene.size,
          x,
          y,
          radius,
          Math.max(0.6, 0.85 * scene.unit),
          brightness * random.range(0.6, 0.95),
        );
      }
    }
  });
};

/** Three to eight sharp bright dots anywhere in the cytoplasm. */
export const cytoplasmicBodies: Painter = (green, scene, level, random) => {
  eachInterphase(scene, level, (_, index, brightness) => {
    const number = numberOf(random, 3, 8, Math.max(0.4, visibleShare(scene, index)));
    for (let i = 0; i < number; i++) {
      const at = pickPixel(scene, random, scene.cytoplasm[index]!, Infinity, 7 * scene.unit);
      if (!at) return;
      const sigma = Math.max(0.95, random.range(1.5, 2.1) * scene.unit);
      dot(green, scene.size, at.x, at.y, sigma, brightness * random.range(1, 1.3));
    }
  });
};

/** One large bright clump that leans against the nucleus by the organising centre. */
export const aggresome: Painter = (green, scene, level, random) => {
  eachInterphase(scene, level, (cell, _, brightness) => {
    const sigma = Math.max(1.5, random.range(3.6, 4.8) * scene.unit);
    for (let part = 5; part > 0; part--) {
      const x = cell.centre.x + random.normal(0, sigma * 0.75);
      const y = cell.centre.y + random.normal(0, sigma * 0.75);
      dot(green, scene.size, x, y, sigma * random.range(0.6, 1), brightness * 0.55);
    }
  });
};

/** One to three rods or rings a cell, several micrometres long. */
export const rodsAndRings: Painter = (green, scene, level, random) => {
  eachInterphase(scene, level, (_, index, brightness) => {
    const number = numberOf(random, 0.6, 3.4, visibleShare(scene, index));
    for (let i = 0; i < number; i++) {
      const at = pickPixel(scene, random, scene.cytoplasm[index]!, Infinity, 9 * scene.unit);
      if (!at) return;
      const sigma = Math.max(0.7, 0.95 * scene.unit);
      if (random.bool(0.5))
        ring(
          green,
          scene.size,
          at.x,
          at.y,
          Math.max(2.3, random.range(4.5, 6.5) * scene.unit),
          sigma,
          brightness,
        );
      else
        trace(green, scene, random, at.x, at.y, random.range(0, 2 * Math.PI), {
          cell: index,
          length: Math.max(6, random.range(14, 24) * scene.unit),
          peak: brightness * 1.1,
          stopsAtEdge: true,
          width: Math.max(1, 1.8 * scene.unit),
        });
    }
  });
};

function inCytoplasm(scene: Scene, x: number, y: number, cell: number): boolean {
  const [i, j] = [Math.round(x), Math.round(y)];
  if (i < 0 || j < 0 || i >= scene.size || j >= scene.size) return false;
  const at = j * scene.size + i;
  return scene.owner[at] === cell && scene.rim[at]! > 0.5;
}
