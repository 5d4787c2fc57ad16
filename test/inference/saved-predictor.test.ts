import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildModel,
  createPredictor,
  fitCalibration,
  loadPredictor,
  packPredictor,
  syntheticCells,
  type CellImage,
  type Predictor,
} from 'hpa-kit';
import { savePredictor, useEngine } from 'hpa-kit/node';
import { packModel } from '../../src/models/model-files';
import { failure } from '../failure';
import { testServer } from '../http-server';
import { meanScorer } from './mean-scorer';

const server = testServer();
const classes = ['nucleus', '__proto__', 'membrane'];
let predictor: Predictor;
let images: CellImage[];
let expected: string;
let dir: string;
let files: Map<string, Uint8Array>;

const model = (seed: number) =>
  buildModel('smallCnn', {
    inputShape: [32, 32, 3],
    numClasses: 3,
    filters: [3],
    kernelSize: 3,
    poolSizes: [2],
    neurons: 4,
    seed,
  });

beforeAll(async () => {
  await useEngine({ engine: 'wasm' });
  const scores = Float64Array.from({ length: 60 }, (_, i) => ((i * 37) % 60) / 61);
  const labels = Uint8Array.from(scores, (score, i) => Number(score > 0.3 + ((i * 7) % 10) / 20));
  predictor = createPredictor({
    model: [await model(1), await model(2)],
    weights: [0.3, 0.7],
    classes,
    preprocessing: {
      mixture: [
        [0.5, 0, 0, 0.5],
        [0, 0.5, 0, 0.5],
        [0, 0, 1, 0],
      ],
      normalization: { mean: [0.1, 0.2, 1 / 3], std: 0.3 },
    },
    calibration: fitCalibration(labels, scores, { numClasses: 3, method: 'platt', from: 'probabilities' }),
    thresholds: [0.1, 0.7, 1 / 3],
    rule: { atLeastOne: true, atMost: 2 },
    testTime: { views: 'flips', crops: { share: 0.9, places: 'five' }, combine: 'geometricMean' },
  });
  const source = syntheticCells({ count: 3, size: 48, seed: 4 });
  images = await Promise.all([0, 1, 2].map((i) => source.load(i)));
  expected = JSON.stringify(await predictor.predict(images));
  files = await packPredictor(predictor);
  dir = await mkdtemp(join(tmpdir(), 'hpa-kit-predictor-'));
  await savePredictor(predictor, join(dir, 'cells'));
});
afterAll(async () => {
  await predictor.dispose();
  await rm(dir, { recursive: true });
});

async function expectSame(loaded: Predictor): Promise<void> {
  expect(JSON.stringify(await loaded.predict(images))).toBe(expected);
  const { thresholds, weights, preprocessing, calibration, rule, testTime } = predictor;
  expect(loaded).toMatchObject({ classes, thresholds, weights, preprocessing, calibration, rule, testTime });
  await loaded.dispose();
}

/** The files with one of them changed. */
function changed(name: string, change: (text: string) => string): Map<string, Uint8Array> {
  const text = Buffer.from(files.get(name)!).toString('latin1');
  return new Map([...files, [name, new Uint8Array(Buffer.from(change(text), 'latin1'))]]);
}

/** The files with other content in the manifest, whose digest is right. */
async function resigned(
  change: (manifest: Record<string, unknown>) => void,
): Promise<Map<string, Uint8Array>> {
  const { sha256: _, ...content } = JSON.parse(
    Buffer.from(files.get('predictor.json')!).toString(),
  ) as Record<string, unknown>;
  change(content);
  const digest = await crypto.subtle.digest('SHA-256', Buffer.from(JSON.stringify(content)));
  const manifest = JSON.stringify({ ...content, sha256: Buffer.from(digest).toString('hex') });
  return new Map([...files, ['predictor.json', new Uint8Array(Buffer.from(manifest))]]);
}

