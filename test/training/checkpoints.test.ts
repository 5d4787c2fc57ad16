import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  adamW,
  cosineRestarts,
  ema,
  learningRateGroups,
  reduceOnPlateau,
  swa,
  trainModel,
  type CheckpointStore,
  type TrainOptions,
} from 'hpa-kit';
import { mixUp } from 'hpa-kit/augment';
import { useEngine } from 'hpa-kit/node';
import { eachEngine } from '../engines';
import { abortAfter, bytesOf, forget, tinyData, tinyNetwork, withoutTime } from './tiny-training';

type Extra = Partial<Omit<TrainOptions, 'optimizer'>> & {
  optimizer?: (model: ReturnType<typeof tinyNetwork>) => tf.Optimizer;
};

const { train, valid } = tinyData();
const STEPS_PER_EPOCH = 4;
const EPOCHS = 3;
const STEPS = STEPS_PER_EPOCH * EPOCHS;

/** What a training leaves: weights, history and how it ended. */
async function outcomeOf(extra: Extra, start = tinyNetwork()) {
  const { optimizer: make, ...rest } = extra;
  const optimizer = make?.(start);
  const options = {
    train,
    valid,
    epochs: EPOCHS,
    batchSize: 6,
    learningRate: 0.02,
    seed: 5,
    optimizer,
    ...rest,
  };
  const result = await trainModel(start, options);
  const outcome = {
    weights: bytesOf(start),
    history: withoutTime(result.history),
    bestEpoch: result.bestEpoch,
    stopped: result.stopped,
    steps: result.steps,
  };
  optimizer?.dispose();
  // tfjs's Momentum forgets its learning rate.
  if (optimizer?.getClassName() === 'Momentum') (optimizer as unknown as { c: tf.Scalar }).c.dispose();
  start.dispose();
  return { outcome, startStep: result.startStep };
}

/** The same, aborted after some steps and taken up by a model of other weights. */
async function resumedAt(step: number, extra: Extra, store: CheckpointStore = new Map()) {
  const checkpoints = { store, ...extra.checkpoints };
  const { signal, callback } = abortAfter(step);
  const first = await outcomeOf({ ...extra, checkpoints, signal, callbacks: [callback] });
  const other = tinyNetwork({ seed: 9 });
  forget(other);
  return { first, second: await outcomeOf({ ...extra, checkpoints }, other) };
}

const CASES: Record<string, Extra> = {
  Adam: {},
  'AdamW, clipped, averaged, at a rate with restarts': {
    optimizer: () => adamW(0.02, { weightDecay: 0.1 }),
    clipNorm: 0.1,
    averaging: ema({ decay: 0.9 }),
    schedule: cosineRestarts({ firstEpochs: 1 }),
  },
  'momentum, gradients of three batches at a time, the order drawn with replacement': {
    optimizer: () => tf.train.momentum(0.05, 0.9),
    accumulateSteps: 3,
    averaging: ema({ warmUp: false, decay: 0.7 }),
    order: 'with-replacement',
  },
  'RMSProp, the mean of epochs, a rate that falls on plateaus': {
    optimizer: () => tf.train.rmsprop(0.01, 0.9, 0.5),
    averaging: swa({ fromEpoch: 2 }),
    schedule: reduceOnPlateau({ monitor: 'validLoss', patience: 1, factor: 0.5 }),
    restoreBestWeights: false,
  },
  'groups of Adam, mixed samples': {
    optimizer: (model) =>
      learningRateGroups(model, [
        { layers: model.layers.slice(0, 3), learningRate: 0.01 },
        { layers: model.layers.slice(3), learningRate: 0.03 },
      ]),
    batchAugmentation: mixUp(),
  },
};

