import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineChart, rangeTestChart, type ChartSeries } from 'hpa-kit/report';
import { linearTicks, logTicks, roundOutwards, shortNumber } from '../../src/report/axis';

const axes = { title: 'Rates', xLabel: 'Rate', yLabel: 'Loss' };
const INK = '#374151';

/** The corners of the line of this colour. */
const cornersOf = (svg: string, color: string) => {
  const path = new RegExp(`<path d="M([^"M]*)" fill="none" stroke="${color}"`).exec(svg)?.[1] ?? '';
  return path.split('L').map((corner) => corner.split(' ').map(Number) as [number, number]);
};
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

describe('lineChart', () => {
  it('draws equal ratios as equal distances on log scales, and labels powers of ten', () => {
    const points = [1e-5, 1e-4, 1e-2].map((x) => [x, 10 * x] as const);
    const svg = lineChart({ ...axes, xScale: 'log', yScale: 'log', series: [{ name: 'a', points }] });
    const corners = cornersOf(svg, '#0072b2');
    for (const axis of [0, 1] as const) {
      const [a, b, c] = corners.map((corner) => corner[axis]);
      expect((c! - b!) / (b! - a!)).toBeCloseTo(2, 1);
    }
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['1e-5', '1e-4', '0.001', '0.01', '0.1']));
  });

  it('leaves a gap where a log scale has no place', () => {
    const points = [0.1, 0, 0.2, 0.3, -1].map((y, x) => [x, y] as const);
    const svg = lineChart({ ...axes, yScale: 'log', series: [{ name: 'a', points }] });
    expect(svg.match(/<path d="([^"]*)" fill="none" stroke="#0072b2"/)![1]!.match(/M/g)).toHaveLength(2);
    expect(() => lineChart({ ...axes, xScale: 'log', series: [{ name: 'a', points }] })).toThrow(
      /x of series "a" must be above 0 on a log scale. Received 0/,
    );
  });

  it.each([1, 1000])('marks a place by an upright line at its x, whatever the values (times %i)', (scale) => {
    const points = [0, 1, 2, 3, 4].map((x) => [x, scale * x] as const);
    const svg = lineChart({ ...axes, series: [{ name: 'a', points }], marks: [{ x: 3, label: 'here' }] });
    const line = cornersOf(svg, '#0072b2');
    const [foot, top] = cornersOf(svg, INK) as [[number, number], [number, number]];
    expect(foot[0]).toBe(top[0]);
    expect(foot[0]).toBeCloseTo(line[3]![0], 1);
    expect(top[1]).toBeLessThan(foot[1] - 150);
    expect(textsOf(svg)).toContain('here');
    expect(/aria-label="([^"]*)"/.exec(svg)![1]).toMatch(/; here at 3$/);
  });

  it.each(['linear', 'log'] as const)('shows a single point of any kind within the plot, %s', (scale) => {
    const series = [{ name: 'a', points: [[0.001, 0.01] as const] }];
    const svg = lineChart({ ...axes, xScale: scale, yScale: scale, series });
    const [, x, y] = /transform="matrix\([^)]*,([\d.]+),([\d.]+)\)" fill="#0072b2"/.exec(svg)!.map(Number);
    expect(x! > 60 && x! < 460 && y! > 10 && y! < 240).toBe(true);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['0.001', '0.01']));
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it('holds values up to the next x as steps', () => {
    const points = [1, 3, 2].map((y, x) => [x, y] as const);
    const svg = lineChart({ ...axes, series: [{ name: 'a', points, style: 'steps' }] });
    const corners = cornersOf(svg, '#0072b2');
    expect(corners).toHaveLength(5);
    corners.slice(1).forEach(([x, y], i) => {
      const [xBefore, yBefore] = corners[i]!;
      expect(i % 2 === 0 ? y - yBefore : x - xBefore).toBeCloseTo(0, 5);
    });
  });

  it('draws no symbols on long lines but for points alone', () => {
    const points: ChartSeries['points'] = Array.from({ length: 200 }, (_, x) => [
      x,
      x === 99 || x === 101 ? NaN : x,
    ]);
    const svg = lineChart({ ...axes, series: [{ name: 'a', points }] });
    expect(svg.match(/transform="matrix\([^)]*\)" fill="#0072b2"/g)).toHaveLength(1);
    expect(svg.length).toBeLessThan(12_000);
  });
});

describe('rangeTestChart', () => {
  it('shows both losses over a log scale, and the suggestion', () => {
    const rates = [1e-4, 1e-3, 1e-2, 1e-1];
    const svg = rangeTestChart({
      rates,
      losses: [0.7, 0.5, 0.4, Infinity],
      smoothed: [0.7, 0.6, 0.5, 2],
      suggested: 0.00314,
    });
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining(['Suggested 0.0031', 'Smoothed', 'Each step', '0.001']),
    );
    expect(() => rangeTestChart({ rates, losses: [1], smoothed: [1, 1, 1, 1], suggested: 0.1 })).toThrow(
      /losses must be as many as rates. Received 1 for 4 rates/,
    );
  });
});

describe('ticks', () => {
  const range = fc
    .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-4, max: 1e6, noNaN: true }))
    .map(([min, span]) => [min, min + span] as const);

  it('lie within, rise, and are neither too few nor too many', () => {
    fc.assert(
      fc.property(range, fc.integer({ min: 3, max: 8 }), ([min, max], most) => {
        const ticks = linearTicks(min, max, most);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(most);
        const slack = 1e-9 * Math.max(Math.abs(min), Math.abs(max));
        for (const tick of ticks) expect(tick >= min - slack && tick <= max + slack).toBe(true);
        expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b));
      }),
    );
    expect(linearTicks(0.00015, 0.998, 5)).toEqual([0.2, 0.4, 0.6, 0.8]);
    expect(linearTicks(0, 0.3, 4)).toEqual([0, 0.1, 0.2, 0.3]);
  });

  it('are powers of ten on a log scale, with numbers between where it is short', () => {
    expect(logTicks(1e-6, 1)).toEqual([1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]);
    expect(logTicks(0.02, 0.3)).toEqual([0.02, 0.05, 0.1, 0.2]);
    expect(logTicks(3.1, 3.2)).toEqual([3.1, 3.2]);
    expect(logTicks(1e-30, 1).length).toBeLessThan(10);
    expect(roundOutwards([0.00031, 0.7])).toEqual([0.0002, 1]);
    expect(roundOutwards([0.1, 5])).toEqual([0.1, 5]);
  });

  it('are written shortly', () => {
    expect([0, 0.001, 1e-5, 0.25, -0.5, 1234, 20_000, 1.5e6, 2e12].map(shortNumber)).toEqual([
      '0',
      '0.001',
      '1e-5',
      '0.25',
      '-0.5',
      '1234',
      '20k',
      '1.5M',
      '2e12',
    ]);
  });
});
