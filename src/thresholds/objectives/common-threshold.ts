/** The best single threshold for all classes. */
import { orderScores } from '../../scores/sort-scores';
import { isCut, thresholdOfCut } from '../cuts';
import type { SortedColumn, SortedColumns } from '../sorted-columns';
import type { ClassObjective, Objective, TuneSettings } from './objective';
import { SampleF1Tally } from './sample-f1-tally';

/** In one walk over the scores of all classes, from the highest to the lowest; of equals the first is taken. */
export function commonThreshold(all: SortedColumns, objective: Objective, { limits }: TuneSettings): number {
  const { columns, samples } = all;
  const size = samples * columns.length;
  const scores = columns[0]!.scores instanceof Float32Array ? new Float32Array(size) : new Float64Array(size);
  columns.forEach((column, k) => {
    scores.set(column.scores, k * samples);
  });
  const order = orderScores(scores);
  const pooled = { scores, rows: order, labels: new Uint8Array(0), support: 0 };
  const tally = tallyOf(all, objective);
  let [best, bestValue] = [-1, -Infinity];
  for (let count = 0; count <= size; count++) {
    if (count > 0) {
      const from = order[count - 1]!;
      const k = Math.floor(from / samples);
      tally.predict(k, from - k * samples);
    }
    if (scores[count] === scores[count - 1]) continue;
    const value = tally.value();
    if (value > bestValue && isCut(pooled, count, limits)) [best, bestValue] = [count, value];
  }
  return thresholdOfCut(pooled, best, limits);
}

interface Tally {
  /** The score at a place of class k's column becomes predicted. */
  predict(k: number, place: number): void;
  value(): number;
}

function tallyOf(all: SortedColumns, objective: Objective): Tally {
  const { columns } = all;
  if (objective.kind === 'classes') return classTally(columns, objective);
  if (objective.kind === 'samples') {
    const tally = new SampleF1Tally(all);
    return {
      predict: (k, place) => {
        tally.predict(columns[k]!.rows[place]!, columns[k]!.labels[place]!);
      },
      value: () => tally.sum,
    };
  }
  let hits = 0;
  let total = columns.reduce((sum, column) => sum + column.support, 0);
  return {
    predict: (k, place) => {
      hits += columns[k]!.labels[place]!;
      total++;
    },
    value: () => (total === 0 ? 0 : (2 * hits) / total),
  };
}

function classTally(columns: readonly SortedColumn[], objective: ClassObjective): Tally {
  const predicted = new Float64Array(columns.length);
  const truePositives = new Float64Array(columns.length);
  const valueOf = (k: number) => {
    const { support } = columns[k]!;
    return support === 0 ? 0 : objective.classValue(truePositives[k]!, predicted[k]!, support);
  };
  let sum = columns.reduce((total, _, k) => total + valueOf(k), 0);
  return {
    predict: (k, place) => {
      sum -= valueOf(k);
      predicted[k]! += 1;
      truePositives[k]! += columns[k]!.labels[place]!;
      sum += valueOf(k);
    },
    value: () => sum,
  };
}
