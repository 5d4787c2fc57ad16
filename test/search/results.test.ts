import { describe, expect, it } from 'vitest';
import { HpaError } from '../../src/errors';
import { parseCsv } from '../../src/data/sources/csv';
import {
  choice,
  logInteger,
  logUniform,
  searchCoordinates,
  searchHyperparameters,
  searchToCsv,
  uniform,
} from 'hpa-kit';

const result = await searchHyperparameters({
  space: {
    'learning rate, "first"': logUniform(1e-6, 1),
    momentum: uniform(0, 0.99),
    filters: logInteger(2, 64),
    augment: choice([true, false]),
    optimizer: choice(['sgd', 'adam; "fast", new']),
  },
  objective: ({ momentum }, { index }) => {
    if (index === 3) throw new HpaError('training-diverged', 'The loss is "NaN",\nat step 2');
    return momentum;
  },
  trials: 20,
});

describe('the results of a search', () => {
  it('survive a table to the last digit', () => {
    const { columns, rows } = parseCsv(searchToCsv(result));
    const own = ['learning rate, "first"', 'momentum', 'filters', 'augment', 'optimizer'] as const;
    expect(columns).toEqual(['id', ...own, 'score', 'resource', 'state', 'seconds', 'reason']);
    expect(rows).toHaveLength(20);
    rows.forEach(({ cells }, i) => {
      const { id, params, score, resource, state, seconds, reason } = result.trials[i]!;
      const [first, ...rest] = cells;
      expect(first).toBe(id);
      expect(rest.slice(0, 3).map(Number)).toEqual(own.slice(0, 3).map((name) => params[name]));
      expect(rest.slice(3, 5)).toEqual([String(params.augment), params.optimizer]);
      expect(rest.slice(5)).toEqual([
        score === null ? '' : String(score),
        String(resource),
        state,
        String(seconds),
        reason ?? '',
      ]);
    });
    expect(rows[3]!.cells.slice(-3)).toEqual([
      'diverged',
      rows[3]!.cells.at(-2),
      'The loss is "NaN", at step 2',
    ]);
  });

  it('are lines over the axes of the space', () => {
    const { axes, goal, trials } = searchCoordinates(result);
    expect(goal).toBe('max');
    expect(axes.map(({ scale }) => scale)).toEqual(['log', 'linear', 'log', 'category', 'category']);
    const { params, score } = result.trials[5]!;
    expect(trials[5]).toEqual({
      values: [
        params['learning rate, "first"'],
        params.momentum,
        params.filters,
        String(params.augment),
        params.optimizer,
      ],
      score,
      label: 'trial-0005',
    });
    expect(trials[3]!.score).toBeNull();
  });
});
