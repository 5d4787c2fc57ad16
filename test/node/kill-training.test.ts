import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random';
import { nativeIsInstalled } from '../engines';
import { buildTrainChild, killAndTrainOn, trainOnFullDisk, trainToTheEnd } from './train-processes';

const { folder: dir, script } = buildTrainChild();

describe.each(['wasm', 'native'])('on %s', (engine) => {
  it.skipIf(engine === 'native' && !nativeIsInstalled)(
    'training killed at random moments comes to the bytes of one that was not',
    async () => {
      const whole = trainToTheEnd(script, join(dir, `${engine}-whole`), engine);
      const random = new Random(7, engine);
      const { killed, outcome } = await killAndTrainOn(script, join(dir, `${engine}-killed`), engine, {
        kills: 6,
        random,
        withinMs: 100,
      });
      // A quick machine may come to the end before the last of them.
      expect(killed).toBeGreaterThan(1);
      expect(outcome).toMatchObject({
        digest: whole.digest,
        losses: whole.losses,
        bestEpoch: whole.bestEpoch,
      });
      expect(outcome.startStep).toBeGreaterThan(0);
    },
  );
});

it('on a full disk training goes on, and says what is lost', () => {
  const whole = join(dir, 'wasm-whole');
  const folder = join(dir, 'full');
  const outcome = trainOnFullDisk(script, folder, 'wasm', 200);
  expect(outcome.digest).toBe(trainToTheEnd(script, whole, 'wasm').digest);
  expect(outcome.warnings[0]).toMatch(
    /Checkpoint .* can't be saved, training goes on without it.*file too large/i,
  );
  expect(readdirSync(folder)).toEqual([]);
});
