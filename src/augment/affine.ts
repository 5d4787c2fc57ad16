/** Random rotation, scale, shift and shear, all in one resampling. */
import type { Augmentation } from './augmentation';
import { checkRange, type Range } from './checks';
import type { AffineMatrix, Geometry, ImageSize } from './geometry';
import { resolveResampling, type ResamplingOptions } from './resampling';
import { warpAffine } from './warp-affine';

/** Options of `affine`. */
export interface AffineOptions extends ResamplingOptions {
  /** Rotation about the centre in degrees, anticlockwise. @default [0, 0] */
  rotateDegreesRange?: Range;
  /** Scale about the centre; above 1 enlarges. @default [1, 1] */
  scaleRange?: Range;
  /** Shift as a share of the width, and drawn anew of the height. @default [0, 0] */
  shiftRange?: Range;
  /** Horizontal shear in degrees: upright lines lean by it to the left. @default [0, 0] */
  shearDegreesRange?: Range;
}

/** What `affine` drew. */
export interface AffineParams {
  /** Rotation, anticlockwise. */
  rotateDegrees: number;
  /** Above 1 enlarges. */
  scale: number;
  /** Share of the width, to the right. */
  shiftX: number;
  /** Share of the height, downwards. */
  shiftY: number;
  /** By how much upright lines lean to the left. */
  shearDegrees: number;
}

/**
 * Scales, shears and rotates about the centre of the image, then shifts, as one map and one resampling.
 * The image keeps its size. Each part is drawn uniformly from its range; those not given do nothing.
 *
 * @throws TypeError when no range is given; RangeError for a range that is none, a scale that is not
 * positive, or a shear of 90° or more
 *
 * @example
 * affine({ rotateDegreesRange: [-180, 180], scaleRange: [0.9, 1.1], border: 'reflect' })
 */
export function affine(options: AffineOptions): Augmentation<AffineParams> {
  const { rotateDegreesRange, scaleRange, shiftRange, shearDegreesRange } = options;
  if (![rotateDegreesRange, scaleRange, shiftRange, shearDegreesRange].some((range) => range !== undefined))
    throw new TypeError('affine needs at least one of its ranges. Received none.');
  const rotate: Range = rotateDegreesRange ?? [0, 0];
  const scale: Range = scaleRange ?? [1, 1];
  const shift: Range = shiftRange ?? [0, 0];
  const shear: Range = shearDegreesRange ?? [0, 0];
  checkRange('rotateDegreesRange', rotate);
  checkRange('scaleRange', scale, { above: 0 });
  checkRange('shiftRange', shift);
  checkRange('shearDegreesRange', shear, { above: -90, below: 90 });
  return affineAugmentation('affine', options, (random) => ({
    rotateDegrees: random.range(...rotate),
    scale: random.range(...scale),
    shiftX: random.range(...shift),
    shiftY: random.range(...shift),
    shearDegrees: random.range(...shear),
  }));
}

/** Options of `rotate`. */
export interface RotateOptions extends ResamplingOptions {
  /** Rotation about the centre in degrees, anticlockwise. @default [-180, 180] */
  degreesRange?: Range;
}

/**
 * Rotates about the centre by any angle, with one resampling; the image keeps its size.
 *
 * @throws RangeError for a range that is none
 */
export function rotate(options: RotateOptions = {}): Augmentation<AffineParams> {
  const { degreesRange = [-180, 180] } = options;
  checkRange('degreesRange', degreesRange);
  return affineAugmentation('rotate', options, (random) => ({
    rotateDegrees: random.range(...degreesRange),
    scale: 1,
    shiftX: 0,
    shiftY: 0,
    shearDegrees: 0,
  }));
}

function affineAugmentation(
  name: string,
  options: ResamplingOptions,
  sample: Augmentation<AffineParams>['sample'],
): Augmentation<AffineParams> {
  const resampling = resolveResampling(options);
  const geometry = (params: AffineParams, { width, height }: ImageSize): Geometry => ({
    matrix: affineMatrix(params, { width, height }),
    size: { width, height },
    resampling,
  });
  return {
    name,
    sample,
    apply: (image, params) => warpAffine(image, affineMatrix(params, image), resampling),
    geometry,
  };
}

/**
 * The matrix of drawn parameters for an image of the given size: centre to the origin, scale, shear,
 * rotate, back, shift.
 */
export function affineMatrix(params: AffineParams, { width, height }: ImageSize): AffineMatrix {
  const { rotateDegrees, scale, shiftX, shiftY, shearDegrees } = params;
  const [cos, sin] = [scale * cosDegrees(rotateDegrees), scale * cosDegrees(rotateDegrees - 90)];
  const lean = Math.tan((shearDegrees * Math.PI) / 180);
  const [a, b, d, e] = [cos, cos * lean + sin, -sin, cos - sin * lean];
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  return [
    a,
    b,
    centreX - a * centreX - b * centreY + shiftX * width,
    d,
    e,
    centreY - d * centreX - e * centreY + shiftY * height,
  ];
}

/** Exact at quarter turns, so that these move whole pixels. */
function cosDegrees(degrees: number): number {
  const quarters = degrees / 90;
  if (Number.isInteger(quarters)) return [1, 0, -1, 0][((quarters % 4) + 4) % 4]!;
  return Math.cos((degrees * Math.PI) / 180);
}
