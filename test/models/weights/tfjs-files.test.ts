/** tfjs's own files, whole, in shards and quantised, and files from a disk. */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { freezeBackbone, loadWeights, readTfjsWeights, tfjsShardPaths } from 'hpa-kit';
import { openWeights, saveModel, useEngine } from 'hpa-kit/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure } from '../../failure';
import { fillByFormula } from '../formula';
import { golden, network, valuesOf } from './files';

let folder: string;

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'hpa-kit-weights-'));
});

afterAll(() => rm(folder, { recursive: true }));

const VALUES = Float32Array.from({ length: 12 }, (_, i) => i / 4 - 1);

function manifest(weights: object[], paths = ['a.bin']) {
  return { modelTopology: {}, weightsManifest: [{ paths, weights }] };
}

const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe('readTfjsWeights', () => {
  it('reads weights across shards, wherever these are cut', async () => {
    const specs = [
      { name: 'conv/kernel', shape: [2, 4], dtype: 'float32' },
      { name: 'conv/bias', shape: [4], dtype: 'float32' },
    ];
    const json = manifest(specs, ['a', 'b', 'c']);
    const bytes = bytesOf(VALUES);
    const shards = new Map([
      ['a', bytes.subarray(0, 5)],
      ['b', bytes.subarray(5, 33)],
      ['c', bytes.subarray(33)],
    ]);
    expect(tfjsShardPaths(json)).toEqual(['a', 'b', 'c']);
    const { entries, convention, format } = await readTfjsWeights(json, shards);
    expect([format, convention]).toEqual(['tfjs', 'keras']);
    expect(entries.map(({ key, weight, shape }) => [key, weight, shape])).toEqual([
      ['conv/kernel', 'kernel', [2, 4]],
      ['conv/bias', 'bias', [4]],
    ]);
    expect(await entries[0]!.read()).toEqual(VALUES.slice(0, 8));
    expect(await entries[1]!.read()).toEqual(VALUES.slice(8));
    const text = new TextEncoder().encode(JSON.stringify(json));
    expect((await readTfjsWeights(text, shards)).entries).toHaveLength(2);
  });

  it.each([
    ['uint8', Uint8Array.of(0, 1, 255), [-2, -1.5, 125.5]],
    ['uint16', Uint16Array.of(0, 3, 65535), [-2, -0.5, 32765.5]],
    ['float16', Uint16Array.of(0x3c00, 0xc000, 0x3555), [1, -2, 0.333251953125]],
  ] as const)('decodes weights quantised to %s', async (dtype, stored, expected) => {
    const before = tf.memory().numTensors;
    const quantization = { dtype, min: -2, scale: 0.5 };
    const json = manifest([{ name: 'a/kernel', shape: [3], dtype: 'float32', quantization }]);
    const { entries } = await readTfjsWeights(json, new Map([['a.bin', bytesOf(stored)]]));
    expect([...(await entries[0]!.read())]).toEqual(expected);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('openWeights', () => {
  it('reads what saveModel wrote, of a model with frozen layers too', async () => {
    const donor = network({ head: true });
    fillByFormula(donor);
    freezeBackbone(donor, { exceptLast: 2 });
    await saveModel(donor, join(folder, 'model'));
    const weights = await openWeights(join(folder, 'model', 'model.json'));
    const model = network({ head: true });
    const report = await loadWeights(model, weights);
    expect(report.loaded).toHaveLength(29);
    expect(valuesOf(model)).toEqual(valuesOf(donor));
    donor.dispose();
    model.dispose();
  });

  it('tells formats by their content, whatever the name', async () => {
    const file = join(folder, 'weights.bin');
    for (const [name, format] of [
      ['2.12.0/nested.keras', 'keras'],
      ['3.15.1/flat.h5', 'keras-h5'],
      ['3.15.1/flat.weights.h5', 'keras-weights-h5'],
    ] as const) {
      await writeFile(file, golden(name));
      const weights = await openWeights(file);
      expect([weights.format, weights.file]).toEqual([format, file]);
    }
  });

  it.each(['../secret.bin', '..', '.', '', '/etc/passwd', 'sub/a.bin', 'sub\\a.bin', 'c:a.bin'])(
    'reads no shard out of its folder: %j',
    async (path) => {
      const dir = join(folder, 'inner');
      await mkdir(join(dir, 'sub'), { recursive: true });
      await writeFile(join(folder, 'secret.bin'), new Uint8Array(4));
      await writeFile(join(dir, 'sub', 'a.bin'), new Uint8Array(4));
      const json = manifest([{ name: 'a/kernel', shape: [1], dtype: 'float32' }], [path]);
      await writeFile(join(dir, 'model.json'), JSON.stringify(json));
      const error = await failure(openWeights(join(dir, 'model.json')));
      expect([error.code, error.file]).toEqual(['weights-invalid', join(dir, 'model.json')]);
    },
  );

  it('refuses missing and too large files', async () => {
    expect((await failure(openWeights(join(folder, 'none.h5')))).code).toBe('file-missing');
    await writeFile(join(folder, 'big.h5'), golden('3.15.1/flat.h5'));
    const error = await failure(openWeights(join(folder, 'big.h5'), { maxFileBytes: 1000 }));
    expect(error.code).toBe('file-too-large');
    const aborted = AbortSignal.abort();
    expect((await failure(openWeights(join(folder, 'big.h5'), { signal: aborted }))).code).toBe('aborted');
  });
});
