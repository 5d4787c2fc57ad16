/** What a search tried, as the report and its chart take it. */
import type { AxisScale } from '../search/results';
import { formatNumber, isNumber } from './html';

/** One parameter of a search. */
export interface SearchAxis {
  /** Name of the dimension. */
  name: string;
  /** How its values are spread over the axis; categories stand in the order in which they come up. */
  scale: AxisScale;
}

/** One trial of a search. */
export interface SearchTrial {
  /** One for each axis: a finite number, above 0 on a log scale; on a category axis any number or text. */
  values: readonly (number | string)[];
  /** `null`, NaN or infinite for a trial that failed or was stopped without one. */
  score: number | null;
  /** @default 'Trial 1', 'Trial 2', … */
  label?: string | undefined;
}

/** What a search tried and what came of it. */
export interface SearchResults {
  /** One a dimension. */
  axes: readonly SearchAxis[];
  /** One a point. */
  trials: readonly SearchTrial[];
  /** What the score is. @default 'Score' */
  scoreName?: string | undefined;
  /** Whether high or low scores are good: good ones are on top. @default 'max' */
  goal?: 'max' | 'min' | undefined;
}

/** Every trial with its label, from best to worst; those without a score come last. */
export function rankTrials({ trials, goal = 'max' }: SearchResults): (SearchTrial & { label: string })[] {
  const sign = goal === 'max' ? -1 : 1;
  const key = (score: number | null) => (isNumber(score) ? sign * score : Infinity);
  return trials
    .map((trial, i) => ({ ...trial, label: trial.label ?? `Trial ${i + 1}` }))
    .sort((a, b) => (key(a.score) < key(b.score) ? -1 : Number(key(a.score) > key(b.score))));
}

export function formatValue(value: number | string): string {
  return typeof value === 'number' ? formatNumber(value) : value;
}

/** @throws RangeError or TypeError naming what is wrong */
export function checkSearch({ axes, trials, goal = 'max' }: SearchResults): void {
  if (axes.length === 0) throw new RangeError('axes must hold at least one axis. Received none');
  if (trials.length === 0) throw new RangeError('trials must hold at least one trial. Received none');
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- callers may be JavaScript
  if (goal !== 'max' && goal !== 'min')
    throw new TypeError(`goal must be 'max' or 'min'. Received ${String(goal)}`);
  trials.forEach(({ values }, t) => {
    if (values.length !== axes.length)
      throw new RangeError(
        `trials[${t}].values must be as many as axes, ${axes.length}. Received ${values.length}`,
      );
    axes.forEach(({ name, scale }, i) => {
      const value = values[i]!;
      if (scale === 'category') return;
      const what = `trials[${t}].values[${i}], on the ${scale} axis "${name}",`;
      if (typeof value !== 'number') throw new TypeError(`${what} must be a number. Received ${value}`);
      if (!isNumber(value) || (scale === 'log' && value <= 0))
        throw new RangeError(
          `${what} must be finite${scale === 'log' ? ' and above 0' : ''}. Received ${value}`,
        );
    });
  });
}
