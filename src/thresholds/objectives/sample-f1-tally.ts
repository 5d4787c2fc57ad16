/** The sum of the samples' F1 while predictions come and go. */
import type { SortedColumns } from '../sorted-columns';

export class SampleF1Tally {
  /** Labels, predictions and those of both, of each sample. */
  readonly #labelled: Uint16Array;
  readonly #predicted: Uint16Array;
  readonly #truePositives: Uint16Array;
  #sum = 0;

  constructor({ columns, allSamples }: SortedColumns) {
    this.#labelled = new Uint16Array(allSamples);
    this.#predicted = new Uint16Array(allSamples);
    this.#truePositives = new Uint16Array(allSamples);
    for (const { rows, labels } of columns)
      for (let i = 0; i < rows.length; i++) this.#labelled[rows[i]!]! += labels[i]!;
  }

  get sum(): number {
    return this.#sum;
  }

  /** What the sum would gain by predicting a class, labelled or not, for a sample. */
  gain(row: number, label: number): number {
    const total = this.#labelled[row]! + this.#predicted[row]!;
    const twice = 2 * this.#truePositives[row]!;
    return (twice + 2 * label) / (total + 1) - (total === 0 ? 0 : twice / total);
  }

  predict(row: number, label: number): void {
    this.#sum += this.gain(row, label);
    this.#predicted[row]! += 1;
    this.#truePositives[row]! += label;
  }

  retract(row: number, label: number): void {
    this.#predicted[row]! -= 1;
    this.#truePositives[row]! -= label;
    this.#sum -= this.gain(row, label);
  }
}
