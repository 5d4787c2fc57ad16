/** The results of `velocity.ts` as a page shows them. */
import { lineChart } from 'hpa-kit/report';
import {
  markdownTable,
  provenance,
  type ExperimentResults,
  type Measurement,
  type RenderedResults,
} from '../support.ts';

interface Row {
  engine: string;
  model: string;
  batchSize: number;
  weights: number;
  multiplyAdds: number;
  trainSeconds: number;
  predictSeconds: number;
}

/** What the original's author measured on a machine of his. */
const ORIGINAL_SECONDS = { M: 0.05, V: 0.6 };

export function render(results: ExperimentResults): RenderedResults {
  const rows = Object.values(results.measurements).map(
    (measurement: Measurement) => measurement as unknown as Row,
  );
  const engines = unique(rows.map(({ engine }) => engine));
  const models = unique(rows.map(({ model }) => model));
  const of = (engine: string, model: string) =>
    rows
      .filter((row) => row.engine === engine && row.model === model)
      .sort((a, b) => a.batchSize - b.batchSize);
  const pictures: Record<string, string> = {};
  const shown: string[] = [];
  for (const engine of engines.filter((name) => models.every((model) => of(name, model).length > 1))) {
    const name = `velocity-${engine.replace(/[^a-z0-9]+/g, '-')}.svg`;
    pictures[name] = lineChart({
      ...{ title: `Training on ${engine}`, xLabel: 'Batch size', yLabel: 'Images a second' },
      ...{ xScale: 'log' as const, yScale: 'log' as const },
      series: models.map((model) => ({
        name: model,
        points: of(engine, model).map(
          ({ batchSize, trainSeconds }) => [batchSize, batchSize / trainSeconds] as const,
        ),
      })),
    });
    shown.push(
      `![Training velocity by batch size on ${engine}](pictures/${name})\n\n_Training on ${engine}: images a second by batch size._\n`,
    );
  }
  const table = models.map((model) => {
    const { weights, multiplyAdds } = rows.find((row) => row.model === model)!;
    return [
      model,
      weights.toLocaleString('en'),
      `${(multiplyAdds / 1e6).toFixed(multiplyAdds < 1e7 ? 1 : 0)} M`,
    ];
  });
  const rates = engines.flatMap((engine) =>
    models.flatMap((model) => {
      const measured = of(engine, model);
      if (measured.length < 2) return [];
      const { fixed, each } = fitSteps(measured);
      const best = measured.reduce((a, b) =>
        b.batchSize / b.trainSeconds > a.batchSize / a.trainSeconds ? b : a,
      );
      const first = measured[0]!;
      const gigaflops = (6 * best.multiplyAdds * best.batchSize) / best.trainSeconds / 1e9;
      return [
        [
          `${engine}, ${model}`,
          rate(first.batchSize / first.trainSeconds),
          `${rate(best.batchSize / best.trainSeconds)} at ${best.batchSize}`,
          `${(1000 * fixed).toFixed(1)} + ${(1000 * each).toFixed(each < 0.01 ? 2 : 1)}·n`,
          gigaflops < 1 ? gigaflops.toPrecision(1) : gigaflops.toFixed(0),
          rate(Math.max(...measured.map(({ batchSize, predictSeconds }) => batchSize / predictSeconds))),
        ],
      ];
    }),
  );
  const beside = Object.entries(ORIGINAL_SECONDS)
    .filter(([model]) => models.includes(model))
    .map(([model, seconds]) => {
      const ours = engines
        .filter((engine) => of(engine, model).length > 0)
        .map((engine) => `${leastSecondsAnImage(of(engine, model)).toFixed(3)} s on ${engine}`);
      return `- ${model}: the original took ${seconds} s an image to train; here it is ${ours.join('; ')}.`;
    });
  const markdown = [
    provenance(results),
    markdownTable(['model', 'weights', 'multiply-adds an image'], table),
    ...shown,
    'Images a second in training at batch size 1 and at the best one measured; the time of a step of n images in milliseconds, as a straight line through all batch sizes; the arithmetic reached at the best one, training counted as three times prediction, in GFLOP/s; and the most images a second in prediction:\n',
    markdownTable(['engine, model', 'batch 1', 'best', 'ms a step', 'GFLOP/s', 'predicting'], rates),
    ...(beside.length > 0 ? [`${beside.join('\n')}\n`] : []),
  ].join('\n');
  return { markdown, pictures };
}

function leastSecondsAnImage(rows: readonly Row[]): number {
  return Math.min(...rows.map(({ batchSize, trainSeconds }) => trainSeconds / batchSize));
}

/** Least squares of the relative error, so that small batches count as much as large ones. */
function fitSteps(rows: readonly Row[]): { fixed: number; each: number } {
  let [s, sx, sxx, sy, sxy] = [0, 0, 0, 0, 0];
  for (const { batchSize: x, trainSeconds: y } of rows) {
    const weight = 1 / y ** 2;
    s += weight;
    sx += weight * x;
    sxx += weight * x * x;
    sy += weight * y;
    sxy += weight * x * y;
  }
  const each = (s * sxy - sx * sy) / (s * sxx - sx * sx);
  return { fixed: (sy - each * sx) / s, each };
}

function rate(imagesPerSecond: number): string {
  return imagesPerSecond.toFixed(imagesPerSecond < 10 ? 2 : imagesPerSecond < 100 ? 1 : 0);
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
