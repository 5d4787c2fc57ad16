/** What the axes of all charts share: their look, their ticks and their range. */
import { MUTED, RULE } from './draw-svg';
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
