/** A gigabyte and more of images through a predictor: no more is held than a batch and what is being read. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { Predictor, type ImageSource } from 'hpa-kit';
import { meanScorer } from '../inference/mean-scorer';

const IMAGE_BYTES = 2048 * 2048;

it.each([0, 20])('holds few images at a time, also for a reader who takes %i ms each', async (pauseMs) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const predictor = new Predictor([meanScorer(64)], { classes: ['a'], preprocessing: { channels: ['a'] } });
  const source: ImageSource = {
    name: 'large',
    ids: Array.from({ length: 300 }, (_, i) => `s${i}`),
    channels: ['a'],
    classes: ['a'],
    async load(index) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const data = new Uint8Array(IMAGE_BYTES).fill(index % 256);
      return { width: 2048, height: 2048, channels: 1, data };
    },
  };
  const [batchSize, concurrency] = [4, 3];
  collect();
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  let predicted = 0;
  for await (const { probabilities } of predictor.stream(source, { batchSize, concurrency })) {
    expect(probabilities.a).toBeCloseTo((predicted % 256) / 255, 6);
    if (predicted++ % 5 === 0) {
      collect();
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  expect(predicted).toBe(300);
  // The batch at hand, and the images read ahead of it.
  expect(most / IMAGE_BYTES).toBeLessThan(batchSize + batchSize + concurrency + 1);
});
