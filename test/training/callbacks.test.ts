import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { trainModel, type TrainCallback, type TrainOptions } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { bytesOf, tinyData, tinyNetwork } from './tiny-training';

beforeAll(async () => {
  await useEngine({ engine: 'wasm' });
});

async function train(options: Partial<TrainOptions>) {
  const model = tinyNetwork();
  const result = await trainModel(model, { ...tinyData(), epochs: 2, batchSize: 6, ...options });
  const weights = bytesOf(model);
  model.dispose();
  return { ...result, weights };
}

/** Notes each call by its name and what it counts. */
function noting(calls: string[], name = ''): TrainCallback {
  return {
    onTrainBegin: ({ epochs, stepsPerEpoch, batchSize, startStep }) =>
      void calls.push(`${name}begin ${epochs} ${stepsPerEpoch} ${batchSize} ${startStep}`),
    onEpochBegin: (epoch) => void calls.push(`${name}epoch ${epoch}`),
    onStepBegin: ({ step, images }) => void calls.push(`${name}step ${step} of ${images}`),
    onStepEnd: ({ step, stepOfEpoch }) => void calls.push(`${name}done ${step} ${stepOfEpoch}`),
    onEpochEnd: ({ epoch, steps }) => void calls.push(`${name}end of ${epoch} ${steps}`),
    onTrainEnd: (result) => void calls.push(`${name}end ${result?.stopped}`),
  };
}

describe('callbacks', () => {
  it('are told of everything in order', async () => {
    const calls: string[] = [];
    await train({ callbacks: [noting(calls)] });
    const epoch = (n: number) => [
      `epoch ${n}`,
      ...[1, 2, 3, 4].flatMap((i) => {
        const step = 4 * (n - 1) + i;
        return [`step ${step} of ${i < 4 ? 6 : 4}`, `done ${step} ${i}`];
      }),
      `end of ${n} ${4 * n}`,
    ];
    expect(calls).toEqual(['begin 2 4 6 0', ...epoch(1), ...epoch(2), 'end completed']);
  });

  it('are awaited, one after another, and end training by what they throw', async () => {
    const calls: string[] = [];
    const slow: TrainCallback = {
      onStepEnd: async ({ step }) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        calls.push(`slow ${step}`);
        if (step === 2) throw new Error('enough');
      },
    };
    await expect(train({ callbacks: [slow, noting(calls)] })).rejects.toThrow('enough');
    expect(calls.slice(2)).toEqual([
      'step 1 of 6',
      'slow 1',
      'done 1 1',
      'step 2 of 6',
      'slow 2',
      'end undefined',
    ]);
  });

  it('all hear that training ends, whatever one of them throws then', async () => {
    const calls: string[] = [];
    const failing: TrainCallback = { onTrainEnd: () => Promise.reject(new Error('late')) };
    await expect(train({ callbacks: [failing, noting(calls)] })).rejects.toThrow('late');
    expect(calls.at(-1)).toBe('end completed');
  });

  it('can stop training, which a later call takes for its end', async () => {
    const store = new Map<string, Uint8Array>();
    const stop: TrainCallback = {
      onStepEnd: ({ step }, run) => {
        if (step === 6) run.stop();
      },
    };
    const options = { epochs: 3, checkpoints: { store } };
    expect(await train({ ...options, callbacks: [stop] })).toMatchObject({ stopped: 'callback', steps: 6 });
    expect(await train(options)).toMatchObject({ stopped: 'callback', steps: 6, startStep: 6 });
  });
});

describe('callbacks of tfjs', () => {
  it('stop training as EarlyStopping does in tfjs’s own fit', async () => {
    const stopping = new tfl.EarlyStopping({ monitor: 'val_loss', minDelta: 10, patience: 1 });
    const { stopped, history } = await train({ epochs: 9, callbacks: [stopping] });
    expect({ stopped, epochs: history.length }).toEqual({ stopped: 'callback', epochs: 2 });
  });

  it('are called with epochs and batches from 0 and with tfjs’s names', async () => {
    const calls: unknown[] = [];
    const custom = new tfl.CustomCallback({
      onTrainBegin: () => void calls.push('begin'),
      onEpochBegin: (epoch) => void calls.push(`epoch ${epoch}`),
      onBatchBegin: (batch, logs) => void calls.push(['batch', batch, logs?.['size']]),
      onBatchEnd: (batch, logs) => void calls.push(['done', batch, typeof logs?.['loss']]),
      onEpochEnd: (epoch, logs) => void calls.push([epoch, logs?.['loss'], logs?.['val_loss']]),
      onTrainEnd: () => void calls.push('end'),
    });
    const { history } = await train({ epochs: 1, callbacks: [custom] });
    const batch = (i: number, size: number) => [
      ['batch', i, size],
      ['done', i, 'number'],
    ];
    const { loss, validLoss } = history[0]!;
    expect(calls).toEqual([
      ...['begin', 'epoch 0'],
      ...[0, 1, 2].flatMap((i) => batch(i, 6)),
      ...batch(3, 4),
      ...[[0, loss, validLoss], 'end'],
    ]);
  });
});
