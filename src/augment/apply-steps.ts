/** Applies drawn augmentations in order, a chain of affine ones as one resampling. */
import type { CellImage } from '../image/cell-image';
import type { Step } from './augmentation';
import { chainMatrices, type Geometry } from './geometry';
import { sameResampling } from './resampling';
import { warpAffine } from './warp-affine';

/** A neighbouring group of steps: with `geometry` when they are one map, otherwise a single step. */
interface Group {
  steps: Step[];
  geometry: Geometry | undefined;
}

/**
 * Applies steps in order. Neighbours that are affine maps and take samples in the same way are multiplied
 * into one map, moves of whole pixels among them included, so that pixels are interpolated once.
 */
export function applySteps(image: CellImage, steps: readonly Step[]): CellImage {
  let current = image;
  let group: Group | undefined;
  const finish = (): void => {
    if (group) current = applyGroup(current, group);
    group = undefined;
  };
  for (const step of steps.flatMap(expand)) {
    const own = step.augmentation.geometry?.(step.params, group?.geometry?.size ?? current);
    const merged = group && own && merge(group.geometry, own);
    if (group && merged) {
      group = { steps: [...group.steps, step], geometry: merged };
    } else {
      finish();
      group = { steps: [step], geometry: own };
    }
  }
  finish();
  return current;
}

function expand(step: Step): Step[] {
  return step.augmentation.steps?.(step.params).flatMap(expand) ?? [step];
}

function merge(first: Geometry | undefined, second: Geometry): Geometry | undefined {
  if (!first) return undefined;
  const [one, two] = [first.resampling, second.resampling];
  if (one && two && !sameResampling(one, two)) return undefined;
  const resampling = one ?? two;
  const matrix = chainMatrices(first.matrix, second.matrix);
  return { matrix, size: second.size, ...(resampling && { resampling }) };
}

function applyGroup(image: CellImage, { steps, geometry }: Group): CellImage {
  if (steps.length > 1 && geometry?.resampling)
    return warpAffine(image, geometry.matrix, { ...geometry.resampling, ...geometry.size });
  return steps.reduce((changed, { augmentation, params }) => augmentation.apply(changed, params), image);
}
