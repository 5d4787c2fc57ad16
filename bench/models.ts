/** Every model of the registry: weights, arithmetic, and how fast each engine here trains and predicts it, as Markdown. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { buildModel, listModels, multiplyAdds } from 'hpa-kit';
import { useEngine, type EngineOptions } from 'hpa-kit/node';

const HELP = `npm run bench -- models [flags]
  --engines LIST   wasm,native       [wasm,native]
  --models LIST    names             [all of the registry]
  --batch IMAGES                     [4]
  --rounds N       the best counts   [2]`;

const { values: flags } = parseArgs({
  options: {
    engines: { type: 'string', default: 'wasm,native' },
    models: { type: 'string', default: '' },
    batch: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
    /** In a process of its own: measures this engine and prints a line of JSON for each model. */
    side: { type: 'string' },
  },
});

interface Figures {
  name: string;
  weights: number;
  multiplyAdds: number;
  trainImagesPerSecond: number;
  predictImagesPerSecond: number;
}

const chosen = listModels().filter(({ name }) => !flags.models || flags.models.split(',').includes(name));
if (flags.help) console.log(HELP);
else if (flags.side) await measureAll(flags.side);
else await compare(flags.engines.split(','));
process.exit();

async function compare(engines: string[]): Promise<void> {
  const measured = new Map<string, Figures[]>();
  for (const engine of engines) {
    process.stderr.write(`${engine} …\n`);
    const loader = [
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=DEP0180',
      '--loader',
      'ts-node/esm',
    ];
    const same = ['--models', flags.models, '--batch', flags.batch, '--rounds', flags.rounds];
    const args = [...loader, fileURLToPath(import.meta.url), '--side', engine, ...same];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 24 });
    const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
    measured.set(
      engine,
      lines.map((line) => JSON.parse(line) as Figures),
    );
  }
  const speeds = engines.flatMap((engine) => [`${engine} train`, `${engine} predict`]);
  console.log(`| model | images | weights | G multiply-adds | ${speeds.join(' | ')} |`);
  console.log(`| --- | --- | ${['', '', ...speeds].map(() => '---:').join(' | ')} |`);
  for (const { name, defaultInputShape } of chosen) {
    const rows = engines.map((engine) => measured.get(engine)!.find((row) => row.name === name)!);
    const rates = rows.flatMap((row) => [row.trainImagesPerSecond, row.predictImagesPerSecond]);
    const { weights, multiplyAdds: count } = rows[0]!;
    const cells = [name, defaultInputShape.join('×'), weights.toLocaleString('en'), (count / 1e9).toFixed(3)];
    console.log(`| ${[...cells, ...rates.map((rate) => rate.toPrecision(3))].join(' | ')} |`);
  }
}

async function measureAll(engine: string): Promise<void> {
  await useEngine({ engine: engine as NonNullable<EngineOptions['engine']> });
  const batch = Number(flags.batch);
  for (const { name } of chosen) {
    const model = await buildModel(name);
    model.compile({ optimizer: tf.train.adam(), loss: 'binaryCrossentropy' });
    const xs = tf.randomUniform([batch, ...(model.inputs[0]!.shape.slice(1) as number[])]);
    const ys = tf.zeros([batch, 28]);
    const figures: Figures = {
      name,
      weights: model.countParams(),
      multiplyAdds: multiplyAdds(model),
      trainImagesPerSecond: await bestRate(() => model.trainOnBatch(xs, ys)),
      predictImagesPerSecond: await bestRate(async () => {
        const scores = model.predictOnBatch(xs) as tf.Tensor;
        await scores.data();
        scores.dispose();
      }),
    };
    console.log(JSON.stringify(figures));
    process.stderr.write(`${name} ${figures.trainImagesPerSecond} ${figures.predictImagesPerSecond}\n`);
    tf.dispose([xs, ys]);
    model.optimizer.dispose();
    model.dispose();
  }
}

/** Images a second in the best of some steps, after one that doesn't count. */
async function bestRate(step: () => Promise<unknown>): Promise<number> {
  let rate = 0;
  for (let round = 0; round <= Number(flags.rounds); round++) {
    const from = performance.now();
    await step();
    if (round > 0) rate = Math.max(rate, Number(flags.batch) / ((performance.now() - from) / 1000));
  }
  return rate;
}
