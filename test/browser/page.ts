/** What the browser test runs in the page; Node runs the same for comparison. */
import * as kit from 'hpa-kit';
import { flip, rotate90 } from 'hpa-kit/augment';

/** Trains a small network on synthetic cells: the losses of the epochs, and the scores it ends with. */
export async function job(): Promise<{ losses: number[]; scores: number[] }> {
  const { train, valid } = new kit.HpaDataset(kit.syntheticCells({ count: 24, size: 100, seed: 2 })).split({
    valid: 0.25,
  });
  const model = await kit.buildModel('smallCnn', { inputShape: [100, 100, 4], seed: 3 });
  const { history } = await kit.trainModel(model, {
    train: train.augmented([flip(), rotate90()]),
    epochs: 3,
    batchSize: 6,
  });
  const { scores } = await kit.predictDataset(model, valid);
  return { losses: history.map(({ loss }) => loss), scores: Array.from(scores) };
}
