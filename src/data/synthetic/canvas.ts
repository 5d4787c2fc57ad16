/** Drawing on one plane of floats: soft dots, rings, splats, smooth noise and the blur of the optics. */
import type { Random } from '../../random';

/** A square plane of intensities, about 0 to 1, row-major `[size, size]`. */
export type Plane = Float32Array;

/** Standard deviation in pixels of the point-spread function that blurs every plane once it is drawn. */
export const PSF_SIGMA = 0.75;

const profile = new Float32Array(512);

/** Adds a Gaussian dot whose height after the blur is about `peak`. */
export function dot(plane: Plane, size: number, x: number, y: number, sigma: number, peak: number): void {
  const reach = Math.min(3 * sigma + 1, 250);
  const [left, right] = [Math.max(0, Math.ceil(x - reach)), Math.min(size - 1, Math.floor(x + reach))];
  const [top, bottom] = [Math.max(0, Math.ceil(y - reach)), Math.min(size - 1, Math.floor(y + reach))];
  const factor = -0.5 / (sigma * sigma);
  const height = peak * (1 + (PSF_SIGMA * PSF_SIGMA) / (sigma * sigma));
  for (let i = left; i <= right; i++) profile[i - left] = Math.exp(factor * (i - x) * (i - x));
  for (let j = top; j <= bottom; j++) {
    const row = height * Math.exp(factor * (j - y) * (j - y));
    for (let i = left; i <= right; i++) plane[j * size + i]! += row * profile[i - left]!;
  }
}

/** Adds a ring of the given radius whose line is Gaussian in section. */
export function ring(
  plane: Plane,
  size: number,
  x: number,
  y: number,
  radius: number,
  sigma: number,
  peak: number,
): void {
  const reach = radius + 3 * sigma;
  const [left, right] = [Math.max(0, Math.ceil(x - reach)), Math.min(size - 1, Math.floor(x + reach))];
  const [top, bottom] = [Math.max(0, Math.ceil(y - reach)), Math.min(size - 1, Math.floor(y + reach))];
  const factor = -0.5 / (sigma * sigma);
  const height = peak * Math.sqrt(1 + (PSF_SIGMA * PSF_SIGMA) / (sigma * sigma));
  for (let j = top; j <= bottom; j++) {
    for (let i = left; i <= right; i++) {
      const off = Math.sqrt((i - x) * (i - x) + (j - y) * (j - y)) - radius;
      plane[j * size + i]! += height * Math.exp(factor * off * off);
    }
  }
}

/** Adds `weight` to the four pixels around a point. */
export function splat(plane: Plane, size: number, x: number, y: number, weight: number): void {
  const i = Math.floor(x);
  const j = Math.floor(y);
  if (i < 0 || j < 0 || i >= size - 1 || j >= size - 1) return;
  const at = j * size + i;
  const right = (x - i) * weight;
  const left = weight - right;
  const down = y - j;
  plane[at]! += left * (1 - down);
  plane[at + 1]! += right * (1 - down);
  plane[at + size]! += left * down;
  plane[at + size + 1]! += right * down;
}

/** Smooth noise in [0, 1] whose features are about `period` pixels wide. */
export function noise(random: Random, size: number, period: number): Plane {
  const step = Math.max(1.25, period);
  const width = Math.ceil(size / step) + 3;
  const lattice = new Float32Array(width * width);
  for (let i = 0; i < lattice.length; i++) lattice[i] = random.uint32() / 4294967296;
  const cell = new Int32Array(size);
  const part = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const at = i / step;
    const t = at - Math.floor(at);
    cell[i] = Math.floor(at);
    part[i] = t * t * (3 - 2 * t);
  }
  const plane = new Float32Array(size * size);
  const blended = new Float32Array(width);
  for (let j = 0; j < size; j++) {
    const upper = cell[j]! * width;
    const v = part[j]!;
    for (let i = 0; i < width; i++)
      blended[i] = lattice[upper + i]! * (1 - v) + lattice[upper + width + i]! * v;
    for (let i = 0; i < size; i++) {
      const at = cell[i]!;
      plane[j * size + i] = blended[at]! + (blended[at + 1]! - blended[at]!) * part[i]!;
    }
  }
  return plane;
}

/** Blurs in place with a separable five-tap Gaussian; the border is repeated. */
export function blur(plane: Plane, size: number, sigma = PSF_SIGMA): void {
  const near = Math.exp(-0.5 / (sigma * sigma));
  const far = Math.exp(-2 / (sigma * sigma));
  const total = 1 + 2 * near + 2 * far;
  const [a, b, c] = [1 / total, near / total, far / total];
  const line = new Float32Array(size + 4);
  for (let j = 0; j < size; j++) {
    const row = j * size;
    line.set(plane.subarray(row, row + size), 2);
    line[0] = line[1] = line[2]!;
    line[size + 2] = line[size + 3] = line[size + 1]!;
    for (let i = 0; i < size; i++)
      plane[row + i] = a * line[i + 2]! + b * (line[i + 1]! + line[i + 3]!) + c * (line[i]! + line[i + 4]!);
  }
  // Down the columns row by row, as memory lies: the two rows above are kept as they were.
  let above2 = plane.slice(0, size);
  let above1 = plane.slice(0, size);
  for (let j = 0; j < size; j++) {
    const row = j * size;
    const below1 = Math.min(j + 1, size - 1) * size;
    const below2 = Math.min(j + 2, size - 1) * size;
    const current = new Float32Array(size);
    for (let i = 0; i < size; i++) {
      const value = plane[row + i]!;
      current[i] = value;
      plane[row + i] =
        a * value + b * (above1[i]! + plane[below1 + i]!) + c * (above2[i]! + plane[below2 + i]!);
    }
    above2 = above1;
    above1 = current;
  }
}
