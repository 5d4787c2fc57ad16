import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildModel } from 'hpa-kit';
import { loadModel, saveModel } from 'hpa-kit/node';

let dir: string;
beforeAll(async () => {
  await tf.setBackend('cpu');
  dir = await mkdtemp(join(tmpdir(), 'hpa-kit-model-'));
});
afterAll(() => rm(dir, { recursive: true }));

describe('saveModel and loadModel', () => {
  it('give back the same predictions to the bit, and leave no other file', async () => {
    const model = await buildModel('haltufBaseline', { inputShape: [94, 94, 4], numClasses: 5, seed: 3 });
    await saveModel(model, join(dir, 'model'));
    expect((await readdir(join(dir, 'model'))).sort()).toEqual(['model.json', 'weights.bin']);
    const loaded = await loadModel(join(dir, 'model'));
    const image = tf.randomUniform([1, 94, 94, 4], 0, 1, 'float32', 1);
    const [expected, received] = [model, loaded].map((m) => (m.predict(image) as tf.Tensor).dataSync());
    expect(received).toEqual(expected);
    expect(loaded.countParams()).toBe(model.countParams());
    model.dispose();
    loaded.dispose();
  });

  it('say which file is missing or makes no sense', async () => {
    await expect(loadModel(join(dir, 'nowhere'))).rejects.toMatchObject({
      code: 'file-missing',
      file: join(dir, 'nowhere/model.json'),
    });
    await writeFile(join(dir, 'model', 'weights.bin'), new Uint8Array(12));
    await expect(loadModel(join(dir, 'model'))).rejects.toMatchObject({
      code: 'model-invalid',
      file: join(dir, 'model/model.json'),
    });
  });
});
