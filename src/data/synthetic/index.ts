/** Synthetic cells: a seeded image source in which the protein channel shows the labelled structures. */
import { throwIfAborted } from '../../errors';
import { checkClasses, HPA_CLASSES } from '../../labels';
import { Random } from '../../random';
import type { ImageSource } from '../source';
import { drawLabels } from './labels';
import { renderField } from './render';

/** Options of `syntheticCells`. */
export interface SyntheticCellsOptions {
  /** Number of samples, from 1 up. @default 256 */
  count?: number;
  /** An integer; the same seed gives the same labels and images. @default 0 */
  seed?: number;
  /** Width and height of the images in pixels, 32 to 4096; made for 96 to 512. @default 512 */
  size?: number;
  /** Some of the 28 class names, in the order that the labels are to have. @default HPA_CLASSES */
  classes?: readonly string[];
  /**
   * At least so many positives of each class, for small sets: rows of commoner classes are given to the
   * rarer ones. `minPositives * classes.length` may be at most `count`. @default 0
   */
  minPositives?: number;
}

/**
 * Synthetic four-channel fields of cells in the manner of the Human Protein Atlas, for trying and testing a
 * pipeline without its images. The channels are red (microtubules), green (the protein), blue (nucleus) and
 * yellow (endoplasmic reticulum); green shows each labelled structure in its own way, several add up.
 *
 * Labels come with the frequencies of the task's 31,072 rows: 1 to 5 a sample, 1.63 on average, each class
 * in proportion to its count. With some of the `classes` only, they come as in the rows that have at least
 * one of these. Labels are drawn at once; an image is drawn when it is loaded, `[size, size, 4]` in 8 bits,
 * from the seed, its index and its labels alone, so that the order of loading changes nothing.
 *
 * @throws RangeError for a number out of range or a class that is none of the 28
 * @throws TypeError for an empty list of classes, or one that names a class twice
 * @example
 * const source = syntheticCells({ count: 64, size: 128, seed: 7 });
 * source.ids[0]; // 'synthetic-00000'
 * const { data } = await source.load(0); // Uint8Array of 128 * 128 * 4
 */
export function syntheticCells(options: SyntheticCellsOptions = {}): ImageSource {
  const { count = 256, seed = 0, size = 512, classes = HPA_CLASSES, minPositives = 0 } = options;
  checkInteger('count', count, 1, 10_000_000);
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkInteger('size', size, 32, 4096);
  checkClasses(classes);
  const names = [...classes];
  const unknown = names.filter((name) => !HPA_CLASSES.includes(name));
  if (unknown.length > 0)
    throw new RangeError(
      `classes must be among HPA_CLASSES. Unknown: ${unknown.map((name) => JSON.stringify(name)).join(', ')}.`,
    );
  checkInteger('minPositives', minPositives, 0, Math.floor(count / names.length), 'count / classes.length');

  const chosen = names.map((name) => HPA_CLASSES.indexOf(name));
  const labels = drawLabels(new Random(seed, 'synthetic labels'), count, chosen, minPositives);
  // Images follow a copy, so that a caller who edits the labels does not change them.
  const drawn = labels.slice();
  return {
    name: `synthetic cells (seed ${seed})`,
    ids: Array.from({ length: count }, (_, index) => `synthetic-${String(index).padStart(5, '0')}`),
    channels: ['red', 'green', 'blue', 'yellow'],
    classes: names,
    labels,
    // eslint-disable-next-line @typescript-eslint/require-await -- so that errors come as rejections
    async load(index, { signal } = {}) {
      checkInteger('index', index, 0, count - 1);
      throwIfAborted(signal, 'Rendering a synthetic image');
      const shown = names.filter((_, c) => drawn[index * names.length + c]);
      return renderField({ key: [seed, 'synthetic image', index], size, labels: shown }).image;
    },
  };
}

function checkInteger(name: string, value: number, low: number, high: number, limit?: string): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  const top = limit === undefined ? String(high) : `${high} (${limit})`;
  throw new RangeError(`${name} must be an integer from ${low} to ${top}. Received ${value}.`);
}
