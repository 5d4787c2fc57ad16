/** Repeat-factor sampling (Gupta, Dollár and Girshick 2019, LVIS): samples of rare classes come more often. */
import { Random } from '../../random';
import { shuffledPositions, type Rounds } from './rounds';

/** Options of `repeatFactors`. */
export interface RepeatFactorOptions {
  /** Classes a sample has labels for. */
  numClasses: number;
  /**
   * Share of the samples below which a class is rare, `t` of the paper, in (0, 1]. The paper takes 0.001
   * for its 1,203 classes.
   *
   * @default 0.01
   */
  threshold?: number | undefined;
}

/** Factors are multiples of this, so that their sums are exact. */
const STEP = 2 ** -20;

/**
 * How often each sample is to come for each time that a sample without rare classes comes:
 * `max over its classes c of max(1, √(threshold / f(c)))`, where `f(c)` is the share of samples that have
 * class `c`. A sample without labels has 1.
 *
 * @param labels - multi-hot `[samples, numClasses]`
 * @returns `[samples]`, each at least 1, rounded to 2⁻²⁰
 * @throws RangeError for a threshold outside (0, 1], and labels that are not whole rows
 * @example
 * // Class 1 is in one of four samples: √(1 / 0.25) = 2.
 * repeatFactors(Uint8Array.of(1, 0, 1, 1, 1, 0, 1, 0), { numClasses: 2, threshold: 1 }); // [1, 2, 1, 1]
 */
export function repeatFactors(
  labels: Uint8Array,
  { numClasses, threshold = 0.01 }: RepeatFactorOptions,
): Float64Array {
  if (!(threshold > 0 && threshold <= 1))
    throw new RangeError(`threshold must be above 0 and at most 1. Received ${threshold}.`);
  const size = labels.length / numClasses;
  if (!Number.isInteger(size))
    throw new RangeError(`labels must have rows of ${numClasses} classes. Received ${labels.length} values.`);
  const positives = new Float64Array(numClasses);
  for (let row = 0; row < labels.length; row += numClasses)
    for (let k = 0; k < numClasses; k++) positives[k]! += labels[row + k]!;
  const factorOf = positives.map((count) => Math.max(1, Math.sqrt((threshold * size) / count)));

  const factors = new Float64Array(size).fill(1);
  for (let i = 0; i < size; i++)
    for (let k = 0; k < numClasses; k++)
      if (labels[i * numClasses + k]) factors[i] = Math.max(factors[i]!, factorOf[k]!);
  return factors.map((factor) => Math.round(factor / STEP) * STEP);
}

/**
 * Rounds in which each sample comes as often as its factor says, rounded down or up at random in proportion
 * to the fraction, and shuffled. The fractions of a round are rounded together, so that their sum is: by
 * systematic sampling over a shuffled order. Hence a round's length is known without the rounds before.
 */
export function repeatFactorRounds(factors: Float64Array, seed: number): Rounds {
  const sumOfWhole = factors.reduce((sum, factor) => sum + Math.floor(factor), 0);
  const sumOfFractions = factors.reduce((sum, factor) => sum + (factor % 1), 0);
  const phase = downToStep(new Random(seed, 'class-balanced').next());
  const start = (round: number) => round * sumOfWhole + Math.floor(phase + round * sumOfFractions);

  return {
    start,
    containing(visit) {
      let round = Math.floor(visit / (sumOfWhole + sumOfFractions));
      while (start(round) > visit) round--;
      while (start(round + 1) <= visit) round++;
      return round;
    },
    visits(round) {
      const random = new Random(seed, 'class-balanced', round);
      const positions = new Uint32Array(start(round + 1) - start(round));
      // A sample comes once more where one of the points first, first + 1, … falls on its stretch of the sum;
      // as many points as the round has room for lie below the whole sum.
      const rest = sumOfFractions % 1;
      const oneMore = positions.length - sumOfWhole > Math.floor(sumOfFractions);
      const first = downToStep(oneMore ? random.range(0, rest) : random.range(rest, 1));
      let filled = 0;
      let reached = -first;
      for (const position of shuffledPositions(factors.length, random)) {
        const factor = factors[position]!;
        const next = reached + (factor % 1);
        const times = Math.floor(factor) + Math.ceil(next) - Math.ceil(reached);
        for (const end = filled + times; filled < end; filled++) positions[filled] = position;
        reached = next;
      }
      return random.shuffle(positions);
    },
  };
}

function downToStep(value: number): number {
  return Math.floor(value / STEP) * STEP;
}
