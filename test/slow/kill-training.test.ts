import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Random } from '../../src/random';
import { buildTrainChild, killAndTrainOn, trainToTheEnd } from '../node/train-processes';

const { folder: dir, script } = buildTrainChild();

it('after 150 kills, many of them while a checkpoint is written, the bytes are those of a training without', async () => {
  const whole = trainToTheEnd(script, join(dir, 'whole'), 'wasm');
  const random = new Random(11);
  let [kills, whileWriting, trainings] = [0, 0, 0];
  while (kills < 150) {
    const folder = join(dir, `killed-${trainings++}`);
    const run = await killAndTrainOn(script, folder, 'wasm', { kills: 150 - kills, random, withinMs: 120 });
    expect(run.outcome).toMatchObject({
      digest: whole.digest,
      losses: whole.losses,
      bestEpoch: whole.bestEpoch,
    });
    kills += run.killed;
    whileWriting += run.whileWriting;
    rmSync(folder, { recursive: true });
  }
  console.log(
    `${kills} kills of ${trainings} trainings, ${whileWriting} of them while a checkpoint was written`,
  );
  expect(whileWriting).toBeGreaterThan(2);
});
