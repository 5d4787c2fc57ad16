/** A matrix of counts as SVG text: each cell with its number, so that its shade is only a help. */
import { checkSize, INK, labelSvg, MUTED, RULE, SERIES_COLORS } from './draw-svg';
import { escapeHtml, formatNumber, isNumber } from './html';

/** Options of `matrixChart`. */
export interface MatrixChartOptions {
  /** The accessible name; it is not drawn. */
  title: string;
  /** From top to bottom. */
  rows: readonly string[];
  /** From left to right. */
  columns: readonly string[];
  /** What rows and columns are, such as 'Missed' and 'Predicted'. */
  rowName: string;
  /** What a column is. */
  columnName: string;
  /** Numbers of at least 0, row-major `[rows, columns]`. */
  values: ArrayLike<number>;
  /** Width and height of a cell, in units of the view box. @default 34 */
  cellSize?: number | undefined;
}

/** A typical font takes so much of a letter's size for its width; without a DOM it can't be measured. */
const LETTER = 0.6;
const FONT_SIZE = 13;
/** The deepest shade that text on it is still read on, light or dark. */
const DEEPEST = 0.45;

/**
 * A matrix as an `<svg>` element: the larger a number, the deeper its cell's shade; zeros are left blank. Names of columns stand
 * upright above them.
 *
 * @throws RangeError unless there are rows and columns and as many values as cells, each at least 0.
 * @example
 * const svg = matrixChart({ title: 'Errors', rowName: 'Missed', columnName: 'Predicted',
 *   rows: ['Nucleoli'], columns: ['Cytosol', 'Nucleoplasm'], values: [3, 12] });
 */
export function matrixChart(options: MatrixChartOptions): string {
  const { title, rows, columns, rowName, columnName, values, cellSize = 34 } = options;
  checkSize('cellSize', cellSize);
  if (rows.length === 0 || columns.length === 0 || values.length !== rows.length * columns.length)
    throw new RangeError(
      `values must be rows × columns, both at least 1. Received ${values.length} for ${rows.length} × ${columns.length}`,
    );
  const numbers = Array.from(values);
  const wrong = numbers.findIndex((value) => !isNumber(value) || value < 0);
  if (wrong !== -1) throw new RangeError(`values must be at least 0. Received ${numbers[wrong]} at ${wrong}`);
  const most = numbers.reduce((a, b) => Math.max(a, b));
  const left = lengthOf(rows) + 26;
  const top = lengthOf(columns) + 34;
  const width = left + columns.length * cellSize + 2;
  const height = top + rows.length * cellSize + 2;
  const middle = (index: number) => (index + 0.5) * cellSize;

  const filled = numbers
    .map((value, index) => ({
      value,
      x: left + (index % columns.length) * cellSize,
      y: top + Math.floor(index / columns.length) * cellSize,
    }))
    .filter(({ value }) => value > 0);
  const shades = filled.map(
    ({ value, x, y }) =>
      `<rect x="${x}" y="${y}" width="${cellSize}" height="${cellSize}" fill-opacity="${round((DEEPEST * value) / most)}"/>`,
  );
  const counts = filled.map(({ value, x, y }) => {
    const number = formatNumber(value);
    return text(number, { x: x + cellSize / 2, y: y + cellSize / 2, size: fit(number, cellSize) });
  });
  const [right, bottom] = [columns.length * cellSize, rows.length * cellSize];
  const rules = [
    ...Array.from({ length: columns.length + 1 }, (_, i) => `M${left + i * cellSize} ${top}v${bottom}`),
    ...Array.from({ length: rows.length + 1 }, (_, i) => `M${left} ${top + i * cellSize}h${right}`),
  ];
  const columnNames = columns.map((name, i) =>
    text(name, { x: left + middle(i), y: top - 8, isTurned: true }),
  );
  const rowNames = rows.map((name, i) => text(name, { x: left - 8, y: top + middle(i) }));
  const svg = `<svg width="${width}" height="${height}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">
<g fill="${SERIES_COLORS[0]}">${shades.join('')}</g>
<path d="${rules.join('')}" stroke="${RULE}" fill="none"/>
<g dominant-baseline="central" font-family="system-ui, sans-serif" font-size="${FONT_SIZE}">
<g fill="${MUTED}">${text(columnName, { x: left, y: 10 })}<g text-anchor="middle">${text(rowName, { x: 10, y: top + bottom / 2, isTurned: true })}</g></g>
<g fill="${INK}">${columnNames.join('')}<g text-anchor="end">${rowNames.join('')}</g><g text-anchor="middle">${counts.join('')}</g></g>
</g>
</svg>`;
  const spoken = rows.map((row, i) => {
    const own = columns.map((column, j) => [column, numbers[i * columns.length + j]!] as const);
    const counts = own
      .filter(([, value]) => value > 0)
      .map(([name, value]) => `${name} ${formatNumber(value)}`);
    return `${row}: ${counts.join(', ') || 'none'}`;
  });
  return labelSvg(svg, `${title}: ${rowName} by ${columnName}. ${spoken.join('; ')}`);
}

interface TextPlace {
  x: number;
  y: number;
  /** @default that of the group around */
  size?: number;
  /** Whether it runs upwards. @default false */
  isTurned?: boolean;
}

function text(content: string, { x, y, size, isTurned = false }: TextPlace): string {
  const place = isTurned ? `transform="translate(${x} ${y}) rotate(-90)"` : `x="${x}" y="${y}"`;
  return `<text ${place}${size === undefined ? '' : ` font-size="${size}"`}>${escapeHtml(content)}</text>`;
}

function lengthOf(names: readonly string[]): number {
  return Math.ceil(names.reduce((most, { length }) => Math.max(most, length), 0) * FONT_SIZE * LETTER);
}

function fit(number: string, cellSize: number): number {
  return round(Math.min(FONT_SIZE, (cellSize - 4) / (number.length * LETTER)));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
