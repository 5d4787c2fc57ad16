import { reliabilityCurve, type ReliabilityBin } from 'hpa-kit';
import { reliabilityChart, type ReliabilityChartOptions } from 'hpa-kit/report';
import { describe, expect, it } from 'vitest';

const COLORS = ['#0072b2', '#d55e00'];
const LINE = 2.5;
const OUTLINE = 1.5;
const bin = (lower: number, upper: number, count: number, meanProbability: number, positiveRate: number) => ({
  lower,
  upper,
  count,
  meanProbability,
  positiveRate,
});
const bins: ReliabilityBin[] = [
  bin(0, 0.25, 1000, 0.1, 0.05),
  bin(0.25, 0.5, 100, 0.4, 0.3),
  bin(0.75, 1, 10, 0.9, 0.6),
];
const title = 'Nucleoplasm';

/** The corners of each stretch of a line of this colour and width, from its path. */
function stretchesOf(svg: string, color: string, width?: number): [number, number][][] {
  const stroke = `stroke="${color}"${width ? ` stroke-width="${width}"` : ''}`;
  const path = new RegExp(`<path d="([^"]*)" fill="none" ${stroke}[^>]*stroke-linejoin`).exec(svg)?.[1] ?? '';
  return path
    .split('M')
    .slice(1)
    .map((part) => part.split('L').map((corner) => corner.split(' ').map(Number) as [number, number]));
}
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
const symbolsOf = (svg: string, color: string) =>
  svg.match(new RegExp(`transform="matrix\\(4,[^)]*\\)" fill="${color}"`, 'g')) ?? [];

