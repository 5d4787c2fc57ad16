/** What a search may vary: named dimensions, and how a point is drawn from them. */
import { Random } from '../random';

/** A value that a dimension gives. */
export type ParamValue = number | string | boolean;

/** Numbers from `low` to `high`. */
export interface RangeDimension {
  /** How values lie between the bounds. */
  readonly kind: 'uniform' | 'logUniform' | 'integer' | 'logInteger';
  /** Least value. */
  readonly low: number;
  /** Largest value. */
  readonly high: number;
}

/** One of a list. */
export interface ChoiceDimension<T extends ParamValue = ParamValue> {
  /** Marks the kind. */
  readonly kind: 'choice';
  /** What can be drawn, each equally often. */
  readonly values: readonly T[];
}

/** Plain data, so that a journal can hold it and tell whether two are the same. */
export type Dimension = RangeDimension | ChoiceDimension;

/** Dimensions by name. Their order is that of the tables and plots, and decides nothing else. */
export type SearchSpace = Readonly<Record<string, Dimension>>;

/** The type of a point of a space. */
export type ParamsOf<S extends SearchSpace> = {
  readonly [K in keyof S]: S[K] extends ChoiceDimension<infer T> ? T : number;
};

/** Any point. */
export type Params = Readonly<Record<string, ParamValue>>;

/** Numbers in [low, high), each as likely as the next. For a momentum or a rate of dropout. */
export function uniform(low: number, high: number): RangeDimension {
  return range('uniform', low, high);
}

/**
 * Numbers in [low, high) whose logarithm is uniform: each order of magnitude gets as many points as any other. For
 * learning rates, penalties, Adam's epsilon, and 1 − β of its betas.
 *
 * @throws RangeError unless 0 < low < high
 * @example
 * const space = { learningRate: logUniform(1e-6, 1), oneMinusBeta2: logUniform(1e-5, 1e-1) };
 */
export function logUniform(low: number, high: number): RangeDimension {
  return range('logUniform', low, high);
}

/** Integers from `low` to `high`, both included, each as likely as the next. */
export function integer(low: number, high: number): RangeDimension {
  return range('integer', low, high);
}

/**
 * Integers from `low` to `high`, both included: a log-uniform number in [low − ½, high + ½), rounded, as in Optuna. For
 * counts of filters or neurons that range over orders of magnitude.
 *
 * @throws RangeError unless 1 ≤ low < high
 */
export function logInteger(low: number, high: number): RangeDimension {
  return range('logInteger', low, high);
}

/**
 * One of the values, each as likely as the next.
 *
 * @throws RangeError for an empty list, a value that comes twice or a number that isn't finite
 * @example
 * const space = { optimizer: choice(['sgd', 'adam']), neurons: choice([2, 10]) };
 */
export function choice<const T extends ParamValue>(values: readonly T[]): ChoiceDimension<T> {
  const dimension: ChoiceDimension<T> = { kind: 'choice', values: [...values] };
  checkDimension('values', dimension);
  return dimension;
}

function range(kind: RangeDimension['kind'], low: number, high: number): RangeDimension {
  const dimension: RangeDimension = { kind, low, high };
  checkDimension(kind, dimension);
  return dimension;
}

/** @throws RangeError or TypeError that names the dimension */
export function checkDimension(name: string, dimension: Dimension): void {
  const refuse = (what: string) => new RangeError(`${name} must ${what}. Received ${show(dimension)}.`);
  switch (dimension.kind) {
    case 'choice': {
      const { values } = dimension;
      if (values.length === 0) throw refuse('have at least one value');
      if (new Set(values.map(String)).size < values.length) throw refuse('have no value twice');
      if (values.some((value) => typeof value === 'number' && !Number.isFinite(value)))
        throw refuse('have finite numbers');
      return;
    }
    case 'integer':
    case 'logInteger':
    case 'uniform':
    case 'logUniform': {
      const { kind, low, high } = dimension;
      const whole = kind === 'integer' || kind === 'logInteger';
      const legal = whole ? Number.isSafeInteger : Number.isFinite;
      if (!legal(low) || !legal(high) || !Number.isFinite(high - low) || low >= high)
        throw refuse(`have ${whole ? 'integers' : 'finite numbers'} low < high`);
      if (kind.startsWith('log') && low <= 0) throw refuse('have low > 0');
      return;
    }
    default:
      throw new TypeError(
        `${name} must be made by uniform, logUniform, integer, logInteger or choice. Received ${show(dimension)}.`,
      );
  }
}

/**
 * The point of a trial: each value from a stream of its own, of the seed, the trial's index and the dimension's name,
 * so that neither the order of trials nor another dimension changes it.
 */
export function samplePoint<S extends SearchSpace>(space: S, seed: number, index: number): ParamsOf<S> {
  const values = Object.entries(space).map(([name, dimension]) => {
    return [name, sample(dimension, new Random(seed, 'trial', index, name))] as const;
  });
  return Object.fromEntries(values) as ParamsOf<S>;
}

function sample(dimension: Dimension, random: Random): ParamValue {
  if (dimension.kind === 'choice') return random.pick(dimension.values);
  const { kind, low, high } = dimension;
  const clamp = (value: number) => Math.min(high, Math.max(low, value));
  const inLog = (from: number, to: number) => Math.exp(random.range(Math.log(from), Math.log(to)));
  switch (kind) {
    case 'uniform':
      return random.range(low, high);
    case 'logUniform':
      return clamp(inLog(low, high));
    case 'integer':
      return low + random.int(high - low + 1);
    case 'logInteger':
      return clamp(Math.round(inLog(low - 0.5, high + 0.5)));
  }
}

function show(value: unknown): string {
  return JSON.stringify(value);
}
