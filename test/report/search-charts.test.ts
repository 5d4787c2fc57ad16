import { describe, expect, it } from 'vitest';
import { matrixChart, parallelCoordinates, type SearchResults } from 'hpa-kit/report';

const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
const search: SearchResults = {
  axes: [
    { name: 'Rate', scale: 'log' },
    { name: 'Dropout', scale: 'linear' },
    { name: 'Loss', scale: 'category' },
  ],
  trials: [
    { values: [1e-4, 0, 'bce'], score: 0.2 },
    { values: [1e-3, 0.5, 'focal'], score: 0.4, label: 'the best' },
    { values: [1e-2, 0.25, 'bce'], score: null },
    { values: [1e-2, 0.1, 'soft'], score: 0.3 },
    { values: [1e-2, 0.1, 'soft'], score: 0.1 },
  ],
};
/** The corners of each line of a trial, with its width and whether it is dashed. */
const linesOf = (svg: string) =>
  [
    ...svg.matchAll(
      /<path d="M([^"]*)" fill="none" stroke="(#\w+)" stroke-width="(3|1\.25)"( stroke-dasharray="([^"]*)")?/g,
    ),
  ].map(([, path, color, width, , dash]) => ({
    corners: path!.split('L').map((corner) => corner.split(' ').map(Number) as [number, number]),
    color,
    width: Number(width),
    dash,
  }));

describe('parallelCoordinates', () => {
  const svg = parallelCoordinates({ ...search, scoreName: 'Macro F1' });
  const lines = linesOf(svg);

  it('draws each trial through its values to its score', () => {
    expect(lines).toHaveLength(5);
    const best = lines.find(
      ({ corners, width, dash }) => width === 3 && dash === undefined && corners.length === 4,
    )!;
    const [top, bottom] = [
      Math.min(...lines.flatMap(({ corners }) => corners.map(([, y]) => y))),
      Math.max(...lines.flatMap(({ corners }) => corners.map(([, y]) => y))),
    ];
    // Half of the decades, the highest dropout, the second of three losses from below, the highest score.
    const shares = best.corners.map(([, y]) => (bottom - y) / (bottom - top));
    [0.5, 1, 0.5, 1].forEach((share, i) => {
      expect(shares[i]).toBeCloseTo(share, 2);
    });
  });

  it('tells the best three apart without colour, and names them without overlap', () => {
    const named = lines.filter(({ width }) => width === 3);
    expect(named).toHaveLength(3);
    expect(new Set(named.map(({ dash }) => dash)).size).toBe(3);
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining(['1. the best', '2. Trial 4', '3. Trial 1', 'Macro F1', 'soft']),
    );
    const close = parallelCoordinates({
      axes: [{ name: 'a', scale: 'linear' }],
      trials: [0.5, 0.5, 0.5, 0.1].map((score, i) => ({ values: [i], score })),
    });
    const heights = [
      ...close.matchAll(/<text[^>]*transform="translate\([\d.]+ ([\d.]+)\)"[^>]*>\d\. Trial/g),
    ].map(([, y]) => Number(y));
    expect(heights).toHaveLength(3);
    const [first, second, third] = heights.sort((a, b) => a - b);
    expect(second! - first!).toBeGreaterThan(15);
    expect(third! - second!).toBeGreaterThan(15);
  });

  it('ends a trial without a score before the last axis', () => {
    const [failed] = lines.filter(({ corners }) => corners.length === 3);
    expect(failed).toMatchObject({ width: 1.25, color: '#6b7280' });
    expect(failed!.dash).toBeDefined();
  });

  it('puts good scores on top where they are low', () => {
    const low = linesOf(parallelCoordinates({ ...search, goal: 'min' }));
    const ends = low.filter(({ corners }) => corners.length === 4).map(({ corners }) => corners[3]![1]);
    const best = low.find(({ width, dash }) => width === 3 && dash === undefined)!;
    expect(best.corners[3]![1]).toBe(Math.min(...ends));
    expect(parallelCoordinates({ ...search, goal: 'min' })).toContain(
      '1. Trial 5: Score 0.1, Rate 0.01, Dropout 0.1, Loss soft',
    );
  });

  it('draws a search in which all are equal or failed', () => {
    const equal = { axes: search.axes, trials: [0, 1].map(() => ({ values: [0.1, 0.1, 'x'], score: null })) };
    expect(linesOf(parallelCoordinates(equal))).toHaveLength(2);
    expect(parallelCoordinates(equal)).not.toMatch(/NaN|Infinity/);
  });

  it.each([
    ['no axis', { axes: [] }, RangeError, /axes must hold/],
    ['no trial', { trials: [] }, RangeError, /trials must hold/],
    [
      'too few values',
      { trials: [{ values: [1], score: 1 }] },
      RangeError,
      /trials\[0\].values must be as many as axes, 3. Received 1/,
    ],
    [
      '0 on a log axis',
      { trials: [{ values: [0, 1, 'a'], score: 1 }] },
      RangeError,
      /trials\[0\].values\[0\].*above 0. Received 0/,
    ],
    [
      'NaN',
      { trials: [{ values: [1, NaN, 'a'], score: 1 }] },
      RangeError,
      /values\[1\].*must be finite. Received NaN/,
    ],
    [
      'text for a number',
      { trials: [{ values: [1, 'x', 'a'], score: 1 }] },
      TypeError,
      /axis "Dropout", must be a number/,
    ],
    ['another goal', { goal: 'up' as 'max' }, TypeError, /goal must be 'max' or 'min'. Received up/],
  ])('refuses %s', (_, wrong, type, message) => {
    const chart = () => parallelCoordinates({ ...search, ...wrong });
    expect(chart).toThrow(type);
    expect(chart).toThrow(message);
  });
});

