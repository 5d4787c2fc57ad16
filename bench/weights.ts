/** How long a large file of weights takes to load, beside Keras. Keras writes the files; both set a model that is there. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { buildModel, loadWeights } from 'hpa-kit';
import { openWeights, saveModel, useEngine } from 'hpa-kit/node';

const HELP = `npm run bench -- weights [flags]
  --rounds N       times that each file is loaded; the best counts   [3]
  --python PATH    a Python with keras and tensorflow                [python3]`;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: 'python3' },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit();
}

await useEngine({ engine: 'wasm' });
const start = performance.now();
const model = await buildModel('inceptionResNetV2', { inputShape: [299, 299, 3], head: 'none' });
console.log(`InceptionResNetV2 built in ${seconds(performance.now() - start)}`);
const folder = await mkdtemp(join(tmpdir(), 'hpa-kit-weights-'));
try {
  const script = fileURLToPath(new URL('weights_keras.py', import.meta.url));
  const { stdout } = await promisify(execFile)(flags.python, [script, folder, flags.rounds]);
  const keras = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, number>;
  await saveModel(model, join(folder, 'tfjs'));
  for (const name of [...Object.keys(keras), 'tfjs/model.json']) {
    const best = await bestTime(join(folder, name));
    const { size } = await stat(join(folder, name.replace('model.json', 'weights.bin')));
    const peer = keras[name] === undefined ? '' : `, Keras ${seconds(1000 * keras[name])}`;
    console.log(`${name}, ${Math.round(size / 1e6)} MB: ${seconds(best)}${peer}`);
  }
} finally {
  await rm(folder, { recursive: true });
}
process.exit();

/** Milliseconds from the file's name to a model with its weights. */
async function bestTime(file: string): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < Number(flags.rounds); round++) {
    const from = performance.now();
    const { loaded } = await loadWeights(model, await openWeights(file));
    best = Math.min(best, performance.now() - from);
    if (loaded.length !== model.weights.length) throw new Error(`${file} lacks weights`);
  }
  return best;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
