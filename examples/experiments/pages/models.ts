/** The results of `models.ts` as a page shows them. */
import { barChart } from 'hpa-kit/report';
import { markdownTable, provenance, type ExperimentResults, type RenderedResults } from '../support.ts';

interface Run {
  model: string;
  weights: number;
  trained: number;
  imageSize: number;
  images: number;
  imagesPerSecond: number;
  trainLoss: number;
  validLoss: number;
  half: number;
  expected: number;
  constant: number;
  engine: string;
}

export function render(results: ExperimentResults): RenderedResults {
  const runs = Object.values(results.measurements) as unknown as Run[];
  const name = 'models-f1.svg';
  const bars = runs.map(({ model, expected }) => ({ label: model, value: expected }));
  const pictures = {
    [name]: barChart({
      ...{ title: 'Macro F1 of each network', valueLabel: 'Macro F1', width: 640 },
      bars: [{ label: 'best constant', value: runs[0]!.constant }, ...bars],
    }),
  };
  const rows = runs.map((run) => [
    run.model,
    run.weights.toLocaleString('en'),
    run.trained.toLocaleString('en'),
    run.imageSize,
    run.images.toLocaleString('en'),
    run.imagesPerSecond.toFixed(run.imagesPerSecond < 10 ? 2 : 1),
    run.trainLoss.toFixed(3),
    run.validLoss.toFixed(3),
    run.half.toFixed(3),
    run.expected.toFixed(3),
  ]);
  const head = [
    ...['network', 'weights', 'trained', 'pixels', 'images trained on', 'images/s'],
    ...['training loss', 'validation loss', 'F1 at 0.5', 'F1, tuned'],
  ];
  const markdown = [
    `${provenance(results).trimEnd()} Engine: ${[...new Set(runs.map(({ engine }) => engine))].join(', ')}.\n`,
    `![Macro F1 of each network](pictures/${name})\n\n_Macro F1 to expect of tuned thresholds._\n`,
    markdownTable(head, rows),
    `The best constant prediction has a macro F1 of ${runs[0]!.constant.toFixed(3)}. The loss is the competition winner's: focal, symmetric Lovász and hard-example log loss. F1 of tuned thresholds is what cross-validation on the validation part expects of them.\n`,
  ].join('\n');
  return { markdown, pictures };
}
