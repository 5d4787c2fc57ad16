/**
 * A process that trains and saves after every step. Run it with a folder for the checkpoints; it prints `ready` at its
 * first step, and when it is done a digest of the weights and the losses as JSON.
 */
import { createHash } from 'node:crypto';
import { trainModel } from '../../src/training/train-model';
import { ema } from '../../src/training/averaging/ema';
import { cosine } from '../../src/training/schedules/cosine';
import { checkpointFolder } from '../../src/node/checkpoint-folder';
import { useEngine } from '../../src/node/engine';
import { bytesOf, tinyData, tinyNetwork } from '../training/tiny-training';

export interface TrainOutcome {
  digest: string;
  losses: (number | undefined)[][];
  bestEpoch: number;
  startStep: number;
  warnings: string[];
}

const [folder, engine] = process.argv.slice(2) as [string, 'wasm' | 'native'];
await useEngine({ engine });
const warnings: string[] = [];
let isReady = false;
// Some 1.6 MB a checkpoint: a good part of the time goes into writing.
const model = tinyNetwork({ units: 1200 });
const { history, bestEpoch, startStep } = await trainModel(model, {
  ...tinyData(),
  epochs: 12,
  batchSize: 4,
  accumulateSteps: 2,
  averaging: ema({ decay: 0.9 }),
  schedule: cosine(),
  checkpoints: {
    store: checkpointFolder(folder),
    everySteps: 1,
    onWarning: (warning) => void warnings.push(warning),
  },
  callbacks: [
    {
      onStepEnd: () => {
        if (!isReady) process.stdout.write('ready\n');
        isReady = true;
      },
    },
  ],
});
const digest = createHash('sha256')
  .update(Float32Array.from(bytesOf(model)))
  .digest('hex');
const losses = history.map(({ loss, validLoss }) => [loss, validLoss]);
const outcome: TrainOutcome = { digest, losses, bestEpoch, startStep, warnings };
process.stdout.write(`${JSON.stringify(outcome)}\n`);
