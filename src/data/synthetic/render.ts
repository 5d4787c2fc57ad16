/** Renders one field: layout, stains and structures, then the optics and the camera. */
import type { CellImage } from '../../image/cell-image';
import { Random, type RandomKey } from '../../random';
import { blur, noise, type Plane } from './canvas';
import { mapField } from './field';
import { cellDiameter, layOut } from './layout';
import { PAINTERS, type Scene } from './painters';
import { drawChromatin, drawMicrotubules, drawReticulum } from './stains';

/** What to render; everything random is drawn from `key`. */
export interface RenderRequest {
  readonly key: readonly RandomKey[];
  /** Width and height in pixels. */
  readonly size: number;
  /** Names of the classes that the protein shows. */
  readonly labels: readonly string[];
}

/** An image and the field behind it. */
export interface Rendering {
  readonly image: CellImage;
  readonly scene: Scene;
}

/** Renders `[size, size, 4]` in 8 bits: red, green, blue, yellow. */
export function renderField({ key, size, labels }: RenderRequest): Rendering {
  const stream = (purpose: string) => new Random(...key, purpose);
  const events = stream('events');
  // Dividing cells turn up now and then, about one in 250, where the protein does not show it.
  const dividing = 0.004 * (size / cellDiameter(size)) ** 2;
  const chance = events.next();
  const layout = layOut(stream('layout'), size, {
    metaphase: chance < dividing || labels.includes('Mitotic spindle'),
    bridge: (chance > dividing && chance < 2 * dividing) || labels.includes('Cytokinetic bridge'),
    packed: events.bool(0.3) || labels.includes('Cell junctions'),
  });
  const field = mapField(stream('maps'), size, layout);
  const microtubules = drawMicrotubules(stream('red'), field);
  const reticulum = drawReticulum(stream('yellow'), field);
  const scene: Scene = { ...field, microtubules, reticulum };
  const green = drawBackground(stream('background'), scene);
  const amount = 1 / (1 + 0.12 * (labels.length - 1));
  for (const label of labels) {
    const random = stream(label);
    PAINTERS.get(label)!(green, scene, amount * random.range(0.68, 1), random);
  }
  const blue = drawChromatin(stream('blue'), field);
  return { image: expose(stream('camera'), size, [microtubules, green, blue, reticulum]), scene };
}

/** What an antibody leaves everywhere in a cell, whatever it binds. */
function drawBackground(random: Random, scene: Scene): Plane {
  const { size, unit, owner, edge } = scene;
  const plane = new Float32Array(size * size);
  const level = random.range(0.03, 0.11);
  const grain = noise(random, size, 2 * unit);
  for (let i = 0; i < plane.length; i++) {
    if (owner[i]! < 0) continue;
    plane[i] = level * Math.min(1, 0.3 + edge[i]! / (14 * unit)) * (0.5 + grain[i]!);
  }
  return plane;
}

/** Blurs each plane, adds shot noise and read noise, and quantises with the channel's own gain. */
function expose(random: Random, size: number, planes: readonly Plane[]): CellImage {
  const channels = planes.length;
  const data = new Uint8Array(size * size * channels);
  planes.forEach((plane, channel) => {
    blur(plane, size);
    const gain = 255 * random.range(0.8, 1.15);
    const shot = random.range(0.002, 0.007);
    const read = random.range(0.004, 0.012) ** 2;
    const offset = random.range(0, 0.012);
    let state = random.uint32() | 1;
    for (let i = 0; i < plane.length; i++) {
      // A multiplicative generator's upper bits pick from a table of normal deviates: fast, and fine enough for noise.
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      const value = plane[i]!;
      const noisy = value + Math.sqrt(value * shot + read) * NORMALS[state >>> 20]!;
      const level = gain * (noisy - offset) + 0.5;
      data[i * channels + channel] = level <= 0 ? 0 : level >= 255 ? 255 : level;
    }
  });
  return { width: size, height: size, channels, data };
}

const NORMALS = normalTable(4096);

function normalTable(length: number): Float32Array {
  const random = new Random('normal deviates');
  return Float32Array.from({ length }, () => random.normal());
}
