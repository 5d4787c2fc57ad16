/**
 * The 28 classes of the Human Protein Atlas image classification task, and `Target` text ↔ multi-hot
 * for them or for a class list of the user's own.
 */
import { HpaError } from './errors';

/** Names of the 28 classes; a class's index in `Target` is its place in this list. */
export const HPA_CLASSES: readonly string[] = Object.freeze([
  'Nucleoplasm',
  'Nuclear membrane',
  'Nucleoli',
  'Nucleoli fibrillar center',
  'Nuclear speckles',
  'Nuclear bodies',
  'Endoplasmic reticulum',
  'Golgi apparatus',
  'Peroxisomes',
  'Endosomes',
  'Lysosomes',
  'Intermediate filaments',
  'Actin filaments',
  'Focal adhesion sites',
  'Microtubules',
  'Microtubule ends',
  'Cytokinetic bridge',
  'Mitotic spindle',
  'Microtubule organizing center',
  'Centrosome',
  'Lipid droplets',
  'Plasma membrane',
  'Cell junctions',
  'Mitochondria',
  'Aggresome',
  'Cytosol',
  'Cytoplasmic bodies',
  'Rods & rings',
]);

/** Throws a `TypeError` unless `classes` is a list of distinct, non-empty names. */
export function checkClasses(classes: readonly string[]): void {
  if (classes.length === 0)
    throw new TypeError('classes must name at least one class. Received an empty list.');
  const seen = new Set<string>();
  for (const name of classes) {
    if (typeof name !== 'string' || name.trim() === '')
      throw new TypeError(`classes must be non-empty names. Received ${JSON.stringify(name)}.`);
    if (seen.has(name)) throw new TypeError(`classes must be distinct. "${name}" stands there twice.`);
    seen.add(name);
  }
}

/**
 * `Target` text to multi-hot. The text holds space-separated class indices, in any order; empty text
 * means no label.
 *
 * @param classes - the class list, by default the 28 of the task
 * @returns `[classes.length]`, 0 or 1
 * @throws HpaError `label-invalid` for anything but distinct indices below `classes.length`
 * @example
 * parseTarget('25 21')[21] // 1
 */
export function parseTarget(target: string, classes: readonly string[] = HPA_CLASSES): Uint8Array {
  const hot = new Uint8Array(classes.length);
  for (const token of target.split(/\s+/).filter(Boolean)) {
    const index = /^\d+$/.test(token) ? Number(token) : NaN;
    if (!(index < classes.length)) {
      const range = `an index from 0 to ${classes.length - 1}`;
      throw new HpaError('label-invalid', `A label must be ${range}. Received "${token}" in "${target}"`);
    }
    if (hot[index]) throw new HpaError('label-invalid', `Label ${token} stands twice in "${target}"`);
    hot[index] = 1;
  }
  return hot;
}

/**
 * Multi-hot to `Target` text: the indices in ascending order, space-separated.
 *
 * @example
 * formatTarget(parseTarget('25 21')) // '21 25'
 */
export function formatTarget(multiHot: ArrayLike<number>): string {
  return hotIndices(multiHot).join(' ');
}

/**
 * Class names to multi-hot.
 *
 * @throws HpaError `label-invalid` for a name that is not in `classes`
 * @example
 * namesToMultiHot(['Cytosol'])[25] // 1
 */
export function namesToMultiHot(
  names: readonly string[],
  classes: readonly string[] = HPA_CLASSES,
): Uint8Array {
  const hot = new Uint8Array(classes.length);
  for (const name of names) {
    const index = classes.indexOf(name);
    if (index < 0)
      throw new HpaError('label-invalid', `"${name}" is none of the classes: ${classes.join(', ')}.`);
    hot[index] = 1;
  }
  return hot;
}

/**
 * Multi-hot to class names, in class order.
 *
 * @throws RangeError when the lengths differ
 * @example
 * multiHotToNames(parseTarget('25 21')) // ['Plasma membrane', 'Cytosol']
 */
export function multiHotToNames(
  multiHot: ArrayLike<number>,
  classes: readonly string[] = HPA_CLASSES,
): string[] {
  if (multiHot.length !== classes.length)
    throw new RangeError(
      `multiHot must have ${classes.length} values, one a class. Received ${multiHot.length}.`,
    );
  return hotIndices(multiHot).map((index) => classes[index]!);
}

/** The labels of some samples, in the order given: rows of a multi-hot `[samples, numClasses]`, a copy. */
export function pickRows(labels: Uint8Array, rows: readonly number[], numClasses: number): Uint8Array {
  const picked = new Uint8Array(rows.length * numClasses);
  rows.forEach((row, i) => {
    picked.set(labels.subarray(row * numClasses, (row + 1) * numClasses), i * numClasses);
  });
  return picked;
}

function hotIndices(multiHot: ArrayLike<number>): number[] {
  const indices: number[] = [];
  for (let i = 0; i < multiHot.length; i++) if (multiHot[i]) indices.push(i);
  return indices;
}
