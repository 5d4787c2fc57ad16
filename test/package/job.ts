/** The main job at its smallest, for the package as users get it, and what it must print. */
import { expect } from 'vitest';

/** Both decode paths, a worker, a training step on the WebAssembly engine, thresholds, a report. */
const job = `
  const image = { width: 3, height: 2, channels: 1, data: Uint8Array.from([0, 50, 100, 150, 200, 255]) };
  const png = await kit.encodePng(image);
  const decoded = {};
  for (const inflate of ['zlib', 'web']) decoded[inflate] = Array.from((await kit.decodePng(png, { inflate })).data);
  await node.saveFolder({ name: 's', ids: ['a'], channels: ['g'], classes: [], load: async () => image }, 'cells');
  const folder = await node.openFolder('cells', { channels: ['g'], decoder: node.decoderPool({ workers: 1 }) });
  decoded.worker = Array.from((await folder.load(0)).data);
  const broken = await kit.decodePng(png.slice(0, 40)).catch((error) => error);
  const { name } = await node.useEngine({ engine: 'wasm' });
  const source = kit.syntheticCells({ count: 8, size: 94, seed: 1 });
  const dataset = new kit.HpaDataset(source).augmented([augment.flip()]);
  const model = await kit.buildModel('haltufBaseline', { inputShape: [94, 94, 4], seed: 1 });
  const { history } = await kit.trainModel(model, { train: dataset, epochs: 1, batchSize: 4 });
  const { labels, scores, numClasses } = await kit.predictDataset(model, dataset);
  const { macroF1 } = kit.findThresholds(labels, scores, { numClasses });
  const missing = await node.openFolder('nowhere').catch((error) => error);
  console.log(JSON.stringify({
    decoded, name, loss: history[0].loss, macroF1, scores: scores.length,
    errors: [broken, missing].map((error) => [error instanceof kit.HpaError, kit.isHpaError(error), error.code]),
    report: report.renderReport({ title: 'r', history }).includes('<svg'),
  }));`;

/** The script by its name, in each module format. */
export const JOBS = {
  'job.mjs': `import * as kit from 'hpa-kit'; import * as augment from 'hpa-kit/augment';
    import * as node from 'hpa-kit/node'; import * as report from 'hpa-kit/report'; ${job}`,
  'job.cjs': `const kit = require('hpa-kit'), augment = require('hpa-kit/augment'),
    node = require('hpa-kit/node'), report = require('hpa-kit/report'); (async () => {${job}})();`,
};

export function expectJobDone(output: string): void {
  const result = JSON.parse(output) as { loss: number; macroF1: number };
  const samples = [0, 50, 100, 150, 200, 255];
  expect(result).toMatchObject({
    decoded: { zlib: samples, web: samples, worker: samples },
    name: 'wasm',
    scores: 224,
    errors: [
      [true, true, 'png-truncated'],
      [true, true, 'file-missing'],
    ],
    report: true,
  });
  expect(result.loss).toBeGreaterThan(0);
  expect(result.macroF1).toBeGreaterThan(0);
}

/** A script that names types of each entry that runs without Node, and one more of `hpa-kit/node`. */
export const TYPED = {
  anywhere: `import { HpaDataset, buildModel, focalLoss, syntheticCells, trainModel, type TrainResult } from 'hpa-kit';
    import { flip } from 'hpa-kit/augment';
    import { openFiles } from 'hpa-kit/browser';
    import { renderReport } from 'hpa-kit/report';
    export async function job(): Promise<TrainResult> {
      const train = new HpaDataset(syntheticCells({ count: 4 })).augmented([flip()]);
      const model = await buildModel('smallCnn', { numClasses: 28 });
      model.summary();
      return trainModel(model, { train, loss: focalLoss({ gamma: 2 }) });
    }
    // @ts-expect-error -- the size of a batch is a number
    new HpaDataset(syntheticCells()).batches({ batchSize: '4' });
    export const parts = [openFiles, renderReport];`,
  node: `import { openFolder, terminalProgress } from 'hpa-kit/node';
    export const ids = openFolder('train').then((source) => source.ids);
    export const progress = terminalProgress({ stream: process.stderr });`,
};