describe('matrixChart', () => {
  const matrix = {
    title: 'Errors',
    rowName: 'Missed',
    columnName: 'Predicted',
    rows: ['<Nucleoli>', 'Cytosol'],
    columns: ['a', 'b', 'c'],
    values: [0, 3, 12, 1234, 0, 0],
  };

  it('writes each count into its cell, shaded by it', () => {
    const svg = matrixChart(matrix);
    const cells = [...svg.matchAll(/<rect x="(\d+)" y="(\d+)" [^>]*fill-opacity="([\d.]+)"/g)].map((m) =>
      m.slice(1).map(Number),
    );
    const counts = [...svg.matchAll(/<text x="(\d+)" y="(\d+)" font-size="[\d.]+">([\d,]+)</g)];
    expect(counts.map(([, , , count]) => count)).toEqual(['3', '12', '1,234']);
    counts.forEach(([, x, y], i) => {
      expect([Number(x) - 17, Number(y) - 17]).toEqual(cells[i]!.slice(0, 2));
    });
    const shades = cells.map(([, , shade]) => shade!);
    expect(Math.max(...shades)).toBe(shades[2]);
    expect(shades[2]).toBeLessThan(0.5);
    expect(cells[2]![1]).toBe(cells[0]![1]! + 34);
    expect(cells[1]![0]).toBe(cells[0]![0]! + 34);
    expect(svg).toContain(
      'aria-label="Errors: Missed by Predicted. &lt;Nucleoli&gt;: b 3, c 12; Cytosol: a 1,234"',
    );
    expect(svg).not.toContain('<Nucleoli>');
  });

  it('draws a matrix of zeros', () => {
    expect(matrixChart({ ...matrix, values: new Float64Array(6) })).not.toMatch(/NaN|<rect/);
  });

  it.each([
    [
      'too few values',
      { values: [1, 2] },
      /values must be rows × columns, both at least 1. Received 2 for 2 × 3/,
    ],
    ['no rows', { rows: [], values: [] }, /Received 0 for 0 × 3/],
    ['a count of −1', { values: [0, 0, 0, -1, 0, 0] }, /values must be at least 0. Received -1 at 3/],
    ['cells of no size', { cellSize: 0 }, /cellSize must be/],
  ])('refuses %s', (_, wrong, message) => {
    expect(() => matrixChart({ ...matrix, ...wrong })).toThrow(RangeError);
    expect(() => matrixChart({ ...matrix, ...wrong })).toThrow(message);
  });
});
