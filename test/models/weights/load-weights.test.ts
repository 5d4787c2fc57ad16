/** What goes where, what is left over, and what is said where a file and a model don't fit. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { buildModel, loadWeights, readWeights, type LoadReport, type WeightFile } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeZip } from '../../data/make-zip';
import { failure } from '../../failure';
import { fillByFormula, formulaWeight, namedWeights } from '../formula';
import { golden, network, valuesOf, type NetworkOptions } from './files';
import { makeSafetensors, type TensorBytes } from './safetensors-bytes';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

/** Loads into a new network, which is gone afterwards. */
async function load(
  weights: WeightFile | Uint8Array,
  options: Parameters<typeof loadWeights>[2] = {},
  sizes: NetworkOptions = {},
): Promise<{ report: LoadReport; values: Record<string, number[]> }> {
  const model = network(sizes);
  try {
    return { report: await loadWeights(model, weights, options), values: valuesOf(model) };
  } finally {
    model.dispose();
  }
}

/** The network's weights by formula, under Keras's names or others. */
function tensors(sizes: NetworkOptions = {}, rename = (key: string) => key): Record<string, TensorBytes> {
  const model = network(sizes);
  fillByFormula(model);
  const all = namedWeights(model).map(({ key, variable }) => {
    const values = (variable.dataSync() as Float32Array).slice();
    return [rename(key), { shape: variable.shape, values }] as const;
  });
  model.dispose();
  return Object.fromEntries(all);
}

const named = (sizes: NetworkOptions = {}, rename?: (key: string) => string) =>
  readWeights(makeSafetensors(tensors(sizes, rename)), { file: 'net' });

const expectedValues = () =>
  Object.fromEntries(Object.entries(tensors()).map(([key, { values }]) => [key, [...values]]));

