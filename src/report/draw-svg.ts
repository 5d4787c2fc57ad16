/** ECharts without a DOM: an option in, accessible SVG text out, and the colours that charts share. */
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { init, use, type EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { escapeHtml } from './html';

use([BarChart, LineChart, GridComponent, LegendComponent, SVGRenderer]);

export const INK = '#374151';
export const MUTED = '#6b7280';
export const RULE = '#d7dbe0';
/** What charts stand on. */
export const SURFACE = '#ffffff';
/** Okabe and Ito's colours, told apart by people with any kind of colour vision. */
export const SERIES_COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
/** From best to worst, in one hue. */
export const SEQUENCE_COLORS = ['#1f6fa8', '#5590bd', '#83a5c0', '#a3b0bd'];
export const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond'];
export const DASHES = ['solid', 'dashed', 'dotted'] as const;
const DARK_COLORS: Record<string, string> = {
  [INK]: '#d9dee6',
  [MUTED]: '#9aa4b2',
  [RULE]: '#333b47',
  [SURFACE]: '#171c23',
  '#0072b2': '#56b4e9',
  '#56b4e9': '#4a8fd6',
  '#d55e00': '#f08437',
  '#009e73': '#2bc49a',
  '#1f6fa8': '#62b2e4',
  '#5590bd': '#4a86ad',
  '#83a5c0': '#46647c',
  '#a3b0bd': '#4a5460',
};

/**
 * CSS rules that recolour the charts inside `scope` for a dark background; put them in a
 * `@media (prefers-color-scheme: dark)` block. The charts themselves hold plain colours, for any SVG viewer.
 */
export function darkChartStyles(scope: string): string {
  return Object.entries(DARK_COLORS)
    .map(
      ([light, dark]) =>
        `${scope} [fill="${light}"]{fill:${dark}}${scope} [stroke="${light}"]{stroke:${dark}}`,
    )
    .join('');
}

/** Draws what the ECharts option says, as SVG text. */
export function drawSvg(width: number, height: number, option: EChartsCoreOption): string {
  checkSize('width', width);
  checkSize('height', height);
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: 'system-ui, sans-serif' }, ...option });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** Gives the drawing its accessible name and takes away what only a live chart needs. */
export function labelSvg(svg: string, name: string): string {
  // Text in the drawing is escaped, so that nothing but ECharts' own markup can match here.
  const body = svg
    .replace(/<(style|defs)\b[^>]*>[\s\S]*?<\/\1>/g, '')
    .replace(/<rect [^>]*fill="none"[^>]*><\/rect>/, '')
    .replace(/ (?:(?:class|clip-path)="[^"]*zr[^"]*"|ecmeta_\w+="[^"]*"|pointer-events="\w+")/g, '')
    .replace(/ (?:xmlns:xlink|version|baseProfile)="[^"]*"/g, '')
    .replace(/\n\s*\n/g, '\n');
  return body.replace('<svg ', () => `<svg role="img" aria-label="${escapeHtml(name)}" `);
}

/**
 * Text that is safe to give to ECharts: on one line, and not named like a property of every object, since its
 * cache of text widths is a plain object, which `__proto__` would make write to `Object.prototype`.
 */
export function plainText(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are the characters to replace
  const line = text.replace(/[\u0000-\u001f\u007f]+/g, ' ');
  return INHERITED.some((name) => line.startsWith(name)) ? `\u200b${line}` : line;
}

const INHERITED = Object.getOwnPropertyNames(Object.prototype);

export function checkSize(name: string, value: number): void {
  if (!(value > 0 && value <= 20_000))
    throw new RangeError(`${name} must be between 0 and 20000. Received ${value}`);
}
