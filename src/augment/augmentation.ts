/** What an augmentation is: parameters are drawn first, then applied, and can be kept in between. */
import type { CellImage } from '../image/cell-image';
import type { Random } from '../random';
import type { Geometry, ImageSize } from './geometry';

/**
 * A random change of an image in two steps: draw the parameters, then apply them. Between the two the
 * parameters can be looked at, stored as JSON, or applied to several images alike. `apply` never changes
 * its input, and with the same parameters always gives the same samples.
 */
export interface Augmentation<Params = unknown> {
  /** What messages call it. */
  readonly name: string;
  /** Draws parameters, plain JSON; what it draws depends on `random` alone. */
  sample(random: Random): Params;
  /** The changed image; may return the input itself when nothing changes. */
  apply(image: CellImage, params: Params): CellImage;
  /**
   * Where it moves pixels by an affine map: that map for an image of the given size. `compose` multiplies
   * the maps of neighbours, so that a chain of them resamples the image once.
   */
  geometry?(params: Params, size: ImageSize): Geometry;
  /** Where it is made of others: those that these parameters apply, in order. */
  steps?(params: Params): readonly Step[];
}

/** An augmentation with the parameters that were drawn for it. */
export interface Step {
  /** What is applied. */
  augmentation: Augmentation;
  /** The parameters that it drew. */
  params: unknown;
}

/** Draws parameters and applies them at once. */
export function augment<Params>(
  augmentation: Augmentation<Params>,
  image: CellImage,
  random: Random,
): CellImage {
  return augmentation.apply(image, augmentation.sample(random));
}
