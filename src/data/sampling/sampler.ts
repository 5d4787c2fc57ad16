/** Which samples an epoch visits, and in which order. */
import { Random } from '../../random';
import { AliasTable } from './alias-table';
import { repeatFactorRounds, repeatFactors } from './repeat-factor';
import { cutRounds, wholeRounds, type Rounds } from './rounds';

const ORDER_NAMES = ['sequential', 'shuffled', 'with-replacement', 'class-balanced'] as const;

/**
 * The order in which samples are visited: a name, or an object for those with settings.
 *
 * - `sequential`: in the dataset's order;
 * - `shuffled`: in a random order, each sample once before any comes again;
 * - `with-replacement`: each drawn afresh, so a sample may come twice and another not at all;
 * - `class-balanced`: shuffled, and samples of rare classes come more often (`ClassBalancedOrder`);
 * - `{ kind: 'weighted', weights }`: each drawn afresh, in proportion to its weight (`WeightedOrder`).
 */
export type SampleOrder = (typeof ORDER_NAMES)[number] | WeightedOrder | ClassBalancedOrder;

/**
 * Each sample is drawn afresh, with a probability in proportion to its weight.
 *
 * @example
 * dataset.batches({ order: { kind: 'weighted', weights: dataset.ids.map((id) => trust.get(id) ?? 1) } });
 */
export interface WeightedOrder {
  /** Marks the kind. */
  kind: 'weighted';
  /** One weight a sample of the dataset, finite and 0 or more; weight 0 is never drawn. */
  weights: ArrayLike<number>;
}

/**
 * Repeat-factor sampling (Gupta et al. 2019): a round visits each sample as often as `repeatFactors` says,
 * fractions rounded at random afresh each round, all shuffled. An epoch is no longer for it: it visits
 * `samplesPerEpoch` samples, by default as many as the dataset has, and the next one goes on from there.
 *
 * @example
 * dataset.batches({ order: { kind: 'class-balanced', threshold: 0.005 } });
 */
export interface ClassBalancedOrder {
  /** Marks the kind. */
  kind: 'class-balanced';
  /** Share of the samples below which a class is rare. @default 0.01 */
  threshold?: number | undefined;
}

type OrderSettings =
  { kind: Exclude<(typeof ORDER_NAMES)[number], 'class-balanced'> } | ClassBalancedOrder | WeightedOrder;

export interface SamplerOptions {
  /** How many samples there are. */
  size: number;
  order: SampleOrder;
  seed: number;
  /**
   * How many samples an epoch visits. Where an order goes through the dataset in rounds, an epoch of another
   * length goes on where the one before it stopped, so that short epochs still visit all samples.
   */
  samplesPerEpoch: number;
  /** Gives the multi-hot labels `[size, numClasses]`; asked by `class-balanced` only. */
  labels?: (() => Uint8Array | undefined) | undefined;
  numClasses?: number | undefined;
}

/** The visits of an epoch, by their number. */
export interface Visits {
  /** Positions in the dataset. */
  positions: Uint32Array;
  /** How often the same epoch has visited the same sample before. */
  occurrences: Uint32Array;
}

/** Makes the order of any epoch. The same options give the same visits, whatever was asked before. */
export class Sampler {
  /** Name of the order. */
  readonly kind: string;
  /** What besides the seed decides the draws: weights or repeat factors. */
  readonly weights: ArrayLike<number> | undefined;
  private readonly size: number;
  private readonly positions: (epoch: number) => Uint32Array;

  /** @throws RangeError for an unknown order, weights or a threshold out of range, and missing labels */
  constructor({ size, order, seed, samplesPerEpoch, labels, numClasses = 0 }: SamplerOptions) {
    const settings: OrderSettings = typeof order === 'string' ? { kind: order } : order;
    this.size = size;
    this.kind = settings.kind;
    const inRounds = (rounds: Rounds) => (epoch: number) =>
      cutRounds(rounds, epoch * samplesPerEpoch, samplesPerEpoch);
    const drawn = (draw: (random: Random) => number) => (epoch: number) => {
      const random = new Random(seed, settings.kind, epoch);
      return new Uint32Array(samplesPerEpoch).map(() => draw(random));
    };

    switch (settings.kind) {
      case 'sequential':
        this.positions = inRounds(wholeRounds(size));
        break;
      case 'shuffled':
        this.positions = inRounds(wholeRounds(size, seed));
        break;
      case 'with-replacement':
        this.positions = drawn((random) => random.int(size));
        break;
      case 'weighted': {
        const { weights } = settings;
        if (weights.length !== size)
          throw new RangeError(`weights must have ${size} values, one a sample. Received ${weights.length}.`);
        const table = size > 0 ? new AliasTable(weights) : undefined;
        this.weights = weights;
        this.positions = drawn((random) => table!.draw(random));
        break;
      }
      case 'class-balanced': {
        const own = labels?.();
        if (!own) throw new RangeError('order class-balanced needs labels. The source has none.');
        const { threshold } = settings;
        const factors = repeatFactors(own, { numClasses, threshold });
        this.weights = factors;
        this.positions = inRounds(repeatFactorRounds(factors, seed));
        break;
      }
      default:
        throw new RangeError(
          `order must be ${ORDER_NAMES.join(', ')} or { kind: 'weighted', weights }. Received ${JSON.stringify(order)}.`,
        );
    }
  }

  /** The visits of one epoch; none where the dataset is empty. */
  visits(epoch: number): Visits {
    const positions = this.size > 0 ? this.positions(epoch) : new Uint32Array(0);
    const seen = new Uint32Array(this.size);
    const occurrences = positions.map((position) => seen[position]!++);
    return { positions, occurrences };
  }
}
