import { describe, expect, it } from 'vitest';
import { embeddingChart, type EmbeddingChartOptions } from '../../src/report/embedding-chart';

const title = 'Cells';
const classes = ['Nucleoplasm', 'Cytosol', 'Nucleoli'];
// Two of Nucleoplasm alone, one of it and Nucleoli, one of Cytosol, one of nothing.
const points = [0, 0, 1, 0, 0, 2, 4, 2, 2, 1];
const labels = [1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0];
const COLORS = ['#0072b2', '#d55e00', '#009e73'];

const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
/** Where the symbols of a colour stand, those of the legend left out. */
function placesOf(svg: string, color: string): [number, number][] {
  const symbol = new RegExp(
    `<path [^>]*transform="matrix\\(4,0,0,4,([\\d.]+),([\\d.]+)\\)" fill="${color}"`,
    'g',
  );
  return [...svg.matchAll(symbol)].map(([, x, y]) => [Number(x), Number(y)]);
}

describe('embeddingChart', () => {
  it('draws each sample once, on axes of one unit', () => {
    const svg = embeddingChart({ title, points, labels, classes });
    const [first, second] = placesOf(svg, COLORS[0]!) as [[number, number], [number, number]];
    expect(placesOf(svg, COLORS[0]!)).toHaveLength(2);
    const unit = second[0] - first[0];
    expect(unit).toBeGreaterThan(100);
    expect(second[1]).toBe(first[1]);
    const [nucleoli] = placesOf(svg, COLORS[2]!) as [[number, number]];
    expect(nucleoli[0]).toBeCloseTo(first[0], 1);
    expect(first[1] - nucleoli[1]).toBeCloseTo(2 * unit, 1);
    expect(placesOf(svg, '#6b7280')).toHaveLength(1);
  });

  it('gives a sample the look of its rarest class, the frequent ones first', () => {
    const svg = embeddingChart({ title, points, labels, classes });
    expect(textsOf(svg)).toEqual(['Nucleoplasm', 'Cytosol', 'Nucleoli', 'Others']);
    expect(COLORS.map((color) => placesOf(svg, color).length)).toEqual([2, 1, 1]);
    expect(svg).toMatch(
      /^<svg role="img" aria-label="Cells: a map of 5 samples\. Nucleoplasm 2, Cytosol 1, Nucleoli 1, Others 1"/,
    );
  });

  it('draws the rarer classes in grey beyond maxClasses', () => {
    const svg = embeddingChart({ title, points, labels, classes, maxClasses: 1 });
    expect(textsOf(svg)).toEqual(['Nucleoplasm', 'Others']);
    expect(placesOf(svg, COLORS[0]!)).toHaveLength(3);
    expect(placesOf(svg, '#6b7280')).toHaveLength(2);
  });

  it('draws points without labels, and one alone, without a legend', () => {
    expect(textsOf(embeddingChart({ title, points }))).toEqual([]);
    expect(placesOf(embeddingChart({ title, points }), COLORS[0]!)).toHaveLength(5);
    const [[x, y]] = placesOf(embeddingChart({ title, points: [7, -3], width: 200 }), COLORS[0]!) as [
      [number, number],
    ];
    expect([x, y]).toEqual([100, 104]);
  });

  it('stands on its own, and escapes text', () => {
    const name = '</svg><img src=x onerror="alert(1)">\n&';
    const svg = embeddingChart({ title: name, points, labels, classes: [name, '__proto__', 'c'] });
    expect(svg).not.toMatch(/<img|<\/svg>[\s\S]*<\/svg>/);
    expect(svg).not.toMatch(/\s(id|class)=|<style|<defs|<script|url\(|NaN|Infinity|undefined/);
    expect(svg.match(/http[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
  });

  it.each<[string, Partial<EmbeddingChartOptions>, RegExp]>([
    ['no points', { points: [] }, /pairs of x and y. Received 0/],
    ['half a point', { points: points.slice(1) }, /Received 9 values/],
    ['NaN', { points: [0, NaN] }, /Received \[0, NaN\] for sample 0/],
    ['labels without classes', { labels }, /samples × classes = 0 values. Received 15/],
    ['too few labels', { labels: labels.slice(1), classes }, /= 15 values. Received 14/],
    ['too many looks', { maxClasses: 13 }, /from 1 to 12. Received 13/],
    ['no width', { width: 0 }, /width must be between/],
  ])('refuses %s', (_, wrong, message) => {
    const chart = () => embeddingChart({ title, points, ...wrong });
    expect(chart).toThrow(RangeError);
    expect(chart).toThrow(message);
  });
});
