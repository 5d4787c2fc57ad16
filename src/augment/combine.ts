/** Augmentations made of others: in turn, one of several, or now and then. */
import { applySteps } from './apply-steps';
import type { Augmentation, Step } from './augmentation';
import { checkProbability } from './checks';

/**
 * One after the other, in the order given. Neighbouring affine ones (`affine`, `rotate`, and `flip`,
 * `rotate90` and `dihedral` among them) with the same border, fill and interpolation are multiplied into
 * one map, and the image is interpolated once; this also goes through nested `compose`, `oneOf` and
 * `sometimes`. What the first moves out of the picture and the second moves back is then still there.
 *
 * @throws TypeError for an empty list
 *
 * @example
 * compose([flip(), rotate90()]) // each of the eight symmetries of the square, equally often
 */
export function compose(augmentations: readonly Augmentation[]): Augmentation<unknown[]> {
  checkList('compose', augmentations);
  const steps = (params: unknown[]): Step[] => {
    if (params.length !== augmentations.length)
      throw new TypeError(
        `compose of ${augmentations.length} augmentations needs as many params. Received ${params.length}.`,
      );
    return augmentations.map((augmentation, i) => ({ augmentation, params: params[i] }));
  };
  return {
    name: nameOf('compose', augmentations),
    sample: (random) => augmentations.map((augmentation) => augmentation.sample(random)),
    apply: (image, params) => applySteps(image, steps(params)),
    steps,
  };
}

/** What `oneOf` drew: which augmentation, and with which parameters. */
export interface OneOfParams {
  /** Position of the augmentation in the list, from 0. */
  index: number;
  /** What that augmentation drew. */
  params: unknown;
}

/**
 * One of them, each with the same probability.
 *
 * @throws TypeError for an empty list
 *
 * @example
 * oneOf([rotate90(), flip({ upDown: 0 }), flip({ leftRight: 0 })]) // as byrachonok's generator does
 */
export function oneOf(augmentations: readonly Augmentation[]): Augmentation<OneOfParams> {
  checkList('oneOf', augmentations);
  const steps = ({ index, params }: OneOfParams): Step[] => {
    const augmentation = augmentations[index];
    if (!augmentation)
      throw new TypeError(`oneOf has ${augmentations.length} augmentations. Received index ${index}.`);
    return [{ augmentation, params }];
  };
  return {
    name: nameOf('oneOf', augmentations),
    sample(random) {
      const index = random.int(augmentations.length);
      return { index, params: augmentations[index]!.sample(random) };
    },
    apply: (image, params) => applySteps(image, steps(params)),
    steps,
  };
}

/** What `sometimes` drew: the parameters, or that nothing is to be done. */
export type SometimesParams = { applied: true; params: unknown } | { applied: false };

/**
 * With probability `p` the augmentation, otherwise the image as it is.
 *
 * @throws RangeError when `p` is outside 0–1
 *
 * @example
 * sometimes(gaussianBlur({ sigmaRange: [0.5, 1] }), 0.2)
 */
export function sometimes(augmentation: Augmentation, p: number): Augmentation<SometimesParams> {
  checkProbability('p', p);
  const steps = (drawn: SometimesParams): Step[] =>
    drawn.applied ? [{ augmentation, params: drawn.params }] : [];
  return {
    name: nameOf('sometimes', [augmentation]),
    sample: (random) =>
      random.bool(p) ? { applied: true, params: augmentation.sample(random) } : { applied: false },
    apply: (image, drawn) => applySteps(image, steps(drawn)),
    steps,
  };
}

function nameOf(name: string, augmentations: readonly Augmentation[]): string {
  return `${name}(${augmentations.map((augmentation) => augmentation.name).join(', ')})`;
}

function checkList(name: string, augmentations: readonly Augmentation[]): void {
  if (augmentations.length === 0)
    throw new TypeError(`${name} needs at least one augmentation. Received none.`);
}
