/** The scores of each class from the highest to the lowest, from which every cut can be counted in one walk. */
import { orderScores } from '../scores/sort-scores';

/** One class. All arrays are as long as there are samples, in the order of the scores, descending. */
export interface SortedColumn {
  readonly scores: Float32Array | Float64Array;
  /** The sample of each score. */
  readonly rows: Uint32Array;
  /** Its label. */
  readonly labels: Uint8Array;
  /** How many labels are 1. */
  readonly support: number;
}

/** The columns of some samples, or of all. */
export interface SortedColumns {
  readonly columns: readonly SortedColumn[];
  /** How many samples the columns hold. */
  readonly samples: number;
  /** How many there were before samples were left out; `rows` are below it. */
  readonly allSamples: number;
}

/** Of labels and scores that were checked, row-major `[samples, classes]`. */
export function sortColumns(
  labels: Uint8Array,
  scores: Float32Array | Float64Array,
  numClasses: number,
): SortedColumns {
  const samples = scores.length / numClasses;
  const columns = Array.from({ length: numClasses }, (_, k) => {
    const column = scores.slice(0, samples);
    for (let row = 0; row < samples; row++) column[row] = scores[row * numClasses + k]!;
    const rows = orderScores(column);
    const sortedLabels = new Uint8Array(samples);
    let support = 0;
    rows.forEach((row, i) => {
      const label = labels[row * numClasses + k]!;
      sortedLabels[i] = label;
      support += label;
    });
    return { scores: column, rows, labels: sortedLabels, support };
  });
  return { columns, samples, allSamples: samples };
}

/** The columns of the samples that are not in a fold. */
export function leaveFoldOut(all: SortedColumns, foldOf: Uint8Array, fold: number): SortedColumns {
  const isTaken = new Uint8Array(foldOf.length);
  for (let row = 0; row < foldOf.length; row++) isTaken[row] = Number(foldOf[row] !== fold);
  let samples = 0;
  for (const row of all.columns[0]?.rows ?? []) samples += isTaken[row]!;
  return {
    columns: all.columns.map((column) => takeRows(column, isTaken, samples)),
    samples,
    allSamples: all.allSamples,
  };
}

function takeRows(
  { scores, rows, labels }: SortedColumn,
  isTaken: Uint8Array,
  samples: number,
): SortedColumn {
  const takenScores = scores.slice(0, samples);
  const takenRows = new Uint32Array(samples);
  const takenLabels = new Uint8Array(samples);
  let [size, support] = [0, 0];
  for (let i = 0; i < rows.length && size < samples; i++) {
    const row = rows[i]!;
    // Written even if it isn't taken, and then written over: cheaper than a branch that can't be foreseen.
    takenScores[size] = scores[i]!;
    takenRows[size] = row;
    takenLabels[size] = labels[i]!;
    const step = isTaken[row]!;
    size += step;
    support += step * labels[i]!;
  }
  return { scores: takenScores, rows: takenRows, labels: takenLabels, support };
}
