/** Files cut short or with changed bytes: each is read or ends in an HpaError, and a model is either filled or as before. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isHpaError, loadWeights, Random, readTfjsWeights, readWeights, type WeightFile } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { beforeAll, expect, test } from 'vitest';
import { fillByFormula, namedWeights } from '../formula';
import { golden, network } from './files';
import { makeSafetensors } from './safetensors-bytes';

const ROUNDS = 120;
const MAX_SECONDS = 1;

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

const FILES: Record<string, () => Uint8Array> = {
  'legacy .h5': () => golden('2.12.0/nested.h5'),
  'split .h5': () => golden('3.15.1/split-names.h5'),
  '.weights.h5': () => golden('3.15.1/nested.weights.h5'),
  '.keras': () => golden('2.21.0/flat.keras'),
  safetensors: () => kerasNamed(),
};

/** The network's weights as safetensors with Keras's names. */
function kerasNamed(): Uint8Array {
  const model = network();
  fillByFormula(model);
  const tensors = namedWeights(model).map(({ key, variable }) => {
    const values = variable.dataSync() as Float32Array;
    return [key, { shape: variable.shape, values }] as const;
  });
  const bytes = makeSafetensors(Object.fromEntries(tensors));
  model.dispose();
  return bytes;
}

/** One byte, one bit, or eight bytes at once, as sizes and addresses have them. */
function damage(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  // Structure is dense at the beginning and the end.
  const at = random.bool() ? random.int(copy.length) : random.int(Math.min(4096, copy.length));
  const kind = random.int(3);
  if (kind === 0) copy[at]! ^= 1 << random.int(8);
  else if (kind === 1) copy[at] = random.int(256);
  else {
    const word = [0n, 1n, 255n, 2n ** 16n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 63n, 2n ** 64n - 1n][
      random.int(8)
    ]!;
    const value = random.bool() ? word : BigInt(random.int(copy.length));
    new DataView(copy.buffer).setBigUint64(Math.min(at - (at % 8), copy.length - 8), value, true);
  }
  return copy;
}

async function outcomeOf(work: () => Promise<unknown>): Promise<string> {
  const cpu = process.cpuUsage();
  let outcome = 'read';
  try {
    await work();
  } catch (error) {
    if (!isHpaError(error)) throw error;
    expect(error.code).toMatch(/^weights-/);
    expect(error.file).toBe('damaged');
    outcome = error.code;
  }
  const { user, system } = process.cpuUsage(cpu);
  expect((user + system) / 1e6).toBeLessThan(MAX_SECONDS);
  return outcome;
}

const valuesOf = (model: LayersModel) =>
  namedWeights(model).map(({ variable }) => variable.dataSync().slice());

test.each(Object.keys(FILES))('%s with changed bytes', async (name) => {
  const bytes = FILES[name]!();
  const random = new Random(7, name);
  const model = network();
  const [initial, before] = [model.getWeights().map((weight) => tf.clone(weight)), valuesOf(model)];
  const outcomes = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const damaged = damage(bytes, random);
    const outcome = await outcomeOf(async () => {
      const { loaded } = await loadWeights(model, await readWeights(damaged, { file: 'damaged' }));
      expect(loaded).toHaveLength(27);
    });
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (outcome === 'read') model.setWeights(initial);
    else expect(valuesOf(model)).toEqual(before);
  }
  // Of both some, or nothing was tested.
  expect(outcomes.get('read')).toBeGreaterThan(0);
  expect(outcomes.get('weights-invalid')).toBeGreaterThan(0);
  tf.dispose(initial);
  model.dispose();
});

test.each(Object.keys(FILES))('%s cut short', async (name) => {
  const bytes = FILES[name]!();
  // All lengths near both ends, and some between.
  const lengths = Array.from({ length: bytes.length }, (_, i) => i).filter(
    (length) => length < 600 || length > bytes.length - 300 || length % 97 === 0,
  );
  for (const length of lengths)
    expect(
      await outcomeOf(async () => {
        const { entries } = await readWeights(bytes.subarray(0, length), { file: 'damaged' });
        for (const { read } of entries) await read();
      }),
      `${length} bytes`,
    ).not.toBe('read');
});

test('model.json and its shard with changed bytes', async () => {
  const spec = { name: 'conv/kernel', shape: [4, 4], dtype: 'float32' };
  const json = JSON.stringify({
    weightsManifest: [{ paths: ['a'], weights: [spec, { ...spec, name: 'conv/bias', shape: [4] }] }],
  });
  const shards = new Map([['a', new Uint8Array(80)]]);
  const random = new Random(8);
  const text = new TextEncoder().encode(json);
  for (let round = 0; round < ROUNDS; round++) {
    const damaged = text.slice();
    damaged[random.int(damaged.length)] = random.int(256);
    const read = async (file: Promise<WeightFile>) => {
      for (const { read: values } of (await file).entries) await values();
    };
    try {
      await read(readTfjsWeights(damaged, shards, { file: 'damaged' }));
    } catch (error) {
      expect(isHpaError(error)).toBe(true);
    }
  }
});
