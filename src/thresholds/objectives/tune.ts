/** The thresholds that are best on the samples given, of which there is at least one. */
import type { SortedColumns } from '../sorted-columns';
import { tuneClasses } from './classes';
import { tuneMicroF1 } from './micro-f1';
import type { Objective, TuneSettings } from './objective';
import { tuneSampleF1 } from './sample-f1';

export function tuneThresholds(
  all: SortedColumns,
  objective: Objective,
  settings: TuneSettings,
): Float64Array {
  if (objective.kind === 'classes') return tuneClasses(all, objective, settings);
  return objective.kind === 'micro' ? tuneMicroF1(all, settings) : tuneSampleF1(all, settings);
}