describe('a saved predictor', () => {
  it('is the same again from a folder, its URL, a server and a map, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    await expectSame(await loadPredictor(join(dir, 'cells')));
    await expectSame(await loadPredictor(pathToFileURL(join(dir, 'cells'))));
    await expectSame(await loadPredictor(files));
    for (const [name, bytes] of files)
      server.routes.set(`/models/cells/${name}`, (response) => response.end(bytes));
    await expectSame(await loadPredictor(`${server.origin}/models/cells`));
    await expectSame(await loadPredictor(new URL(`${server.origin}/models/cells/`)));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('can be saved again from where it was loaded, to the same bytes', async () => {
    const loaded = await loadPredictor(files);
    const again = await packPredictor(loaded);
    expect([...again.keys()]).toEqual([...files.keys()]);
    for (const name of ['weights.bin', 'weights-2.bin'])
      expect(Buffer.from(again.get(name)!).equals(files.get(name)!)).toBe(true);
    await loaded.dispose();
  });

  it('is a folder of files that tfjs reads too, the manifest last', async () => {
    expect([...files.keys()]).toEqual([
      'weights.bin',
      'model.json',
      'weights-2.bin',
      'model-2.json',
      'predictor.json',
    ]);
    expect((await readdir(join(dir, 'cells'))).sort()).toEqual([...files.keys()].sort());
    for (const [name, bytes] of files) server.routes.set(`/${name}`, (response) => response.end(bytes));
    const second = await loadLayersModel(`${server.origin}/model-2.json`);
    expect(second.countParams()).toBeGreaterThan(0);
    second.dispose();
  });

  it('comes from a cache, unless that holds something else', async () => {
    const kept = new Map<string, Uint8Array>();
    const cache = {
      get: (key: string) => Promise.resolve(kept.get(key)),
      set: (key: string, bytes: Uint8Array) => Promise.resolve(void kept.set(key, bytes)),
    };
    for (const [name, bytes] of files) server.routes.set(`/${name}`, (response) => response.end(bytes));
    await expectSame(await loadPredictor(server.origin, { cache }));
    server.asked.length = 0;
    await expectSame(await loadPredictor(server.origin, { cache }));
    expect(server.asked).toEqual(['/predictor.json']);
    for (const bytes of kept.values()) bytes[0]! ^= 1;
    await expectSame(await loadPredictor(server.origin, { cache }));
  });

  it('is refused where a byte of any file differs, wherever it is', async () => {
    for (const [name, bytes] of files) {
      if (name === 'predictor.json') continue;
      for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
        const other = bytes.slice();
        other[at]! ^= 1;
        const error = await failure(loadPredictor(new Map([...files, [name, other]])));
        expect(error).toMatchObject({ code: 'file-checksum', file: name });
      }
      const cut = new Map([...files, [name, bytes.slice(0, -1)]]);
      expect(await failure(loadPredictor(cut))).toMatchObject({ code: 'file-checksum', file: name });
      const lacking = new Map(files);
      lacking.delete(name);
      expect(await failure(loadPredictor(lacking))).toMatchObject({ code: 'file-missing', file: name });
    }
  });

  it('is refused where its manifest was changed', async () => {
    for (const change of [
      (text: string) => text.replace('0.7', '0.6'),
      (text: string) => text.replace('"atMost": 2', '"atMost": 3'),
      (text: string) => text.slice(0, -30),
      () => '',
      () => 'null',
      () => '[]',
      (text: string) => text.replace('hpa-kit/predictor', 'other'),
      (text: string) => text.replace('"version": 1', '"version": 2'),
    ]) {
      const error = await failure(loadPredictor(changed('predictor.json', change)));
      expect(error).toMatchObject({ code: 'predictor-invalid', file: 'predictor.json' });
    }
    const later = await failure(
      loadPredictor(changed('predictor.json', (text) => text.replace('"version": 1', '"version": 2'))),
    );
    expect(later.message).toContain('it has version 2; this hpa-kit reads version 1');
    expect(await failure(loadPredictor(join(dir, 'nowhere')))).toMatchObject({ code: 'file-missing' });
  });

  it('is refused where a stranger made its manifest up, and reads nothing outside of its folder', async () => {
    const asked: string[] = [];
    const tries: ((manifest: Record<string, unknown>) => void)[] = [
      (m) => (m.classes = ['a', 'a', 'b']),
      (m) => (m.classes = ['a', 'b']),
      (m) => (m.models = []),
      (m) => (m.models = {}),
      (m) => (m.models = [null]),
      (m) => (m.models = [{ format: 'pickle', files: [] }]),
      (m) => (m.thresholds = [0.5]),
      (m) => (m.thresholds = ['a', 'b', 'c']),
      (m) => (m.weights = [-1, 2]),
      (m) => (m.preprocessing = { channels: ['red'] }),
      (m) => (m.preprocessing = null),
      (m) => (m.calibration = { format: 'x' }),
      (m) => (m.testTime = { views: 'all' }),
      (m) => (m.rule = { atMost: 0 }),
      (m) => (m.outputs = 'words'),
      ...['../model.json', '/etc/passwd', 'a\\b', 'C:model.json', 'https://x/y', '..', ''].map(
        (name) => (m: Record<string, unknown>) =>
          (m.models = [{ format: 'tfjs', files: [{ name, bytes: 1, sha256: '0'.repeat(64) }] }]),
      ),
    ];
    for (const change of tries) {
      const made = await resigned(change);
      const get = (name: string) => {
        asked.push(name);
        return made.get(name);
      };
      const error = await failure(loadPredictor({ get }));
      expect(error, String(change)).toMatchObject({ code: 'predictor-invalid', file: 'predictor.json' });
    }
    expect(asked.filter((name) => !files.has(name))).toEqual([]);
  });

  it('leaves nothing behind where its network is none of images', async () => {
    const network = sequential({ layers: [layers.dense({ units: 3, inputShape: [4] })] });
    const other = await packModel(network);
    network.dispose();
    const listed = await Promise.all(
      Array.from(other, async ([name, bytes]) => {
        const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
        return { name, bytes: bytes.length, sha256: Buffer.from(digest).toString('hex') };
      }),
    );
    const made = await resigned((m) => {
      m.models = [{ format: 'tfjs', files: listed.reverse() }];
      m.weights = [1];
    });
    const before = tf.memory().numTensors;
    const error = await failure(loadPredictor(new Map([...made, ...other])));
    expect(error.code).toBe('model-invalid');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is bounded in bytes, and stops when told to', async () => {
    expect(await failure(loadPredictor(join(dir, 'cells'), { maxBytes: 3000 }))).toMatchObject({
      code: 'file-too-large',
    });
    const signal = AbortSignal.abort();
    expect(await failure(loadPredictor(join(dir, 'cells'), { signal }))).toMatchObject({ code: 'aborted' });
    for (const [name, bytes] of files) server.routes.set(`/${name}`, (response) => response.end(bytes));
    expect(await failure(loadPredictor(server.origin, { maxBytes: 3000 }))).toMatchObject({
      code: 'file-too-large',
    });
  });

  it('can’t be made of what is no tfjs model, nor hold thresholds that are no numbers', async () => {
    const means = createPredictor({
      model: meanScorer(8, 3),
      classes,
      preprocessing: { channels: ['a', 'b', 'c'] },
    });
    await expect(packPredictor(means)).rejects.toThrow('This one runs on means: copy the files');
    const [{ model: network }] = predictor.scorers as unknown as [{ model: tf.io.ModelArtifacts }];
    const endless = createPredictor({
      model: network as never,
      classes,
      preprocessing: { channels: ['a', 'b', 'c'] },
      thresholds: Infinity,
    });
    await expect(packPredictor(endless)).rejects.toThrow('thresholds must be finite');
  });

  it('is not taken for one when files are damaged on the disk', async () => {
    const copy = join(dir, 'damaged');
    await savePredictor(predictor, copy);
    const weights = await readFile(join(copy, 'weights.bin'));
    weights[5]! ^= 255;
    await writeFile(join(copy, 'weights.bin'), weights);
    expect(await failure(loadPredictor(copy))).toMatchObject({
      code: 'file-checksum',
      file: `${copy}/weights.bin`,
    });
  });
});
