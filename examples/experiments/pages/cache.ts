/** The results of `cache.ts` as a page shows them. */
import { lineChart } from 'hpa-kit/report';
import { markdownTable, provenance, type ExperimentResults, type RenderedResults } from '../support.ts';

interface Run {
  side: number;
  model: string;
  cache: string;
  workers: number;
  firstImagesPerSecond: number;
  imagesPerSecond: number;
  waitShare: number;
}

interface Decoding {
  side: number;
  imageSize: number;
  milliseconds: number;
}

const WAYS = [
  ['no cache', 'none', 0],
  ['no cache, one worker decodes', 'none', 1],
  ['memory', 'memory', 0],
  ['disk', 'disk', 0],
] as const;

export function render(results: ExperimentResults): RenderedResults {
  const all = Object.values(results.measurements) as unknown as (Run | Decoding)[];
  const runs = all.filter((row): row is Run => 'cache' in row);
  const decodings = all.filter((row): row is Decoding => 'milliseconds' in row);
  const models = [...new Set(runs.map(({ model }) => model))];
  const sides = [...new Set(runs.map(({ side }) => side))];
  const find = (side: number, model: string, cache: string, workers: number) =>
    runs.find(
      (run) => run.side === side && run.model === model && run.cache === cache && run.workers === workers,
    )!;
  const sizeOf = (model: string) => (model === 'm5' ? 100 : 192);
  const pictures: Record<string, string> = {};
  const shown = models.map((model) => {
    const name = `cache-${model.toLowerCase()}.svg`;
    const series = WAYS.map(([label, cache, workers]) => ({
      name: label,
      points: sides.map((side) => [side, find(side, model, cache, workers).imagesPerSecond] as const),
    }));
    pictures[name] = lineChart({
      ...{ title: `Training ${model}`, xLabel: 'Pixels a side of the files', yLabel: 'Images a second' },
      ...{ series, xScale: 'log' as const, yScale: 'log' as const },
    });
    return `![Training ${model} by the size of the files and the cache](pictures/${name})\n\n_${model}: images a second from the second epoch on, by the size of the files._\n`;
  });
  const decodingOf = (side: number, model: string) =>
    decodings.find((row) => row.side === side && row.imageSize === sizeOf(model))!.milliseconds;
  const rows = sides.flatMap((side) =>
    models.map((model) => {
      const milliseconds = decodingOf(side, model);
      const trained = find(side, model, 'memory', 0).imagesPerSecond;
      const cells = WAYS.map(([, cache, workers]) => {
        const { imagesPerSecond, waitShare } = find(side, model, cache, workers);
        return `${imagesPerSecond.toFixed(imagesPerSecond < 100 ? 1 : 0)} (${(100 * waitShare).toFixed(0)} %)`;
      });
      return [`${side}, ${model}`, milliseconds.toFixed(1), (1000 / trained).toFixed(1), ...cells];
    }),
  );
  const gains = sides.flatMap((side) =>
    models.map((model) => {
      const [none, worker, memory, disk] = WAYS.map(([, cache, workers]) =>
        find(side, model, cache, workers),
      );
      const ratios = [
        (decodingOf(side, model) * memory!.imagesPerSecond) / 1000,
        memory!.imagesPerSecond / none!.imagesPerSecond,
        memory!.imagesPerSecond / worker!.imagesPerSecond,
        disk!.imagesPerSecond / none!.imagesPerSecond,
        memory!.firstImagesPerSecond / none!.firstImagesPerSecond,
        disk!.firstImagesPerSecond / none!.firstImagesPerSecond,
      ];
      return [`${side}, ${model}`, ...ratios.map((ratio) => ratio.toFixed(2))];
    }),
  );
  const gainHead = [
    ...['files, model', 'decoding / training', 'memory / none', 'memory / one worker', 'disk / none'],
    ...['memory / none, first epoch', 'disk / none, first epoch'],
  ];
  const head = ['files, model', 'decoding, ms', 'training, ms', ...WAYS.map(([label]) => label)];
  const markdown = [
    provenance(results),
    ...shown,
    'Milliseconds an image from four files to the batch with nothing else to do, and of training with all images in memory; then images a second from the second epoch on, and in brackets the share of the time in which training waited for images:\n',
    markdownTable(head, rows),
    'How long decoding takes beside training, and how many times as quick training with a cache is as training without:\n',
    markdownTable(gainHead, gains),
  ].join('\n');
  return { markdown, pictures };
}
