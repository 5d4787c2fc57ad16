import { describe, expect, it } from 'vitest';
import { barChart, escapeHtml, lineChart } from 'hpa-kit/report';

const LINE_COLORS = ['#0072b2', '#d55e00'];

/** The corners of each stretch of a line, from its path. */
function stretchesOf(svg: string, color: string): [number, number][][] {
  const path = new RegExp(`<g>\\s*<path d="([^"]*)" fill="none" stroke="${color}"`).exec(svg)?.[1] ?? '';
  return path
    .split('M')
    .slice(1)
    .map((part) => part.split('L').map((corner) => corner.split(' ').map(Number) as [number, number]));
}
const symbolsOf = (svg: string, color: string) =>
  [...svg.matchAll(new RegExp(`transform="matrix\\([^)]*,([\\d.]+),([\\d.]+)\\)" fill="${color}"`, 'g'))].map(
    ([, x, y]) => [Number(x), Number(y)] as const,
  );
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
const axes = { title: 'Loss', xLabel: 'Epoch', yLabel: 'Loss value' };

describe('lineChart', () => {
  it('draws values in proportion', () => {
    const values = [0.9, 0.5, 0.4, 0.1];
    const points = values.map((y, i) => [i + 1, y] as const);
    const svg = lineChart({ ...axes, yRange: [0, 1], series: [{ name: 'Training', points }] });
    const [line] = stretchesOf(svg, LINE_COLORS[0]!);
    const ys = line!.map(([, y]) => y);
    const xs = line!.map(([x]) => x);
    const perUnit = (ys[3]! - ys[0]!) / (values[0]! - values[3]!);
    expect(perUnit).toBeGreaterThan(100);
    values.forEach((value, i) => {
      expect(Math.abs(ys[i]! - (ys[0]! + perUnit * (values[0]! - value)))).toBeLessThan(0.2);
      expect(Math.abs(xs[i]! - (xs[0]! + (i * (xs[3]! - xs[0]!)) / 3))).toBeLessThan(0.2);
    });
  });

  it('breaks a line where a value is missing, and shows the points beside', () => {
    const points = [0.9, 0.8, NaN, 0.6, null, 0.4, Infinity, 0.2].map((y, i) => [i, y] as const);
    const svg = lineChart({ ...axes, series: [{ name: 'Training', points }] });
    expect(stretchesOf(svg, LINE_COLORS[0]!).map((stretch) => stretch.length)).toEqual([2, 1, 1, 1]);
    expect(symbolsOf(svg, LINE_COLORS[0]!)).toHaveLength(5);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  it('shows a single epoch, within the plot', () => {
    const svg = lineChart({ ...axes, series: [{ name: 'Training', points: [[7, 0.5]] }] });
    const [[x, y]] = symbolsOf(svg, LINE_COLORS[0]!) as [[number, number]];
    expect(x).toBeGreaterThan(100);
    expect(x).toBeLessThan(400);
    expect(y).toBeGreaterThan(0);
    expect(y).toBeLessThan(270);
    expect(textsOf(svg)).toContain('7');
  });

  it.each([
    [1, 12, ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12']],
    [1, 40, ['1', '5', '10', '15', '20', '25', '30', '35', '40']],
    [0, 3, ['0', '1', '2', '3']],
    [5, 200, ['20', '40', '60', '80', '100', '120', '140', '160', '180', '200']],
  ])('labels epochs %i to %i with integers', (from, to, expected) => {
    const points = Array.from({ length: to - from + 1 }, (_, i) => [from + i, 100.5 + i] as const);
    const svg = lineChart({ ...axes, series: [{ name: 'Training', points }] });
    const labels = [...svg.matchAll(/<text[^>]*text-anchor="middle"[^>]*>(\d[^<]*)</g)].map(
      ([, text]) => text,
    );
    expect(labels).toEqual(expect.arrayContaining(expected.slice(1)));
    expect(labels.every((text) => Number.isInteger(Number(text)))).toBe(true);
  });

  it('widens a range that values leave, and keeps one that they do not', () => {
    const heightOf = (y: number) => {
      const points = [[1, 0.2] as const, [2, y] as const];
      const svg = lineChart({ ...axes, yRange: [0, 1], series: [{ name: 'a', points }] });
      expect(textsOf(svg)).toEqual(expect.arrayContaining(['0', '1']));
      return stretchesOf(svg, LINE_COLORS[0]!)[0]![1]![1];
    };
    const top = heightOf(1);
    expect(top).toBeGreaterThan(0);
    // A little higher: the label of 1 takes no room there.
    expect(Math.abs(heightOf(1.4) - top)).toBeLessThan(10);
    expect(heightOf(0.3)).toBeGreaterThan(top + 100);
  });

  it('tells lines apart by colour, dash and symbol, and names them', () => {
    const points = [
      [1, 0.2],
      [2, 0.3],
    ] as const;
    const svg = lineChart({
      ...axes,
      series: [
        { name: 'Training', points },
        { name: 'Validation', points },
      ],
    });
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['Training', 'Validation', 'Epoch', 'Loss value']));
    expect(svg).toMatch(new RegExp(`stroke="${LINE_COLORS[1]!}"[^>]*stroke-dasharray`));
    expect(svg).not.toMatch(new RegExp(`stroke="${LINE_COLORS[0]!}"[^>]*stroke-dasharray`));
  });

  it('stands on its own, with a name and nothing that two charts could share', () => {
    const svg = lineChart({
      ...axes,
      series: [
        {
          name: 'Training',
          points: [
            [1, 0.7],
            [3, 0.25],
          ],
        },
      ],
    });
    expect(svg).toMatch(
      /^<svg role="img" aria-label="Loss: Loss value by Epoch\. Training: 0\.7 at 1 to 0\.25 at 3"/,
    );
    expect(svg).toMatch(/viewBox="0 0 480 270"/);
    expect(svg).not.toMatch(/\s(id|class)=|<style|<defs|<script|url\(/);
    expect(svg.match(/http[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
  });

  it('escapes text, and never breaks a line in it', () => {
    const name = '</svg><img src=x onerror="alert(1)">\n{b}&amp;';
    const series = [
      { name, points: [[1, 2]] as const },
      { name: 'b', points: [[1, 3]] as const },
    ];
    const svg = lineChart({ title: name, xLabel: name, yLabel: name, series });
    expect(svg).not.toMatch(/<img|<\/svg>[\s\S]*<\/svg>/);
    expect(textsOf(svg)).toContain('&lt;/svg&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt; {b}&amp;amp;');
  });

  it.each([
    ['no point', { series: [] }, /at least one finite point/],
    ['only gaps', { series: [{ name: 'a', points: [[1, NaN]] as const }] }, /at least one finite point/],
    [
      'an x of NaN',
      { series: [{ name: 'a', points: [[NaN, 1]] as const }] },
      /x of series "a" must be finite/,
    ],
    [
      'an x twice',
      {
        series: [
          {
            name: 'a',
            points: [
              [1, 1],
              [1, 2],
            ] as const,
          },
        ],
      },
      /must rise. Received 1 after 1/,
    ],
    ['an empty range', { yRange: [1, 1] as const }, /yRange must be \[min, max\]/],
    ['no width', { width: 0 }, /width must be between 0 and 20000. Received 0/],
    ['a height of NaN', { height: NaN }, /height must be/],
  ])('refuses %s', (_, wrong, message) => {
    const chart = () => lineChart({ ...axes, series: [{ name: 'a', points: [[1, 1]] }], ...wrong });
    expect(chart).toThrow(RangeError);
    expect(chart).toThrow(message);
  });
});

describe('barChart', () => {
  const widthsOf = (svg: string) =>
    [...svg.matchAll(/<path d="M[\d.]+ [\d.]+l([\d.]+) 0l0 [\d.]+l[-\d.]+ 0Z" fill="#0072b2"/g)].map(
      ([, w]) => Number(w),
    );

  it('draws bars in proportion, from top to bottom, none for a missing value', () => {
    const bars = [0.25, 1, NaN, 0.5].map((value, i) => ({ label: `class ${i}`, value }));
    const svg = barChart({ title: 'F1', valueLabel: 'F1', range: [0, 1], bars });
    const [quarter, whole, missing, half] = widthsOf(svg);
    expect(whole).toBeGreaterThan(200);
    expect(Math.abs(quarter! - whole! / 4)).toBeLessThan(1);
    expect(Math.abs(half! - whole! / 2)).toBeLessThan(1);
    expect(missing).toBe(0);
    const texts = textsOf(svg);
    expect(texts.filter((text) => text!.startsWith('class'))).toEqual(bars.map(({ label }) => label));
    expect(texts.filter((text) => /^\d\.\d\d$|–/.test(text!))).toEqual(['0.25', '1.00', '–', '0.50']);
  });

  it('keeps bars of the same label apart', () => {
    const bars = [0.2, 0.8].map((value) => ({ label: 'same', value }));
    const [first, second] = widthsOf(barChart({ title: 'F1', valueLabel: 'F1', range: [0, 1], bars }));
    expect(Math.abs(second! - 4 * first!)).toBeLessThan(2);
  });

  it('names every bar, those with shortened labels too', () => {
    const label = 'A structure with a name that no axis has the room to show in full';
    const svg = barChart({ title: 'F1', valueLabel: 'F1', bars: [{ label, value: 3 }] });
    expect(svg).toContain(`aria-label="F1: F1. ${label} 3.00"`);
    expect(textsOf(svg)).not.toContain(label);
  });

  it('refuses no bars', () => {
    expect(() => barChart({ title: 'F1', valueLabel: 'F1', bars: [] })).toThrow(RangeError);
  });
});

describe('escapeHtml', () => {
  it('escapes all that ends text or an attribute', () => {
    expect(escapeHtml(`<a href="x" title='y'>&\`\u0000`)).toBe(
      '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&#96;\ufffd',
    );
    expect(escapeHtml('Zellkörper – 細胞 😀\n')).toBe('Zellkörper – 細胞 😀\n');
  });
});
