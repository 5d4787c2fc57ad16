/** The results of `augmentation-thresholds.ts` as a page shows them. */
import { barChart } from 'hpa-kit/report';
import {
  markdownTable,
  meanAndInterval,
  provenance,
  withInterval,
  type ExperimentResults,
  type RenderedResults,
} from '../support.ts';

interface Run {
  data: string;
  augmented: string;
  seed: number;
  constant: number;
  half: number;
  fifth: number;
  tuned: number;
  trainLoss: number;
  validLoss: number;
}

const THRESHOLDS = [
  ['0.5 for all', 'half'],
  ['0.2 for all', 'fifth'],
  ['tuned', 'tuned'],
] as const;

export function render(results: ExperimentResults): RenderedResults {
  const runs = Object.values(results.measurements) as unknown as Run[];
  const kinds = [...new Set(runs.map(({ data }) => data))];
  const pictures: Record<string, string> = {};
  const parts = kinds.map((data) => {
    const of = (augmented: string) =>
      runs.filter((run) => run.data === data && run.augmented === augmented).sort((a, b) => a.seed - b.seed);
    const [plain, augmented] = [of('no'), of('yes')];
    const column = (from: readonly Run[], key: keyof Run) => from.map((run) => run[key] as number);
    const differences = (a: readonly number[], b: readonly number[]) => b.map((value, i) => value - a[i]!);
    const name = `augmentation-thresholds-${data}.svg`;
    const bars = [plain, augmented].flatMap((from, i) =>
      THRESHOLDS.map(([label, key]) => ({
        label: `${i === 0 ? 'plain' : 'augmented'}, ${label}`,
        value: meanAndInterval(column(from, key)).mean,
      })),
    );
    const constant = { label: 'best constant', value: meanAndInterval(column(plain, 'constant')).mean };
    pictures[name] = barChart({
      title: `Macro F1 on ${data} cells`,
      valueLabel: 'Macro F1',
      bars: [constant, ...bars],
    });
    const rows = THRESHOLDS.map(([label, key]) => [
      label,
      withInterval(column(plain, key)),
      withInterval(column(augmented, key)),
      signed(differences(column(plain, key), column(augmented, key))),
    ]);
    const gains = [plain, augmented].map((from) =>
      signed(differences(column(from, 'half'), column(from, 'tuned'))),
    );
    const losses = [plain, augmented].map(
      (from) => `${withInterval(column(from, 'trainLoss'))} and ${withInterval(column(from, 'validLoss'))}`,
    );
    return [
      `### ${data === 'real' ? 'Real collages' : 'Synthetic cells'}\n`,
      `![Macro F1 with and without augmentation and tuned thresholds](pictures/${name})\n\n_Macro F1 on the test part, means of ${plain.length} seeds._\n`,
      markdownTable(['thresholds', 'plain', 'augmented', 'augmentation adds'], rows),
      `Tuning instead of 0.5 adds ${gains[0]!} without augmentation and ${gains[1]!} with it. The best constant prediction scores ${withInterval(column(plain, 'constant'))}. Training and validation loss at the best epoch: ${losses[0]!} without augmentation, ${losses[1]!} with it.\n`,
    ].join('\n');
  });
  const seeds = Math.max(...runs.map(({ seed }) => seed)) + 1;
  const intervals = `Means over ${seeds} seeds with 95 % confidence intervals (Student's t); differences are paired by seed.\n`;
  return { markdown: [provenance(results), intervals, ...parts].join('\n'), pictures };
}

function signed(differences: readonly number[]): string {
  const text = withInterval(differences);
  return text.startsWith('-') ? text.replace('-', '−') : `+${text}`;
}
