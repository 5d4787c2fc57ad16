/** The axes of a chart of lines: their range and labels, on linear and on log scales. */
import { checkRange, integerTicks, linearTicks, logTicks, roundOutwards, shortNumber, widen } from './axis';
import { RULE } from './draw-svg';

/** How numbers are spread over an axis. */
export type Scale = 'linear' | 'log';

/** The axis of values that begin and end at its ends. */
export function xAxisOf(xs: readonly number[], scale: Scale, axisLabel: object, most: number) {
  // A lone x stands in the middle.
  const spread = xs.length > 1 ? 0 : 1;
  const [min, max] = [xs[0]!, xs.at(-1)!];
  if (scale === 'log')
    return axisOf(scale, [min / 2 ** spread, max * 2 ** spread], logTicks(min, max), axisLabel);
  const ticks = xs.every(Number.isSafeInteger) ? integerTicks(min, max) : linearTicks(min, max, most);
  return axisOf(scale, [min - spread, max + spread], ticks, axisLabel);
}

/** The axis of values that may leave room around them. */
export function yAxisOf(
  ys: readonly number[],
  given: readonly [number, number] | undefined,
  scale: Scale,
  axisLabel: object,
  most: number,
) {
  const range = widen(given ? checkRange('yRange', given) : [Infinity, -Infinity], ys);
  if (scale === 'log') {
    const [min, max] = roundOutwards(range);
    const ticks = logTicks(min, max);
    return axisOf(scale, min < max ? [min, max] : [min / 2, max * 2], ticks, axisLabel);
  }
  if (given) return axisOf(scale, range, linearTicks(...range, most), axisLabel);
  return { type: 'value', scale: true, splitNumber: most - 1, axisLabel };
}

function axisOf(
  scale: Scale,
  [min, max]: readonly [number, number],
  customValues: number[],
  axisLabel: object,
) {
  return {
    type: scale === 'log' ? 'log' : 'value',
    min,
    max,
    axisTick: { show: true, lineStyle: { color: RULE }, customValues },
    axisLabel: { ...axisLabel, formatter: shortNumber, hideOverlap: true, customValues },
  };
}
