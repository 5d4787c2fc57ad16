/**
 * Draws multi-hot labels whose class frequencies and numbers of labels a row are those of the task: a set of
 * k classes has a probability proportional to the product of its classes' weights, and the weights are fitted
 * so that every class comes out at its share (conditional Poisson sampling; Chen, Dempster & Liu 1994).
 */
import type { Random } from '../../random';
import { HPA_CLASS_COUNTS, HPA_LABELS_PER_ROW, HPA_ROW_COUNT } from './frequencies';

const MAX_LABELS = HPA_LABELS_PER_ROW.length;
const SIZE_SHARES = HPA_LABELS_PER_ROW.map((rows) => rows / HPA_ROW_COUNT);

let fitted: readonly number[] | undefined;

/**
 * Labels `[count, chosen.length]`, 0 or 1, row-major; every row has 1 to 5 positives. Of a subset of the
 * classes the rows are distributed as those of the whole task that have at least one of the subset.
 *
 * @param chosen - indices into `HPA_CLASS_COUNTS`
 * @param minPositives - at least so many positives a class; needs `minPositives * chosen.length <= count`
 */
export function drawLabels(
  random: Random,
  count: number,
  chosen: readonly number[],
  minPositives: number,
): Uint8Array {
  fitted ??= fitWeights();
  const weights = chosen.map((index) => fitted![index]!);
  const others = fitted.filter((_, index) => !chosen.includes(index));
  const sizes = sizeShares(fitted, weights, others);
  const tails = tailSums(weights);
  const labels = new Uint8Array(count * chosen.length);
  for (let row = 0; row < count; row++) {
    let left = pickSize(sizes, random.next());
    for (let c = 0; c < chosen.length && left > 0; c++) {
      const taken = (weights[c]! * tails[c + 1]![left - 1]!) / tails[c]![left]!;
      if (random.next() < taken) {
        labels[row * chosen.length + c] = 1;
        left--;
      }
    }
  }
  raiseRareClasses(labels, count, chosen.length, minPositives, random);
  return labels;
}

/** Elementary symmetric sums e_0 … e_5: the total weight of all sets of 0 … 5 classes. */
function setSums(weights: readonly number[]): number[] {
  const sums = [1, ...SIZE_SHARES.map(() => 0)];
  for (const weight of weights)
    for (let k = MAX_LABELS; k > 0; k--) sums[k] = sums[k]! + weight * sums[k - 1]!;
  return sums;
}

/** The set sums of the classes from c on, for every c. */
function tailSums(weights: readonly number[]): number[][] {
  return Array.from({ length: weights.length + 1 }, (_, c) => setSums(weights.slice(c)));
}

/** Weights under which each class's share of the rows is the table's. */
function fitWeights(): readonly number[] {
  let weights = HPA_CLASS_COUNTS.map((positives) => positives / HPA_ROW_COUNT);
  for (let iteration = 0; iteration < 100; iteration++) {
    const all = setSums(weights);
    weights = weights.map((weight, c) => {
      const without = setSums(weights.filter((_, other) => other !== c));
      let share = 0;
      for (let k = 1; k <= MAX_LABELS; k++)
        share += (SIZE_SHARES[k - 1]! * weight * without[k - 1]!) / all[k]!;
      return (weight * (HPA_CLASS_COUNTS[c]! / HPA_ROW_COUNT)) / share;
    });
  }
  return weights;
}

/** Probabilities of 1, 2, … labels among the chosen classes, given at least one. */
function sizeShares(all: readonly number[], chosen: readonly number[], others: readonly number[]): number[] {
  const [ofAll, ofChosen, ofOthers] = [setSums(all), setSums(chosen), setSums(others)];
  const shares: number[] = [];
  for (let k = 1; k <= Math.min(MAX_LABELS, chosen.length); k++) {
    let share = 0;
    for (let total = k; total <= MAX_LABELS; total++)
      share += (SIZE_SHARES[total - 1]! * ofChosen[k]! * ofOthers[total - k]!) / ofAll[total]!;
    shares.push(share);
  }
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / sum);
}

function pickSize(shares: readonly number[], draw: number): number {
  let sum = 0;
  for (let k = 0; k < shares.length; k++) if (draw < (sum += shares[k]!)) return k + 1;
  return 1;
}

/**
 * Gives each class that has too few positives some of the rows of classes with positives to spare, so that
 * no row changes its number of labels. While the sets fit (see `drawLabels`) there is always such a row: a
 * class with more than `minPositives` rows cannot be only where the rarer class is already.
 */
function raiseRareClasses(
  labels: Uint8Array,
  count: number,
  classes: number,
  minPositives: number,
  random: Random,
): void {
  const positives = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.length; i++) positives[i % classes]! += labels[i]!;
  if (positives.every((number) => number >= minPositives)) return;
  const rows = random.shuffle(Array.from({ length: count }, (_, row) => row));
  for (let rare = 0; rare < classes; rare++) {
    for (let i = 0; positives[rare]! < minPositives; i = (i + 1) % count) {
      const start = rows[i]! * classes;
      if (labels[start + rare]) continue;
      let spare = -1;
      for (let c = 0; c < classes; c++)
        if (labels[start + c] && positives[c]! > Math.max(minPositives, positives[spare] ?? 0)) spare = c;
      if (spare < 0) continue;
      labels[start + spare] = 0;
      labels[start + rare] = 1;
      positives[spare]!--;
      positives[rare]!++;
    }
  }
}
