// %% [markdown]
// What augmentation adds, and what tuned thresholds add: the baseline with and without, over seeds, on synthetic cells and
// on real collages of cells (`--data DIR`, a folder with train/, train.csv and meta.csv with a column leak_group).

// %% What to measure
import { join } from 'node:path';
import {
  buildModel,
  constantBaselineF1,
  countConfusion,
  findThresholds,
  HpaDataset,
  HPA_CLASSES,
  macroF1,
  predictDataset,
  syntheticCells,
  trainModel,
} from 'hpa-kit';
import { flip, rotate90 } from 'hpa-kit/augment';
import { openFolder, terminalProgress, useEngine } from 'hpa-kit/node';
import { render } from './pages/augmentation-thresholds.ts';
import { countFlag, MAX_SEEDS, readFlags, ResultsFile } from './support.ts';

const flags = readFlags(
  `Trains the baseline with and without augmentation, and scores it at flat and at tuned thresholds.

  --data DIR    real collages too, a folder with train/, train.csv and meta.csv (left out)
  --seeds N     of splits, weights and augmentation (6)`,
  { data: { type: 'string' }, seeds: { type: 'string' } },
);
const seeds = flags.quick ? 2 : countFlag('seeds', flags['seeds'], 6, MAX_SEEDS);
const results = new ResultsFile('augmentation-thresholds', flags.out);
const engine = await useEngine({ engine: 'wasm' });
console.log(`Engine: ${engine.name}. ${engine.reason}`);

// %% The images
const classes = [
  'Nucleoplasm',
  'Nuclear membrane',
  'Nucleoli',
  'Golgi apparatus',
  'Microtubules',
  'Plasma membrane',
  'Mitochondria',
  'Cytosol',
];
interface Study {
  all: HpaDataset;
  imageSize: number;
  epochs: number;
}
const studies: Record<string, () => Promise<Study>> = {
  synthetic: async () => {
    const count = flags.quick ? 60 : 600;
    const cells = syntheticCells({ count, size: 96, classes, minPositives: count / 10, seed: 7 });
    return Promise.resolve({ all: new HpaDataset(cells), imageSize: 96, epochs: flags.quick ? 2 : 10 });
  },
  ...(typeof flags['data'] === 'string' && {
    real: async () => {
      const data = flags['data'] as string;
      const source = await openFolder(join(data, 'train'), {
        labels: join(data, 'train.csv'),
        groups: { file: join(data, 'meta.csv'), column: 'leak_group' },
      });
      const imageSize = 128;
      return { all: new HpaDataset(source, { imageSize }), imageSize, epochs: flags.quick ? 1 : 20 };
    },
  }),
};
if (!('real' in studies)) console.log('Left out real collages: --data names no folder.');

// %% Train and score
async function trainAndScore({ all, imageSize, epochs }: Study, augmented: boolean, seed: number) {
  const { train, valid, test } = all.split({ valid: 0.2, test: 0.2, seed });
  const numClasses = all.classes.length;
  const model = await buildModel('haltufBaseline', {
    inputShape: [imageSize, imageSize, 4],
    ...{ numClasses, dropout: 0.1, batchNormMomentum: 0.9, seed },
  });
  const { history, bestEpoch } = await trainModel(model, {
    train: augmented ? train.augmented([flip(), rotate90()]) : train,
    ...{ valid, epochs, batchSize: 8, learningRate: 0.002, seed },
    onProgress: terminalProgress(),
  });
  const tuning = await predictDataset(model, valid);
  const { labels, scores } = await predictDataset(model, test);
  model.dispose();
  const { thresholds, expectedScore } = findThresholds(tuning.labels!, tuning.scores, { numClasses });
  const f1At = (at: number | Float64Array) =>
    macroF1(countConfusion(labels!, scores, { numClasses, thresholds: at }), { classes: 'present' });
  return {
    constant: constantBaselineF1(labels!, numClasses, { classes: 'present' }),
    ...{ half: f1At(0.5), fifth: f1At(0.2), tuned: f1At(thresholds), expected: expectedScore ?? null },
    ...{ bestEpoch, trainLoss: history[bestEpoch - 1]!.loss, validLoss: history[bestEpoch - 1]!.validLoss! },
  };
}

for (const [name, open] of Object.entries(studies)) {
  const study = await open();
  console.log(
    `${name}: ${study.all.size} samples of ${study.all.classes === HPA_CLASSES ? 'the 28' : study.all.classes.length} classes.`,
  );
  for (let seed = 0; seed < seeds; seed++)
    for (const augmented of [false, true])
      await results.measure(`${name}, ${augmented ? 'augmented' : 'plain'}, seed ${seed}`, async () => ({
        ...{
          data: name,
          augmented: augmented ? 'yes' : 'no',
          seed,
          epochs: study.epochs,
          imageSize: study.imageSize,
        },
        ...(await trainAndScore(study, augmented, seed)),
      }));
}
results.publish(render, flags.docs);
