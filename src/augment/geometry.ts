/** Affine maps of pixel coordinates: what a geometric augmentation does, apart from the pixels. */
import type { Resampling } from './resampling';

/**
 * The first two rows of a matrix, `[a, b, c, d, e, f]`: (x, y) goes to (a·x + b·y + c, d·x + e·y + f), with
 * pixel centres at whole numbers, as OpenCV has it.
 */
export type AffineMatrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Width and height in pixels. */
export interface ImageSize {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
}

/** An affine map from an image of one size onto one of another. */
export interface Geometry {
  /** From the pixels of the input to those of the output. */
  readonly matrix: AffineMatrix;
  /** Size of the output. */
  readonly size: ImageSize;
  /** How samples between pixels are taken; undefined for moves of whole pixels, which need none. */
  readonly resampling?: Resampling;
}

/** The map that does `first`, then `second`. */
export function chainMatrices(first: AffineMatrix, second: AffineMatrix): AffineMatrix {
  const [a, b, c, d, e, f] = first;
  const [A, B, C, D, E, F] = second;
  return [A * a + B * d, A * b + B * e, A * c + B * f + C, D * a + E * d, D * b + E * e, D * c + E * f + F];
}

/** The map back. @throws RangeError when there is none, or a number is not finite */
export function invertMatrix([a, b, c, d, e, f]: AffineMatrix): AffineMatrix {
  const determinant = a * e - b * d;
  if (!Number.isFinite(c + f + 1 / determinant))
    throw new RangeError(
      `matrix must be finite and invertible. Received [${[a, b, c, d, e, f].join(', ')}].`,
    );
  const [A, B, D, E] = [e / determinant, -b / determinant, -d / determinant, a / determinant];
  return [A, B, -(A * c + B * f), D, E, -(D * c + E * f)];
}
