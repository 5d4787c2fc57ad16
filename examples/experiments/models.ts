// %% [markdown]
// The original's networks under one protocol: the small models 5 to 8, M, and V with its backbone frozen and then, for a few
// steps, unfrozen. The same synthetic cells for all, each network at its own image size, today's loss and sampling.

// %% What to measure
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  buildModel,
  constantBaselineF1,
  countConfusion,
  findThresholds,
  freezeBackbone,
  HpaDataset,
  listModels,
  macroF1,
  mixedSource,
  predictDataset,
  smallCnnPresets,
  syntheticCells,
  trainModel,
  unfreezeBackbone,
  type CellImage,
} from 'hpa-kit';
import { flip, rotate90 } from 'hpa-kit/augment';
import { terminalProgress, useEngine } from 'hpa-kit/node';
import { winnersLoss } from '../support/winners-loss.ts';
import { render } from './pages/models.ts';
import { countFlag, readFlags, ResultsFile } from './support.ts';

const flags = readFlags(
  `Trains models 5 to 8, M and V under one protocol.

  --weights FILE   of InceptionResNetV2, for V (random ones)
  --steps N        of V's unfrozen part, at batch size 10 (10)
  --epochs N       of the others (8)`,
  { weights: { type: 'string' }, steps: { type: 'string' }, epochs: { type: 'string' } },
);
const results = new ResultsFile('models', flags.out);
const engine = await useEngine();
console.log(`Engine: ${engine.name}. ${engine.reason}`);
const count = flags.quick ? 60 : 500;
const epochs = flags.quick ? 1 : countFlag('epochs', flags['epochs'], 8);
const unfrozenSteps = flags.quick ? 1 : countFlag('steps', flags['steps'], 10);
const seed = 7;
const classes = ['Nucleoplasm', 'Nuclear membrane', 'Nucleoli', 'Microtubules', 'Mitochondria', 'Cytosol'];
const numClasses = classes.length;

// %% The same cells for all, each network at its own size
const drawing = syntheticCells({
  count,
  size: flags.quick ? 96 : 512,
  classes,
  minPositives: count / 10,
  seed,
});
const drawn: CellImage[] = [];
for (const index of drawing.ids.keys()) drawn.push(await drawing.load(index));
console.log(`Drew ${count} cells.`);
/** Drawn once, so that no network waits for them. */
const cells = { ...drawing, load: (index: number) => Promise.resolve(drawn[index]!) };
/** V sees three channels, mixtures of four. */
const { channels, mixture } = listModels().find(({ name }) => name === 'byrachonokTransfer')!.expects;
const mixtures = mixedSource(cells, { channels, mixture: mixture! });
const parts = (imageSize: number, source = cells) =>
  new HpaDataset(source, { imageSize, cache: { maxBytes: 3e9 } }).split({ valid: 0.25, seed });

async function trainAndScore(
  model: LayersModel,
  { train, valid }: ReturnType<typeof parts>,
  recipe: { epochs: number; batchSize: number; learningRate: number; stepsPerEpoch?: number },
) {
  const { history, bestEpoch } = await trainModel(model, {
    train: train.augmented([flip(), rotate90()]),
    ...{ valid, ...recipe, seed },
    loss: winnersLoss(numClasses),
    order: { kind: 'class-balanced', threshold: 0.5 },
    onProgress: terminalProgress(),
  });
  const { labels, scores } = await predictDataset(model, valid, { batchSize: recipe.batchSize });
  const best = history[bestEpoch - 1]!;
  const sum = (key: 'images' | 'seconds') => history.reduce((total, log) => total + log[key], 0);
  return {
    weights: model.countParams(),
    trained: model.trainableWeights.reduce(
      (total, { shape }) => total + shape.reduce((a, b) => a! * b!, 1)!,
      0,
    ),
    imageSize: model.inputs[0]!.shape[1]!,
    ...{ images: sum('images'), imagesPerSecond: sum('images') / sum('seconds'), seconds: sum('seconds') },
    ...{ trainLoss: best.loss, validLoss: best.validLoss!, engine: engine.name },
    half: macroF1(countConfusion(labels!, scores, { numClasses })),
    expected: findThresholds(labels!, scores, { numClasses }).expectedScore!,
    constant: constantBaselineF1(labels!, numClasses),
  };
}

// %% Models 5 to 8 and M
const protocol = { epochs, batchSize: 16, learningRate: 2e-3 };
const inputShape = (imageSize: number) => [imageSize, imageSize, 4] as const;
for (const name of ['m5', 'm6', 'm7', 'm8'] as const) {
  const imageSize = flags.quick ? 96 : name === 'm5' ? 100 : 512;
  const pools = flags.quick ? { poolSizes: name === 'm5' ? [7] : [4, 4] } : {};
  await results.measure(`${name}, ${epochs} epochs`, async () => {
    const options = {
      ...smallCnnPresets[name],
      ...pools,
      inputShape: inputShape(imageSize),
      numClasses,
      seed,
    };
    const model = await buildModel('smallCnn', options);
    const scored = await trainAndScore(model, parts(imageSize), protocol);
    model.dispose();
    return { model: name, ...scored };
  });
}
await results.measure(`M, ${epochs} epochs`, async () => {
  const imageSize = flags.quick ? 96 : 192;
  const options = {
    inputShape: inputShape(imageSize),
    numClasses,
    dropout: 0.1,
    batchNormMomentum: 0.9,
    seed,
  };
  const model = await buildModel('haltufBaseline', options);
  const scored = await trainAndScore(model, parts(imageSize), protocol);
  model.dispose();
  return { model: 'M', ...scored };
});

// %% V, frozen, then a few steps unfrozen, at the original's batch size
const file = flags['weights'] as string | undefined;
const start = file === undefined ? 'random weights' : `weights of ${basename(file)}`;
const frozen = `V, backbone frozen, ${start}`;
const unfrozen = `V, ${unfrozenSteps} steps more, unfrozen, ${start}`;
const { measurements } = results.results;
if (!(unfrozen in measurements)) {
  // The second part goes on from the first one's weights.
  Reflect.deleteProperty(measurements, frozen);
  const imageSize = flags.quick ? 96 : 299;
  const batchSize = flags.quick ? 2 : 10;
  const model = await buildModel('byrachonokTransfer', {
    ...{ inputShape: [imageSize, imageSize, 3] as const, numClasses, seed },
    ...(file !== undefined && { weights: await readFile(file) }),
  });
  const images = parts(imageSize, mixtures);
  freezeBackbone(model);
  await results.measure(frozen, async () => {
    const steps = flags.quick ? { epochs: 1, stepsPerEpoch: 1 } : { epochs: 2, stepsPerEpoch: 30 };
    return {
      model: frozen,
      ...(await trainAndScore(model, images, { ...steps, batchSize, learningRate: 1e-3 })),
    };
  });
  unfreezeBackbone(model);
  await results.measure(unfrozen, async () => {
    const recipe = { epochs: 1, stepsPerEpoch: unfrozenSteps, batchSize, learningRate: 1e-4 };
    return { model: unfrozen, ...(await trainAndScore(model, images, recipe)) };
  });
  model.dispose();
}
results.publish(render, flags.docs);
