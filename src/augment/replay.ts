/** Records of what was drawn, to do the same to another image or to look into later. */
import type { CellImage } from '../image/cell-image';
import type { Random } from '../random';
import type { Augmentation } from './augmentation';

/** What an augmentation drew. Plain JSON: it can be stored and read back. */
export interface AugmentationRecord<Params = unknown> {
  /** Name of the augmentation, those inside included. */
  readonly name: string;
  /** What was drawn. */
  readonly params: Params;
}

/**
 * Draws parameters and keeps them with the name of the augmentation.
 *
 * @example
 * const record = sampleAugmentation(augmentation, new Random(seed, epoch, id));
 * const changed = replay(augmentation, record, image);
 * const mask = replay(augmentation, record, maskOfTheSameCells); // moved in the same way
 */
export function sampleAugmentation<Params>(
  augmentation: Augmentation<Params>,
  random: Random,
): AugmentationRecord<Params> {
  return { name: augmentation.name, params: augmentation.sample(random) };
}

/**
 * Applies what was drawn to an image: the same record gives the same bytes for the same image, also after
 * a way through JSON. Ranges play no part in it; borders, fills and interpolation are the augmentation's.
 *
 * @throws TypeError when the record is of another augmentation
 */
export function replay<Params>(
  augmentation: Augmentation<Params>,
  record: AugmentationRecord<Params>,
  image: CellImage,
): CellImage {
  if (record.name !== augmentation.name)
    throw new TypeError(`record must be of ${augmentation.name}. Received one of ${record.name}.`);
  return augmentation.apply(image, record.params);
}