describe('loadWeights', () => {
  it("finds layers by Keras's names in safetensors too", async () => {
    const file = await named();
    expect(file.convention).toBe('keras');
    const { report, values } = await load(file);
    expect(values).toEqual(expectedValues());
    expect(report.loaded).toHaveLength(27);
  });

  it('takes the names that Keras counts in their order', async () => {
    const later = (key: string) =>
      key.replace(
        /^(conv2d|batch_normalization|separable_conv2d|layer_normalization)(?:_(\d+))?\//,
        (_, kind, n) => {
          // Nine and ten, ninety-nine and a hundred: numbers, not texts.
          return `${kind as string}_${Number(n ?? 0) + (kind === 'conv2d' ? 98 : 9)}/`;
        },
      );
    expect(Object.keys(tensors({}, later))).toContain('conv2d_101/kernel');
    const { values } = await load(await named({}, later));
    expect(values).toEqual(expectedValues());
  });

  it('leaves a head fresh that the file lacks, and takes one that it has', async () => {
    const { report } = await load(await named(), {}, { head: true });
    expect(report.fresh).toEqual(['scores/kernel', 'scores/bias']);
    const { report: whole } = await load(await named({ head: true }), {}, { head: true });
    expect(whole.fresh).toEqual([]);
    expect(whole.loaded).toContain('scores/kernel');
    const { report: without } = await load(
      await named({ head: true }, (key) => key.replace('scores', 'fc1')),
    );
    expect(without.skipped).toEqual(['fc1/kernel', 'fc1/bias']);
  });

  it('refuses what is missing, left over or of another shape, and says which', async () => {
    const complete = tensors();
    const { 'mix_depthwise/bias': _, ...lacking } = complete;
    const missing = await failure(load(makeSafetensors(lacking)));
    expect(missing.code).toBe('weights-mismatch');
    expect(missing.message).toContain('1 in the model only (mix_depthwise/bias 8)');

    const more = { ...complete, 'extra/kernel': { shape: [2], values: new Float32Array(2) } };
    const unused = await failure(
      load(await readWeights(makeSafetensors(more), { file: 'more.safetensors' })),
    );
    expect(unused.message).toContain('1 in the file only (extra/kernel 2)');
    expect(unused.message).toContain('allowPartial');
    expect(unused.file).toBe('more.safetensors');

    const other = await failure(load(await named({ units: 5 })));
    expect(other.message).toContain('last_conv/kernel 1×1×6×6, in the file last_conv/kernel 1×1×6×5');
    const nothing = { 'other/kernel': { shape: [2], values: new Float32Array(2) } };
    const none = await failure(load(makeSafetensors(nothing), { allowPartial: true }));
    expect(none.message).toContain('no weight is in both');
  });

  it('loads a part where that is allowed', async () => {
    const more = { ...tensors({ units: 5 }), 'extra/kernel': { shape: [2], values: new Float32Array(2) } };
    const { report, values } = await load(makeSafetensors(more), { allowPartial: true });
    const last = ['last_conv/kernel', 'last_conv/bias', 'last_bn/gamma', 'last_bn/beta'];
    const all = [...last, 'last_bn/moving_mean', 'last_bn/moving_variance'];
    expect(report.missing).toEqual(all);
    expect(report.unused.toSorted()).toEqual([...all, 'extra/kernel'].toSorted());
    expect(report.loaded).toHaveLength(21);
    expect(values['conv2d/kernel']).toEqual(expectedValues()['conv2d/kernel']);
    expect(values['last_bn/gamma']).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('sets nothing where something fails, and leaks nothing', async () => {
    const broken = tensors();
    broken['last_bn/moving_variance']!.values[3] = NaN;
    const before = tf.memory().numTensors;
    const model = network();
    const values = valuesOf(model);
    const error = await failure(loadWeights(model, makeSafetensors(broken)));
    expect([error.code, error.message.includes('last_bn/moving_variance')]).toEqual([
      'weights-invalid',
      true,
    ]);
    const partly = await failure(loadWeights(model, makeSafetensors(tensors({ units: 5 }))));
    expect(partly.code).toBe('weights-mismatch');
    expect(valuesOf(model)).toEqual(values);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('makes a first kernel for other channels where it is told how', async () => {
    const file = await named();
    const error = await failure(load(file, {}, { channels: 4 }));
    expect(error.message).toContain('inputChannels');
    expect(error.message).not.toContain('allowPartial');
    const { report, values } = await load(file, { inputChannels: { copy: 0 } }, { channels: 4 });
    expect(report.loaded).toHaveLength(27);
    // Of 3×3 positions, the four channels' four outputs each: red's halves for red and yellow.
    const [kernel, original] = [values['conv2d/kernel']!, expectedValues()['conv2d/kernel']!];
    for (let position = 0; position < 9; position++)
      for (let out = 0; out < 4; out++) {
        const of = (channel: number) => kernel[(position * 4 + channel) * 4 + out];
        expect([of(0), of(1), of(2), of(3)]).toEqual([
          original[position * 12 + out]! / 2,
          original[position * 12 + 4 + out],
          original[position * 12 + 8 + out],
          original[position * 12 + out]! / 2,
        ]);
      }
    const inner = await failure(load(await named({ units: 5 }), { inputChannels: 'mean' }));
    expect(inner.code).toBe('weights-mismatch');
  });

  it("matches a network that its file's model has nested, without its user's layers", async () => {
    const file = await readWeights(golden('3.15.1/nested.h5'), { file: 'nested' });
    expect(new Set(file.entries.map(({ layer }) => layer!.container))).toEqual(new Set(['', 'functional']));
    const { report } = await load(file);
    expect(report.skipped.filter((key) => key.startsWith('dense'))).toHaveLength(2);
  });

  it('takes layers of other names in their order, where all shapes agree', async () => {
    const file = await readWeights(golden('2.12.0/flat.h5'));
    let count = 0;
    const names = new Map<object, string>();
    const entries = file.entries.map((entry) => {
      const name = names.get(entry.layer!) ?? `layer${count++}`;
      names.set(entry.layer!, name);
      return { entry, name };
    });
    const layers = new Map([...names].map(([layer, name]) => [layer, { container: '', name }]));
    const renamed = entries.map(({ entry }) => ({ ...entry, layer: layers.get(entry.layer!)! }));
    const { values, report } = await load({ ...file, entries: renamed });
    expect(values).toEqual(expectedValues());
    expect(report.skipped).toContain('predictions/predictions/kernel:0');
    expect((await failure(load({ ...file, entries: renamed, isOrdered: false }))).code).toBe(
      'weights-mismatch',
    );
  });

  it('looks at nothing but names and classes in a config', async () => {
    const code = '4wEAAAAAAAAAAAAAAAMAAADzBAAAAJcAZAF5AA==';
    const evil = { class_name: 'Lambda', config: { name: 'evil', function: [code, null, null] } };
    const own = { class_name: '__proto__', config: { name: 'constructor', get: 1 } };
    const config = { module: 'os', class_name: 'system', config: { layers: [evil, own, null, [], 'text'] } };
    const bytes = makeZip([
      { name: 'config.json', data: new TextEncoder().encode(JSON.stringify(config)) },
      { name: 'model.weights.h5', data: golden('3.15.1/flat.weights.h5') },
    ]);
    const { values } = await load(await readWeights(bytes));
    expect(values).toEqual(expectedValues());
  });

  it('leaves over what belongs to no layer', async () => {
    const file = await named();
    const stray = { key: 'stray', shape: [1], read: () => Promise.resolve(new Float32Array(1)) };
    const { report } = await load({ ...file, entries: [...file.entries, stray] }, { allowPartial: true });
    expect(report.unused).toEqual(['stray']);
  });

  it('writes to none of the file', async () => {
    const bytes = makeSafetensors(tensors());
    const before = bytes.slice();
    await load(bytes, { inputChannels: 'repeat' }, { channels: 4 });
    expect(bytes).toEqual(before);
  });
});

describe('buildModel with weights', () => {
  /** What readWeights makes of a network of the registry. */
  async function fileOf(model: LayersModel): Promise<WeightFile> {
    const all = namedWeights(model).map(({ key, variable }) => {
      return [key, { shape: variable.shape, values: variable.dataSync() as Float32Array }] as const;
    });
    return readWeights(makeSafetensors(Object.fromEntries(all)), { file: 'own' });
  }

  it('starts from them, and disposes of a model that they do not fit', async () => {
    const before = tf.memory().numTensors;
    const donor = await buildModel('haltufBaseline', { inputShape: [96, 96, 4], seed: 1 });
    const file = await fileOf(donor);
    const model = await buildModel('haltufBaseline', { inputShape: [96, 96, 4], weights: file });
    expect(valuesOf(model)).toEqual(valuesOf(donor));
    model.dispose();
    const error = await failure(
      buildModel('haltufBaseline', { inputShape: [96, 96, 4], numClasses: 3, weights: { from: file } }),
    );
    expect(error.message).toContain('scores/kernel 28×3, in the file scores/kernel 28×28');
    expect(error.message).toContain('as many classes');
    donor.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("takes statistics of the image's channels over", async () => {
    const donor = await buildModel('haltufBaseline', { inputShape: [96, 96, 3], seed: 1 });
    const before = namedWeights(donor).find(({ key }) => key === 'image_bn/moving_mean')!;
    before.variable.assign(tf.tensor1d([1, 2, 6]));
    const from = await fileOf(donor);
    const means = async (inputChannels: 'repeat' | 'mean' | { copy: number }) => {
      const model = await buildModel('haltufBaseline', {
        inputShape: [96, 96, 4],
        weights: { from, inputChannels, allowPartial: true },
      });
      const values = valuesOf(model)['image_bn/moving_mean'];
      model.dispose();
      return values;
    };
    expect(await means('repeat')).toEqual([1, 2, 6, 1]);
    expect(await means({ copy: 2 })).toEqual([1, 2, 6, 6]);
    expect(await means('mean')).toEqual([3, 3, 3, 3]);
    donor.dispose();
  });

  it('refuses weights for another convention than the model was built for', async () => {
    const inputShape = [32, 32, 3] as const;
    const keras = await buildModel('resnet18', { inputShape, head: 'none' });
    const torch = await readWeights(
      makeSafetensors({
        'conv1.weight': { shape: [64, 3, 7, 7], values: formulaWeight('a', 64 * 147, 'kernel', 147) },
      }),
    );
    const error = await failure(loadWeights(keras, torch));
    expect([error.code, error.message.includes("convention: 'torch'")]).toEqual(['weights-mismatch', true]);
    keras.dispose();
    const asked = await buildModel('resnet18', { inputShape, head: 'none', convention: 'keras' });
    const { loaded } = await loadWeights(asked, torch, { allowPartial: true });
    expect(loaded).toEqual(['conv1_conv/kernel']);
    asked.dispose();
    const other = network();
    expect((await failure(loadWeights(other, torch))).message).toContain('option architecture');
    const noTorch = await failure(loadWeights(other, torch, { architecture: 'haltufBaseline' }));
    expect(noTorch.code).toBe('weights-unsupported');
    other.dispose();
  });
});
