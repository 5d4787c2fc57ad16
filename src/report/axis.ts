/** What the axes of all charts share: their look, their ticks and their range. */
import { INK, MUTED, plainText, RULE } from './draw-svg';
import { isNumber } from './html';

export const AXIS = {
  axisLine: { lineStyle: { color: RULE } },
  axisTick: { show: false },
  axisLabel: { color: MUTED, fontSize: 13 },
  splitLine: { lineStyle: { color: RULE } },
};
export const AXIS_NAME = { nameLocation: 'middle', nameTextStyle: { color: MUTED, fontSize: 14 } };

/** At most twelve round integers from `min` to `max`, the first always among them where there is room. */
export function integerTicks(min: number, max: number): number[] {
  const most = 12;
  let step = 1;
  for (let decade = 1; (max - min) / step >= most; decade *= 10)
    step = [1, 2, 5, 10].map((factor) => factor * decade).find((s) => (max - min) / s < most) ?? step;
  const ticks: number[] = [];
  for (let x = Math.ceil(min / step) * step; x <= max; x += step) ticks.push(x);
  if (ticks[0]! - min >= step / 2) ticks.unshift(min);
  return ticks;
}

/** At most `most` round numbers from `min` to `max`; these themselves where there are fewer than two. */
export function linearTicks(min: number, max: number, most: number): number[] {
  const decade = 10 ** Math.floor(Math.log10((max - min) / most));
  const within = (step: number) => {
    // With room for rounding: 0.3 / 0.1 is a little less than 3, and a multiple of 0.1 may be 0.30000000000000004.
    const [first, last] = [Math.ceil(min / step - 1e-9), Math.floor(max / step + 1e-9)];
    return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  };
  const choices = [1, 2, 5, 10, 20].map((factor) => within(factor * decade));
  const ticks = choices.find(({ length }) => length <= most) ?? [];
  return ticks.length > 1 ? ticks : [...new Set([min, max])];
}

/**
 * Round numbers from `min` to `max` on a logarithmic scale: powers of ten, with 2 and 5 times them where there are few,
 * and only some of them where there are many.
 */
export function logTicks(min: number, max: number): number[] {
  const most = 8;
  const first = Math.floor(Math.log10(min));
  const last = Math.ceil(Math.log10(max));
  const factors = last - first > 2 ? [1] : [1, 2, 5];
  const step = Math.max(1, Math.ceil((last - first) / most));
  const ticks: number[] = [];
  for (let decade = first; decade <= last; decade += step)
    // Parsed, since 10 ** -5 and its multiples are not the nearest numbers to 1e-5, 2e-5 and 5e-5.
    ticks.push(...factors.map((factor) => Number(`${factor}e${decade}`)));
  const within = ticks.filter((tick) => tick >= min && tick <= max);
  return within.length > 1 ? within : [...new Set([min, max])];
}

/** The range, widened to numbers that begin with 1, 2 or 5, so that a log axis is labelled up to its ends. */
export function roundOutwards([min, max]: readonly [number, number]): [number, number] {
  const around = (value: number) => {
    const decade = Math.floor(Math.log10(value));
    return [-1, 0, 1].flatMap((shift) => [1, 2, 5].map((factor) => Number(`${factor}e${decade + shift}`)));
  };
  return [
    around(min).findLast((round) => round <= min) ?? min,
    around(max).find((round) => round >= max) ?? max,
  ];
}

/** An axis's number, as short as it can be: `0.001`, `1e-5`, `20k`. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size > 0 && (size < 0.001 || size >= 1e9))
    return Number(value.toPrecision(2)).toExponential().replace('e+', 'e');
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  return size >= 1e4 ? `${Number((value / 1e3).toPrecision(3))}k` : String(Number(value.toPrecision(4)));
}

/** The range, widened to take in the values. */
export function widen([min, max]: readonly [number, number], values: readonly number[]): [number, number] {
  return [values.reduce((a, b) => Math.min(a, b), min), values.reduce((a, b) => Math.max(a, b), max)];
}

export function checkRange(name: string, range: readonly [number, number]): readonly [number, number] {
  if (!isNumber(range[0]) || !isNumber(range[1]) || range[0] >= range[1])
    throw new RangeError(`${name} must be [min, max] with min < max. Received [${range.join(', ')}]`);
  return range;
}

const LEGEND_SYMBOL = 34;
const LEGEND_GAP = 22;
const LEGEND_LINE = 36;

/** A legend above the chart, and where the chart may begin below it: a lone line is named by the y axis. */
export function legendAbove(names: readonly string[], width: number) {
  const legend = {
    show: names.length > 1,
    left: 0,
    top: 0,
    itemWidth: LEGEND_SYMBOL,
    itemGap: LEGEND_GAP,
    textStyle: { color: INK, fontSize: 14 },
    selectedMode: false,
    data: names.map(plainText),
  };
  if (names.length < 2) return { legend, below: 12 };
  let [lines, used] = [1, 0];
  for (const name of names) {
    // A typical font takes 7 units a letter at this size; without a DOM it can't be measured.
    const item = LEGEND_SYMBOL + 5 + 7 * name.length;
    if (used > 0 && used + item > width) [lines, used] = [lines + 1, 0];
    used += item + LEGEND_GAP;
  }
  return { legend, below: LEGEND_LINE * lines };
}
