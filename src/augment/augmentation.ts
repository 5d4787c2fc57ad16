/** What an augmentation is, and how augmentations combine. */
import type { CellImage } from '../image/cell-image';
import type { Random } from '../random';

/**
 * A random change of an image in two steps: draw the parameters, then apply them. Between the two the
 * parameters can be looked at, stored, or applied to several images alike. `apply` never changes its input.
 */
export interface Augmentation<Params = unknown> {
  readonly name: string;
  /** Draws parameters; what it draws depends on `random` alone. */
  sample(random: Random): Params;
  /** The changed image; may return the input itself when nothing changes. */
  apply(image: CellImage, params: Params): CellImage;
}

/** Draws parameters and applies them at once. */
export function augment<Params>(
  augmentation: Augmentation<Params>,
  image: CellImage,
  random: Random,
): CellImage {
  return augmentation.apply(image, augmentation.sample(random));
}

function checkList(name: string, augmentations: readonly Augmentation[]): void {
  if (augmentations.length === 0)
    throw new TypeError(`${name} needs at least one augmentation. Received none.`);
}

/**
 * One after the other, in the order given.
 *
 * @example
 * compose([flip(), rotate90()]) // each of the eight symmetries of the square, equally often
 */
export function compose(augmentations: readonly Augmentation[]): Augmentation<unknown[]> {
  checkList('compose', augmentations);
  return {
    name: `compose(${augmentations.map(({ name }) => name).join(', ')})`,
    sample: (random) => augmentations.map((augmentation) => augmentation.sample(random)),
    apply: (image, params) =>
      augmentations.reduce((changed, augmentation, i) => augmentation.apply(changed, params[i]), image),
  };
}

/** What `oneOf` drew: which augmentation, and with which parameters. */
export interface OneOfParams {
  index: number;
  params: unknown;
}

/**
 * One of them, each with the same probability.
 *
 * @example
 * oneOf([rotate90(), flip({ upDown: 0 }), flip({ leftRight: 0 })]) // as byrachonok's generator does
 */
export function oneOf(augmentations: readonly Augmentation[]): Augmentation<OneOfParams> {
  checkList('oneOf', augmentations);
  return {
    name: `oneOf(${augmentations.map(({ name }) => name).join(', ')})`,
    sample(random) {
      const index = random.int(augmentations.length);
      return { index, params: augmentations[index]!.sample(random) };
    },
    apply: (image, { index, params }) => augmentations[index]!.apply(image, params),
  };
}
