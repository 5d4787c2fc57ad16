/**
 * The baseline on real images, beside Keras: same folder, same grouped split, same pixels, same epochs,
 * same augmentation, thresholds tuned by the same code.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  HpaDataset,
  HPA_CLASSES,
  buildModel,
  constantBaselineF1,
  countConfusion,
  findThresholds,
  macroF1,
  predictDataset,
  trainModel,
} from 'hpa-kit';
import { flip, rotate90 } from 'hpa-kit/augment';
import { openFolder, terminalProgress, useEngine } from 'hpa-kit/node';

const HELP = `npm run bench -- duloc --data DIR [flags]
  --data DIR            holds train/, train.csv and meta.csv with a leak_group column
  --python PATH         a Python with keras and tensorflow; without it only hpa-kit runs
  --image-size PIXELS                                                  [192]
  --epochs N                                                           [30]
  --batch-size IMAGES                                                  [16]
  --seed N              of the split, the weights and the augmentation [0]
  --out DIR             where the arrays for Keras go                  [out/duloc]`;

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    python: { type: 'string' },
    'image-size': { type: 'string', default: '192' },
    epochs: { type: 'string', default: '30' },
    'batch-size': { type: 'string', default: '16' },
    seed: { type: 'string', default: '0' },
    out: { type: 'string', default: 'out/duloc' },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit();
}
if (!flags.data) throw new Error('--data DIR is required: a folder with train/, train.csv and meta.csv.');
const { data, out } = flags;
const [imageSize, epochs, batchSize, seed] = [
  flags['image-size'],
  flags.epochs,
  flags['batch-size'],
  flags.seed,
].map(Number) as [number, number, number, number];
const numClasses = HPA_CLASSES.length;

const engine = await useEngine();
const source = await openFolder(join(data, 'train'), {
  labels: join(data, 'train.csv'),
  groups: { file: join(data, 'meta.csv'), column: 'leak_group' },
});
const all = new HpaDataset(source, { imageSize });
const parts = all.split({ valid: 0.2, test: 0.2, seed });

interface Scores {
  valid: Float32Array;
  test: Float32Array;
  secondsPerEpoch: number;
}

async function hpaKit(): Promise<Scores> {
  const model = await buildModel('haltufBaseline', {
    inputShape: [imageSize, imageSize, 4],
    numClasses,
    seed,
  });
  const { history } = await trainModel(model, {
    train: parts.train.augmented([flip(), rotate90()]),
    valid: parts.valid,
    epochs,
    batchSize,
    seed,
    onProgress: terminalProgress({ lineEverySeconds: 60 }),
  });
  const [valid, test] = [await predictDataset(model, parts.valid), await predictDataset(model, parts.test)];
  const seconds = history.map((log) => log.seconds).sort((a, b) => a - b);
  return { valid: valid.scores, test: test.scores, secondsPerEpoch: seconds[seconds.length >> 1]! };
}

async function keras(python: string): Promise<Scores> {
  await mkdir(out, { recursive: true });
  for (const [name, part] of Object.entries(parts)) {
    const pixels = await Promise.all(
      part.ids.map(async (_, i) => Uint8Array.from((await part.image(i)).data)),
    );
    await writeFile(join(out, `${name}.images`), Buffer.concat(pixels));
    await writeFile(join(out, `${name}.labels`), part.labels!);
  }
  const settings = { imageSize, epochs, batchSize, seed, numClasses };
  await writeFile(join(out, 'settings.json'), JSON.stringify(settings));
  const script = fileURLToPath(new URL('duloc_keras.py', import.meta.url));
  const { status } = spawnSync(python, [script, out], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${python} ended with status ${status}`);
  const scores = async (name: string) =>
    new Float32Array(new Uint8Array(await readFile(join(out, `${name}.scores`))).buffer);
  const { secondsPerEpoch } = JSON.parse(await readFile(join(out, 'keras.json'), 'utf8')) as {
    secondsPerEpoch: number;
  };
  return { valid: await scores('valid'), test: await scores('test'), secondsPerEpoch };
}

function judge(name: string, { valid, test, secondsPerEpoch }: Scores) {
  const [validLabels, testLabels] = [parts.valid.labels!, parts.test.labels!];
  const { thresholds } = findThresholds(validLabels, valid, {
    numClasses,
    method: 'exact',
    validation: false,
  });
  const f1 = (cuts: number | Float64Array) =>
    macroF1(countConfusion(testLabels, test, { numClasses, thresholds: cuts }), { classes: 'present' });
  return {
    name,
    'F1 at 0.5': f1(0.5).toFixed(3),
    'F1 tuned': f1(thresholds).toFixed(3),
    's/epoch': secondsPerEpoch.toFixed(1),
    'images/s': (parts.train.size / secondsPerEpoch).toFixed(1),
  };
}

console.log(
  `${imageSize}×${imageSize}×4, ${parts.train.size} to train, ${parts.valid.size} to tune, ${parts.test.size} to test, ` +
    `${epochs} epochs, batch ${batchSize}, seed ${seed}, engine ${engine.name}`,
);
const rows = [];
if (flags.python) rows.push(judge('Keras', await keras(flags.python)));
rows.push(judge(`hpa-kit, ${engine.name}`, await hpaKit()));
const constant = constantBaselineF1(parts.test.labels!, numClasses, { classes: 'present' });
rows.push({
  name: 'best constant',
  'F1 at 0.5': constant.toFixed(3),
  'F1 tuned': constant.toFixed(3),
  's/epoch': '',
  'images/s': '',
});
console.log('Macro F1 on held-out groups, over the classes present:');
console.table(rows);
