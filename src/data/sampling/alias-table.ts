/** Weighted draws in constant time: the alias method (Walker 1977, built as Vose 1991 does). */
import type { Random } from '../../random';

/** Draws positions with probabilities in proportion to their weights; weight 0 is never drawn. */
export class AliasTable {
  /** Positions of positive weight: the columns of the table. */
  private readonly positions: Uint32Array;
  /** The share of a column that is its own; the rest is its alias's. */
  private readonly own: Float64Array;
  private readonly alias: Uint32Array;

  /** @throws RangeError for a weight that is negative or not finite, naming its index, and when all are 0 */
  constructor(weights: ArrayLike<number>) {
    let largest = 0;
    let count = 0;
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i]!;
      if (!(weight >= 0 && weight < Infinity))
        throw new RangeError(`weights must be finite and 0 or more. Received ${weight} at index ${i}.`);
      if (weight > largest) largest = weight;
      if (weight > 0) count++;
    }
    if (count === 0)
      throw new RangeError(`weights must have one above 0. Received ${weights.length} weights without one.`);

    this.positions = new Uint32Array(count);
    this.own = new Float64Array(count);
    this.alias = new Uint32Array(count);
    let sum = 0;
    for (let i = 0, column = 0; i < weights.length; i++) {
      if (weights[i] === 0) continue;
      this.positions[column] = i;
      // Relative to the largest, so that the sum stays finite.
      sum += this.own[column++] = weights[i]! / largest;
    }
    for (let column = 0; column < count; column++) this.own[column]! *= count / sum;
    this.fillColumns();
  }

  draw(random: Random): number {
    const column = random.int(this.own.length);
    return this.positions[random.next() < this.own[column]! ? column : this.alias[column]!]!;
  }

  /** Tops up each column below 1 with what a column of 1 or more has to spare. */
  private fillColumns(): void {
    const { own, alias } = this;
    // Columns below 1 are stacked from the left, the others from the right.
    const stacks = new Uint32Array(own.length);
    let left = 0;
    let right = own.length;
    const put = (column: number) => (stacks[own[column]! < 1 ? left++ : --right] = column);
    for (let column = 0; column < own.length; column++) put(column);
    while (left > 0 && right < own.length) {
      const column = stacks[--left]!;
      const donor = stacks[right++]!;
      alias[column] = donor;
      own[donor]! -= 1 - own[column]!;
      put(donor);
    }
    // What is left is 1 up to rounding.
    while (left > 0) own[stacks[--left]!] = 1;
    while (right < own.length) own[stacks[right++]!] = 1;
  }
}