eachEngine((engine) => {
  // Each place on the slowest engine would take long; the places are what one engine is enough for.
  const places = engine === 'wasm' ? Array.from({ length: STEPS }, (_, i) => i + 1) : [3, 8];
  it.each(Object.entries(CASES))('%s: goes on to the same bytes', async (_, extra) => {
    const before = tf.memory().numTensors;
    const { outcome } = await outcomeOf(extra);
    expect(outcome).toMatchObject({ stopped: 'completed', steps: STEPS });
    for (const place of places) {
      const { first, second } = await resumedAt(place, extra);
      expect(first.outcome.stopped, `aborted after ${place}`).toBe('aborted');
      expect(second, `from step ${place}`).toEqual({ outcome, startStep: place });
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('checkpoints', () => {
  beforeAll(async () => {
    await useEngine({ engine: 'cpu' });
  });

  it('give a complete training again, and more epochs go on as if they had been asked for at once', async () => {
    const store = new Map<string, Uint8Array>();
    const { outcome } = await outcomeOf({ checkpoints: { store } });
    const again = await outcomeOf({ checkpoints: { store } }, tinyNetwork({ seed: 9 }));
    expect(again).toEqual({ outcome, startStep: STEPS });
    const longer = await outcomeOf({ checkpoints: { store }, epochs: 5 }, tinyNetwork({ seed: 9 }));
    expect(longer.outcome).toEqual((await outcomeOf({ epochs: 5 })).outcome);
  });

  it('are the last ones and the best, and no more', async () => {
    const store = new Map<string, Uint8Array>();
    const { outcome } = await outcomeOf({
      checkpoints: { store, everySteps: 1, keepLast: 3 },
      learningRate: 0.2,
    });
    const names = [...store.keys()].sort();
    expect(names.filter((name) => name.startsWith('step-'))).toHaveLength(3);
    expect(names).toContain(`best-${outcome.bestEpoch}.safetensors`);
    expect(names.length).toBeLessThanOrEqual(5);
  });

  const cut = (bytes: Uint8Array, length: number) => bytes.slice(0, length);
  const flipped = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
  it('that are torn or changed cost the newest only, and it says so', async () => {
    const { outcome } = await outcomeOf({});
    const store = new Map<string, Uint8Array>();
    await resumedAt(7, { checkpoints: { store, everySteps: 1 }, epochs: 2 }, store);
    const newest = [...store.keys()]
      .filter((name) => name.startsWith('step'))
      .sort()
      .at(-1)!;
    const bytes = store.get(newest)!;
    const lengths = [0, 7, 8, 40, 500, bytes.length - 1];
    const places = [0, 9, 40, 120, 300, bytes.length - 1];
    for (const damaged of [...lengths.map((n) => cut(bytes, n)), ...places.map((at) => flipped(bytes, at))]) {
      const warnings: string[] = [];
      const damagedStore = new Map(store).set(newest, damaged);
      const checkpoints = {
        store: damagedStore,
        onWarning: (warning: string) => void warnings.push(warning),
      };
      const { outcome: resumed, startStep } = await outcomeOf({ checkpoints }, tinyNetwork({ seed: 9 }));
      expect(resumed).toEqual(outcome);
      expect(startStep).toBe(7);
      expect(warnings.join()).toMatch(new RegExp(`can't be read.*${newest}.*older checkpoint`));
    }
  });

  it('that can’t be written are told, and training goes on', async () => {
    const warnings: string[] = [];
    const full: CheckpointStore = {
      keys: () => [],
      get: () => undefined,
      set: () => Promise.reject(new Error('no space left on device')),
      delete: () => undefined,
    };
    const onWarning = (warning: string) => void warnings.push(warning);
    const { outcome } = await outcomeOf({ checkpoints: { store: full, onWarning } });
    expect(outcome).toEqual((await outcomeOf({})).outcome);
    expect(warnings.length).toBeGreaterThanOrEqual(EPOCHS);
    expect(warnings[0]).toMatch(/best-1.safetensors can't be saved.*no space left/);
  });

  it('lose the best weights without losing the training', async () => {
    const store = new Map<string, Uint8Array>();
    await outcomeOf({ checkpoints: { store } });
    for (const name of store.keys()) if (name.startsWith('best')) store.delete(name);
    const warnings: string[] = [];
    const checkpoints = { store, onWarning: (warning: string) => void warnings.push(warning) };
    const { outcome } = await outcomeOf({ checkpoints, epochs: 4 });
    expect(outcome).toMatchObject({ bestEpoch: 4, steps: 4 * STEPS_PER_EPOCH });
    expect(warnings.join()).toMatch(/The weights of epoch \d, the best so far, are lost/);
  });

  it('of other settings, data or models are refused, by name', async () => {
    const store = new Map<string, Uint8Array>();
    await outcomeOf({ checkpoints: { store } });
    const refused = (extra: Extra, model = tinyNetwork()) =>
      expect(outcomeOf({ checkpoints: { store }, ...extra }, model)).rejects;
    await refused({ batchSize: 5 }).toThrow(/batchSize 6 instead of 5/);
    await refused({ seed: 6 }).toThrow(/seed 5 instead of 6/);
    await refused({ learningRate: 0.01 }).toThrow(/optimizer .*0\.02.* instead of .*0\.01/);
    await refused({ averaging: ema() }).toThrow(/averaging none instead of ema/);
    await refused({ train: train.subset([3, 2, 1]) }).toThrow(/size 22 instead of 3/);
    await refused({ train: train.subset(Array.from({ length: 22 }, (_, i) => 21 - i)) }).toThrow(
      /other samples/,
    );
    await refused({}, tinyNetwork({ units: 4 })).toThrow(/checkpoint step-.* is of another model/);
  });

  it('ends at a time limit, and the next call goes on', async () => {
    const { outcome } = await outcomeOf({});
    const store = new Map<string, Uint8Array>();
    let [calls, stopped] = [0, ''];
    while (stopped !== 'completed' && calls++ < 100) {
      const result = await outcomeOf({ checkpoints: { store }, maxSeconds: 1e-6 });
      stopped = result.outcome.stopped;
      if (stopped === 'completed') expect(result.outcome.weights).toEqual(outcome.weights);
      else expect(stopped).toBe('time-limit');
    }
    expect(calls).toBeGreaterThan(1);
  });
});
