/** Random symmetries of the square: flips and quarter turns, exact to the sample. */
import type { CellImage } from '../image/cell-image';
import type { Augmentation } from './augmentation';
import { checkProbability } from './checks';
import type { AffineMatrix, Geometry, ImageSize } from './geometry';
import { antitranspose, flipLeftRight, flipUpDown, quarterTurns, transpose } from './symmetries';

/** A symmetry: first mirrored left and right or not, then turned anticlockwise by quarter turns. */
export interface SymmetryParams {
  /** Whether left and right are swapped. */
  flipped: boolean;
  /** Quarter turns anticlockwise. */
  turns: number;
}

/** Applies a symmetry in one pass over the pixels. */
export function applySymmetry(image: CellImage, { flipped, turns }: SymmetryParams): CellImage {
  if (!flipped) return quarterTurns(image, turns);
  switch (((turns % 4) + 4) % 4) {
    case 0:
      return flipLeftRight(image);
    case 1:
      return transpose(image);
    case 2:
      return flipUpDown(image);
    default:
      return antitranspose(image);
  }
}

function symmetryGeometry({ flipped, turns }: SymmetryParams, { width, height }: ImageSize): Geometry {
  const [w, h] = [width - 1, height - 1];
  // Column x of the source, mirrored or not, is sign·x + start.
  const [sign, start] = flipped ? [-1, w] : [1, 0];
  const matrices: AffineMatrix[] = [
    [sign, 0, start, 0, 1, 0],
    [0, 1, 0, -sign, 0, w - start],
    [-sign, 0, w - start, 0, -1, h],
    [0, -1, h, sign, 0, start],
  ];
  const size = turns % 2 === 0 ? { width, height } : { width: height, height: width };
  return { matrix: matrices[((turns % 4) + 4) % 4]!, size };
}

/**
 * One of the eight symmetries of the square, each equally often. Those with an odd quarter turn swap width
 * and height: for images that are not square, and are to stay in one batch, take `flip`.
 *
 * @example
 * dihedral() // what cells seen from above leave free: no direction is special
 */
export function dihedral(): Augmentation<SymmetryParams> {
  return {
    name: 'dihedral',
    sample: (random) => ({ flipped: random.bool(), turns: random.int(4) }),
    apply: applySymmetry,
    geometry: symmetryGeometry,
  };
}

/** Probabilities of the two flips. */
export interface FlipOptions {
  /** Probability of mirroring left and right. @default 0.5 */
  leftRight?: number;
  /** Probability of mirroring top and bottom. @default 0.5 */
  upDown?: number;
}

/** What `flip` drew. */
export interface FlipParams {
  /** Whether left and right are swapped. */
  leftRight: boolean;
  /** Whether top and bottom are swapped. */
  upDown: boolean;
}

/**
 * Mirrors left and right, and top and bottom, each with its own probability.
 *
 * @throws RangeError when a probability is outside 0–1
 */
export function flip({ leftRight = 0.5, upDown = 0.5 }: FlipOptions = {}): Augmentation<FlipParams> {
  checkProbability('leftRight', leftRight);
  checkProbability('upDown', upDown);
  const symmetry = (params: FlipParams): SymmetryParams => ({
    flipped: params.leftRight !== params.upDown,
    turns: params.upDown ? 2 : 0,
  });
  return {
    name: 'flip',
    sample: (random) => ({ leftRight: random.bool(leftRight), upDown: random.bool(upDown) }),
    apply: (image, params) => applySymmetry(image, symmetry(params)),
    geometry: (params, size) => symmetryGeometry(symmetry(params), size),
  };
}

/** Which turns to draw from. */
export interface Rotate90Options {
  /** Anticlockwise quarter turns, each equally probable. @default [0, 1, 2, 3] */
  turns?: readonly number[];
}

/**
 * Turns by quarter turns. Odd turns swap width and height: for images that are not square, and are to
 * stay in one batch, pass `turns: [0, 2]`.
 *
 * @throws RangeError when `turns` is empty or holds anything but integers
 */
export function rotate90({ turns = [0, 1, 2, 3] }: Rotate90Options = {}): Augmentation<{ turns: number }> {
  if (turns.length === 0 || !turns.every(Number.isInteger))
    throw new RangeError(`turns must be a list of integers. Received [${turns.join(', ')}].`);
  return {
    name: 'rotate90',
    sample: (random) => ({ turns: random.pick(turns) }),
    apply: (image, params) => quarterTurns(image, params.turns),
    geometry: (params, size) => symmetryGeometry({ flipped: false, turns: params.turns }, size),
  };
}