describe('reliabilityChart', () => {
  it('draws each bin in a square, beside its diagonal', () => {
    const svg = reliabilityChart({ title, series: [{ name: 'Before', bins }] });
    const [[origin, end]] = stretchesOf(svg, '#6b7280') as [[[number, number], [number, number]]];
    const side = end[0] - origin[0];
    expect(side).toBeGreaterThan(300);
    expect(origin[1] - end[1]).toBe(side);
    const [line] = stretchesOf(svg, COLORS[0]!, LINE);
    expect(line).toHaveLength(3);
    bins.forEach(({ meanProbability, positiveRate }, i) => {
      expect(Math.abs(line![i]![0] - (origin[0] + side * meanProbability))).toBeLessThan(0.2);
      expect(Math.abs(line![i]![1] - (origin[1] - side * positiveRate))).toBeLessThan(0.2);
    });
    expect(symbolsOf(svg, COLORS[0]!)).toHaveLength(3);
  });

  it('draws counts below, each bin from its lower to its upper bound, on a logarithmic scale', () => {
    const svg = reliabilityChart({ title, series: [{ name: 'Before', bins }] });
    const [[origin, end]] = stretchesOf(svg, '#6b7280') as [[[number, number], [number, number]]];
    const stretches = stretchesOf(svg, COLORS[0]!, OUTLINE);
    expect(stretches.map((stretch) => stretch.length)).toEqual([6, 4]);
    const [[foot, first, , second], [lastFoot, last]] = stretches as [[number, number][], [number, number][]];
    expect(foot![1]).toBeGreaterThan(origin[1]);
    const decade = (foot![1] - first![1]) / 3;
    expect(decade).toBeGreaterThan(15);
    expect(Math.abs(foot![1] - second![1] - 2 * decade)).toBeLessThan(0.2);
    expect(Math.abs(foot![1] - last![1] - decade)).toBeLessThan(0.2);
    // The same x in both drawings.
    expect(foot![0]).toBeCloseTo(origin[0], 1);
    expect(second![0]).toBeCloseTo(origin[0] + 0.25 * (end[0] - origin[0]), 1);
    expect(lastFoot![0]).toBeCloseTo(origin[0] + 0.75 * (end[0] - origin[0]), 1);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['1', '10', '100', '1k', 'Samples']));
  });

  it('labels large counts shortly', () => {
    const of = (count: number) =>
      textsOf(reliabilityChart({ title, series: [{ name: 'a', bins: [bin(0, 1, count, 0.5, 0.5)] }] }));
    expect(of(2_000_000)).toEqual(expect.arrayContaining(['1', '100', '10k', '1M', '100M']));
    expect(of(31_072)).toEqual(expect.arrayContaining(['100', '10k', '1M']));
    expect(of(1)).toEqual(expect.arrayContaining(['10']));
  });

  it('tells series apart by colour, dash and symbol, and names them', () => {
    const series = ['Before', 'Calibrated'].map((name) => ({ name, bins }));
    const svg = reliabilityChart({ title, series });
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining(['Before', 'Calibrated', 'Mean probability', 'Positive rate']),
    );
    const dashOf = (color: string, width: number) =>
      new RegExp(`stroke="${color}" stroke-width="${width}" stroke-dasharray`).test(svg);
    for (const width of [LINE, OUTLINE])
      expect(COLORS.map((color) => dashOf(color, width))).toEqual([false, true]);
    expect(COLORS.map((color) => symbolsOf(svg, color).length)).toEqual([3, 3]);
    const lone = textsOf(reliabilityChart({ title, series: series.slice(0, 1), xLabel: 'p', yLabel: 'q' }));
    expect(lone).not.toContain('Before');
    expect(lone).toEqual(expect.arrayContaining(['p', 'q']));
  });

  it('stands on its own, with a name that says all bins', () => {
    const svg = reliabilityChart({
      title,
      series: [
        { name: 'Before', bins },
        { name: 'Empty', bins: [] },
      ],
    });
    expect(svg).toMatch(
      /^<svg role="img" aria-label="Nucleoplasm: Positive rate by Mean probability\. Before: 0\.05 at 0\.1 of 1,000, 0\.3 at 0\.4 of 100, 0\.6 at 0\.9 of 10; Empty: no values"/,
    );
    expect(svg).not.toMatch(/\s(id|class)=|<style|<defs|<script|url\(|NaN|Infinity|undefined/);
    expect(svg.match(/http[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
  });

  it('escapes text', () => {
    const name = '</svg><img src=x onerror="alert(1)">\n&';
    const series = [name, 'b', '__proto__'].map((each) => ({ name: each, bins }));
    const svg = reliabilityChart({ title: name, xLabel: name, yLabel: name, series });
    expect(svg).not.toMatch(/<img|<\/svg>[\s\S]*<\/svg>/);
    expect(textsOf(svg)).toContain('&lt;/svg&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp;');
  });

  it.each(['uniform', 'quantile'] as const)('takes the %s curve as it comes', (strategy) => {
    const probabilities = Float32Array.from({ length: 500 }, (_, i) => (i % 100 < 30 ? 0 : (i % 97) / 96));
    const labels = Array.from(probabilities, (p, i) => Number((i * 7919) % 100 < 100 * p));
    const [curve] = reliabilityCurve(labels, probabilities, { numClasses: 1, strategy });
    const svg = reliabilityChart({ title, series: [{ name: 'a', bins: curve! }] });
    expect(symbolsOf(svg, COLORS[0]!)).toHaveLength(curve!.length);
    expect(curve!.length).toBeGreaterThan(5);
  });

  it.each<[string, Partial<ReliabilityChartOptions>, RegExp]>([
    ['no series', { series: [] }, /at least one bin/],
    ['series without bins', { series: [{ name: 'a', bins: [] }] }, /at least one bin/],
    [
      'a rate of NaN',
      { series: [{ name: 'a', bins: [bin(0, 1, 2, 0.5, NaN)] }] },
      /series "a" must lie in 0 to 1/,
    ],
    ['a mean above 1', { series: [{ name: 'a', bins: [bin(0, 1, 2, 1.5, 1)] }] }, /must lie in 0 to 1/],
    ['an empty bin', { series: [{ name: 'a', bins: [bin(0, 1, 0, 0.5, 0.5)] }] }, /a count of 0/],
    [
      'bins out of order',
      { series: [{ name: 'a', bins: bins.toReversed() }] },
      /must rise. Received 0.25 to 0.5 after 1/,
    ],
    ['no width', { width: 0 }, /width must be between 0 and 20000. Received 0/],
  ])('refuses %s', (_, wrong, message) => {
    const chart = () => reliabilityChart({ title, series: [{ name: 'a', bins }], ...wrong });
    expect(chart).toThrow(RangeError);
    expect(chart).toThrow(message);
  });
});
