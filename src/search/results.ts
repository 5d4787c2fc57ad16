/** The results of a search as a table, and as what a plot of parallel coordinates needs. */
import { formatCsv } from '../data/sources/csv';
import { TRIAL_COLUMNS, type SearchResult } from './search';
import type { Dimension, Params, SearchSpace } from './space';

/**
 * One row a trial as CSV: `id`, the parameters, `score`, `resource`, `state`, `seconds` and `reason`. Numbers have all
 * their digits; what a trial has not is empty.
 *
 * @example
 * await writeFile('search.csv', searchToCsv(result));
 */
export function searchToCsv<S extends SearchSpace>({ space, trials }: SearchResult<S>): string {
  const names = Object.keys(space);
  const [id, ...columns] = TRIAL_COLUMNS;
  const rows = trials.map((trial) => [
    trial[id],
    ...names.map((name) => String((trial.params as Params)[name])),
    ...columns.map((column) => String(trial[column] ?? '')),
  ]);
  return formatCsv([id, ...names, ...columns], rows);
}

/** How the values of an axis lie on it. */
export type AxisScale = 'linear' | 'log' | 'category';

/** What a plot of parallel coordinates shows: an upright axis for each parameter, a line for each trial. */
export interface SearchCoordinates {
  /** One a dimension, in the order of the coordinates. */
  axes: { name: string; scale: AxisScale }[];
  /** Whether high or low scores are good. */
  goal: 'max' | 'min';
  /** One a point. */
  trials: {
    /** One for each axis: a number, or text where the axis is of categories. */
    values: (number | string)[];
    /** Null for a trial without one. */
    score: number | null;
    /** The trial's id. */
    label: string;
  }[];
}

const SCALES: Record<Dimension['kind'], AxisScale> = {
  uniform: 'linear',
  integer: 'linear',
  logUniform: 'log',
  logInteger: 'log',
  choice: 'category',
};

/**
 * The trials of a search as lines over its parameters, for `parallelCoordinates` and `renderReport` of `hpa-kit/report`.
 *
 * @example
 * const svg = parallelCoordinates({ ...searchCoordinates(result), scoreName: 'Macro F1' });
 */
export function searchCoordinates<S extends SearchSpace>({
  space,
  trials,
  direction,
}: SearchResult<S>): SearchCoordinates {
  const axes = Object.entries(space).map(([name, { kind }]) => ({ name, scale: SCALES[kind] }));
  return {
    axes,
    goal: direction === 'maximize' ? 'max' : 'min',
    trials: trials.map(({ id, params, score }) => ({
      values: axes.map(({ name, scale }) => {
        const value = (params as Params)[name]!;
        return scale === 'category' ? String(value) : (value as number);
      }),
      score,
      label: id,
    })),
  };
}
