/** Thresholds with a high mean of the samples' F1, by coordinate ascent: one class after the other, each to its best. */
import { countAtOrAbove, isCut, thresholdOfCut } from '../cuts';
import type { SortedColumn, SortedColumns } from '../sorted-columns';
import { tuneClasses } from './classes';
import { commonThreshold } from './common-threshold';
import { tuneMicroF1 } from './micro-f1';
import { MACRO_F1, SAMPLE_F1, type TuneSettings } from './objective';
import { SampleF1Tally } from './sample-f1-tally';

/** A gain below this is rounding. */
const LEAST_GAIN = 1e-9;

/**
 * Starts from the best common threshold and from the optima of macro and micro F1, and takes the best end. An end is
 * never below its start, and no change of one class's threshold alone improves it.
 */
export function tuneSampleF1(all: SortedColumns, settings: TuneSettings): Float64Array {
  const starts = [
    new Float64Array(all.columns.length).fill(commonThreshold(all, SAMPLE_F1, settings)),
    tuneMicroF1(all, settings),
    tuneClasses(all, MACRO_F1, settings),
  ];
  const ends = starts.map((start) => ascend(all, start, settings));
  return ends.reduce((best, end) => (end.sum > best.sum ? end : best)).thresholds;
}

function ascend(
  all: SortedColumns,
  start: Float64Array,
  settings: TuneSettings,
): { thresholds: Float64Array; sum: number } {
  const tally = new SampleF1Tally(all);
  const counts = all.columns.map((column, k) => countAtOrAbove(column, start[k]!));
  all.columns.forEach((column, k) => {
    for (let i = 0; i < counts[k]!; i++) tally.predict(column.rows[i]!, column.labels[i]!);
  });
  const thresholds = start.slice();
  for (let unchanged = 0, k = 0; unchanged < counts.length; k = (k + 1) % counts.length) {
    const column = all.columns[k]!;
    const better = bestCount(column, counts[k]!, tally, settings);
    unchanged++;
    if (better === counts[k]!) continue;
    counts[k] = better;
    thresholds[k] = thresholdOfCut(column, better, settings.limits);
    unchanged = 1;
  }
  return { thresholds, sum: tally.sum };
}

/** The best cut of one class with the others as they are; the tally is left with it. */
function bestCount(
  column: SortedColumn,
  current: number,
  tally: SampleF1Tally,
  { limits }: TuneSettings,
): number {
  const { scores, rows, labels } = column;
  for (let i = current - 1; i >= 0; i--) tally.retract(rows[i]!, labels[i]!);
  let gain = 0;
  const gains = new Float64Array(scores.length + 1);
  for (let i = 0; i < scores.length; i++) {
    gain += tally.gain(rows[i]!, labels[i]!);
    gains[i + 1] = gain;
  }
  let best = current;
  for (let count = 0; count <= scores.length; count++)
    if (gains[count]! > gains[best]! + LEAST_GAIN && isCut(column, count, limits)) best = count;
  for (let i = 0; i < best; i++) tally.predict(rows[i]!, labels[i]!);
  return best;
}
