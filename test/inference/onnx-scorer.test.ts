import {
  input,
  layers,
  model as makeModel,
  type LayersModel,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildModel, Random, type CellImage } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layersModelScorer } from '../../src/inference/layers-model-scorer';
import { exportOnnx } from '../../src/onnx/export-onnx';
import { onnxScorer, type OnnxRuntime } from '../../src/inference/onnx-scorer';
import { largestDifference, ortNode, ortWeb, stir } from '../onnx/sessions';

const NORMALIZATION = { mean: [0.1, 0.2, 0.3, 0.4], std: [0.5, 0.6, 0.7, 0.8] };

let model: LayersModel;
let bytes: Uint8Array;

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
  model = await stir(await buildModel('smallCnn', { inputShape: [32, 28, 4], numClasses: 5, seed: 1 }));
  bytes = await exportOnnx(model);
});

afterAll(() => {
  model.dispose();
});

function image(seed: number, [height, width]: readonly [number, number] = [32, 28]): CellImage {
  const random = new Random(seed);
  const data = Uint8Array.from({ length: height * width * 4 }, () => seed * 60 * random.next());
  return { width, height, channels: 4, data };
}

describe.skipIf(!ortNode)('onnxruntime-node', () => {
  scoresAsTfjs(ortNode!, 'onnxruntime cpu');
});

describe('onnxruntime-web', () => {
  scoresAsTfjs(ortWeb, 'onnxruntime wasm');
});

function scoresAsTfjs(runtime: OnnxRuntime, engine: string): void {
  test('scores images as tfjs does, normalised on the way', async () => {
    const scorer = await onnxScorer(runtime, bytes, { threads: 1 });
    expect(scorer).toMatchObject({ inputShape: [32, 28, 4], numClasses: 5, engine });
    const images = [image(1), image(2), image(3)];
    const scores = await scorer.score(images, NORMALIZATION);
    const expected = await layersModelScorer(model).score(images, NORMALIZATION);
    expect(largestDifference(scores, expected)).toBeLessThan(1e-5);
    expect(largestDifference(scores, await scorer.score(images, {}))).toBeGreaterThan(1e-2);
    const alone = await scorer.score([images[1]!], NORMALIZATION);
    expect(largestDifference(alone, expected.slice(5, 10))).toBeLessThan(1e-5);
    const together = await Promise.all(images.map((each) => scorer.score([each], NORMALIZATION)));
    together.forEach((own, i) => {
      expect(largestDifference(own, expected.slice(5 * i, 5 * i + 5))).toBeLessThan(1e-5);
    });
    await scorer.dispose();
  });

  test('refuses bytes that are no model', async () => {
    await expect(onnxScorer(runtime, Uint8Array.of(1, 2, 3))).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringMatching(/^onnxruntime can't open the model: /) as string,
    });
  });

  test('refuses models of other inputs and outputs, saying what they have', async () => {
    const vector = input({ shape: [3] });
    const other = makeModel({
      inputs: vector,
      outputs: layers.dense({ units: 2 }).apply(vector) as SymbolicTensor,
    });
    await expect(onnxScorer(runtime, await exportOnnx(other))).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringMatching(
        /one float32 input \[batch, height, width, channels\].*images: float32 \[batch, 3\] and scores: float32 \[batch, 2\]$/,
      ) as string,
    });
    other.dispose();
  });
}

test.skipIf(!ortNode)('opens a path, which errors name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hpa-kit-onnx-'));
  try {
    const file = join(folder, 'model.onnx');
    await expect(onnxScorer(ortNode!, file)).rejects.toMatchObject({ code: 'model-invalid', file });
    await writeFile(file, bytes);
    const scorer = await onnxScorer(ortNode!, file, { executionProviders: ['cpu'] });
    const scores = await scorer.score([image(1)], NORMALIZATION);
    expect(scores).toHaveLength(5);
    expect('digest' in scorer).toBe(false);
    await scorer.dispose();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('has a digest that tells models apart', async () => {
  const [one, same, other] = await Promise.all([
    onnxScorer(ortWeb, bytes),
    onnxScorer(ortWeb, bytes.slice()),
    onnxScorer(ortWeb, await exportOnnx(model, { classes: ['a', 'b', 'c', 'd', 'e'] })),
  ]);
  expect(await one.digest!()).toBe(await same.digest!());
  expect(await one.digest!()).not.toBe(await other.digest!());
  for (const scorer of [one, same, other]) await scorer.dispose();
});

test('refuses images and options that can’t be', async () => {
  await expect(onnxScorer(ortWeb, bytes, { threads: 0 })).rejects.toThrow(
    new RangeError('threads must be a positive integer. Received 0'),
  );
  const scorer = await onnxScorer(ortWeb, bytes);
  await expect(scorer.score([image(1), image(2, [28, 32])], {})).rejects.toThrow(
    new RangeError('images must be 28×32×4, as the model takes them. Received 32×28×4'),
  );
  await scorer.dispose();
});
