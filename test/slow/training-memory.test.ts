import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { buildModel, ema, HpaDataset, oneCycle, syntheticCells, trainModel } from 'hpa-kit';
import { flip, rotate90 } from 'hpa-kit/augment';
import { eachEngine } from '../engines';

/** Bytes that the process holds, after what can be collected is. */
function residentBytes(): number {
  global.gc?.();
  return process.memoryUsage().rss;
}

eachEngine((engine) => {
  // On the plain JavaScript engine a thousand steps take too long.
  it.skipIf(engine === 'cpu')(
    'a thousand steps with all that there is to them hold no more memory than a hundred',
    async () => {
      const classes = ['Nucleoplasm', 'Nucleoli', 'Cytosol', 'Mitochondria'];
      const all = new HpaDataset(
        syntheticCells({ count: 200, size: 96, classes, minPositives: 20, seed: 1 }),
      );
      const { train, valid } = all.split({ valid: 0.2, seed: 1 });
      const options = { inputShape: [96, 96, 4] as const, numClasses: classes.length };
      const model = await buildModel('haltufBaseline', { ...options, seed: 1 });
      const store = new Map<string, Uint8Array>();
      const tensors: number[] = [];
      const resident: number[] = [];
      const { steps } = await trainModel(model, {
        train: train.augmented([flip(), rotate90()]),
        valid,
        epochs: 50,
        batchSize: 8,
        schedule: oneCycle(),
        averaging: ema(),
        clipNorm: 1,
        accumulateSteps: 2,
        checkpoints: { store },
        callbacks: [
          {
            onStepEnd: ({ step }) => {
              if (step % 50 === 0)
                [tensors, resident].forEach((of, i) => of.push(i ? residentBytes() : tf.memory().numTensors));
            },
          },
        ],
      });
      model.dispose();
      expect(steps).toBe(1000);
      expect(store.size).toBeLessThanOrEqual(4);
      expect(new Set(tensors).size).toBe(1);
      const [early, late] = [Math.max(...resident.slice(0, 4)), Math.max(...resident.slice(-4))];
      console.log(
        `${engine}: ${(early / 1e6).toFixed(0)} MB in the first 200 steps, ${(late / 1e6).toFixed(0)} MB in the last`,
      );
      expect(late).toBeLessThan(early + 60e6);
    },
  );
});
