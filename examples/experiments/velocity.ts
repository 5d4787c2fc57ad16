// %% [markdown]
// How quickly a network trains and predicts, by batch size and by how large it is, on each engine here. The original
// text announces these plots and lacks them. Results go to `out/experiments`; docs/experiments/velocity.md shows them.

// %% What to measure
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { binaryCrossEntropy, buildModel, multiplyAdds, smallCnnPresets } from 'hpa-kit';
import { useEngine, type EngineName } from 'hpa-kit/node';
import { render } from './pages/velocity.ts';
import { readFlags, ResultsFile } from './support.ts';

const flags = readFlags(
  `Measures images a second in training and prediction, by model, batch size and engine.

  --engine NAME    measure one engine, in this process (all, each in a process of its own)
  --threads N      of that engine`,
  { engine: { type: 'string' }, threads: { type: 'string' } },
);
const numClasses = 28;
const models: Record<string, () => Promise<LayersModel>> = {
  m5: () => buildModel('smallCnn', { ...smallCnnPresets.m5, inputShape: [100, 100, 4], numClasses }),
  m6: () => buildModel('smallCnn', { ...smallCnnPresets.m6, inputShape: [512, 512, 4], numClasses }),
  m8: () => buildModel('smallCnn', { ...smallCnnPresets.m8, inputShape: [512, 512, 4], numClasses }),
  M: () => buildModel('haltufBaseline', { inputShape: [192, 192, 4], numClasses }),
  resnet18: () => buildModel('resnet18', { inputShape: [224, 224, 4], numClasses }),
  V: () => buildModel('byrachonokTransfer', { inputShape: [299, 299, 3], numClasses }),
};
/** V's larger batches take minutes, and more memory than there may be. */
const batchSizes = (model: string) =>
  flags.quick ? [1, 4] : model === 'V' ? [1, 4, 10] : [1, 2, 4, 8, 16, 32, 64];
const secondsEach = flags.quick ? 0.2 : 2;
const results = new ResultsFile('velocity', flags.out);

// %% Measure one engine
/** The least time that a step took, over some seconds: what disturbs only makes steps longer. */
async function secondsPerStep(step: () => Promise<void>): Promise<number> {
  await step();
  let least = Infinity;
  const started = performance.now();
  for (let count = 0; count < 3 || performance.now() - started < secondsEach * 1000; count++) {
    const before = performance.now();
    await step();
    least = Math.min(least, (performance.now() - before) / 1000);
    if (count >= 1 && performance.now() - started > 20_000) break;
  }
  return least;
}

async function measure(model: LayersModel, batchSize: number) {
  const shape = [batchSize, ...model.inputs[0]!.shape.slice(1)] as [number, number, number, number];
  const [xs, ys] = [tf.randomUniform(shape, 0, 1, 'float32', 1), tf.zeros([batchSize, numClasses])];
  const train = await secondsPerStep(async () => {
    await model.trainOnBatch(xs, ys);
  });
  const predict = await secondsPerStep(async () => {
    const scores = model.predictOnBatch(xs) as tf.Tensor;
    await scores.data();
    scores.dispose();
  });
  tf.dispose([xs, ys]);
  return { trainSeconds: train, predictSeconds: predict };
}

async function measureEngine(engine: EngineName, threads: number | undefined, label: string): Promise<void> {
  if (engine === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
  await useEngine({ engine, ...(threads && { threads }) });
  const names = engine === 'cpu' || flags.quick ? ['m5'] : Object.keys(models);
  for (const name of names) {
    const model = await models[name]!();
    const optimizer = tf.train.adam(1e-4);
    model.compile({ optimizer, loss: binaryCrossEntropy() });
    const size = { weights: model.countParams(), multiplyAdds: multiplyAdds(model) };
    for (const batchSize of engine === 'cpu' ? [1, 8] : batchSizes(name))
      await results.measure(`${label}, ${name}, batch ${batchSize}`, async () => ({
        ...{ engine: label, model: name, batchSize, ...size },
        ...(await measure(model, batchSize)),
      }));
    optimizer.dispose();
    model.dispose();
  }
}

// %% Or all engines, one after another
if (typeof flags['engine'] === 'string') {
  const threads = flags['threads'] === undefined ? undefined : Number(flags['threads']);
  const label = flags['threads'] === undefined ? flags['engine'] : `${flags['engine']}, ${threads} thread`;
  await measureEngine(flags['engine'] as EngineName, threads, label);
} else {
  const script = fileURLToPath(import.meta.url);
  for (const own of [
    ['--engine', 'cpu'],
    ['--engine', 'wasm', '--threads', '1'],
    ['--engine', 'wasm'],
    ['--engine', 'native'],
    ['--engine', 'webgpu'],
  ]) {
    const shared = ['--out', flags.out, ...(flags.quick ? ['--quick'] : [])];
    try {
      execFileSync(process.execPath, [...process.execArgv, script, ...own, ...shared], {
        stdio: ['ignore', 'inherit', 'pipe'],
      });
    } catch (error) {
      const said = String((error as { stderr?: Buffer }).stderr);
      console.log(`Left out ${own.join(' ')}: ${said.match(/^\w*Error: .*/m)?.[0] ?? said.slice(-500)}`);
    }
  }
  results.reload();
  results.publish(render, flags.docs);
}
