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
