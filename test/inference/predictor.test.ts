import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyCalibration,
  applyThresholds,
  buildModel,
  createPredictor,
  encodePng,
  fitCalibration,
  HpaDataset,
  mixedSource,
  Predictor,
  predictDataset,
  syntheticCells,
  type CellImage,
  type SampleInput,
} from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { memorySource } from '../data/memory-source';
import { eachEngine } from '../engines';
import { failure } from '../failure';
import { takeChannel } from '../../src/image/take-channel';
import { flat, meanScorer } from './mean-scorer';

const CHANNELS = ['red', 'green', 'blue', 'yellow'];
const classes = ['nucleus', 'cytosol', 'membrane'];

async function smallModel(size = 16, channels = 4): Promise<LayersModel> {
  return buildModel('smallCnn', {
    inputShape: [size, size, channels],
    numClasses: 3,
    filters: [3],
    kernelSize: 3,
    poolSizes: [2],
    neurons: 5,
    seed: 3,
  });
}

describe('a predictor of a tfjs model', () => {
  eachEngine(() => {
    it('gives the scores that predictDataset gives, to the bit, and leaves no tensor', async () => {
      const model = await smallModel();
      const source = syntheticCells({ count: 7, size: 32, seed: 2 });
      const normalization = { mean: [0.1, 0.2, 0.1, 0.05], std: 0.3 };
      const dataset = new HpaDataset(
        { ...source, classes, labels: new Uint8Array(21) },
        {
          imageSize: 16,
          normalization,
        },
      );
      const { scores } = await predictDataset(model, dataset, { batchSize: 4 });
      const predictor = createPredictor({ model, classes, preprocessing: { normalization } });
      const images = await Promise.all(source.ids.map((_, i) => source.load(i)));
      const before = tf.memory().numTensors;
      const predictions = await predictor.predict(images, { batchSize: 4, ids: source.ids });
      expect(tf.memory().numTensors).toBe(before);
      expect(predictions.map(({ id }) => id)).toEqual(source.ids);
      expect(predictions.flatMap(({ probabilities }) => Object.values(probabilities))).toEqual(
        Array.from(scores),
      );
      expect(Object.keys(predictions[0]!.probabilities)).toEqual(classes);
      await predictor.dispose();
    });
  });

  it('mixes channels as a mixed source does', async () => {
    await useEngine({ engine: 'wasm' });
    const model = await smallModel(32, 3);
    const mixture = [
      [0.5, 0, 0, 0.5],
      [0, 0.5, 0, 0.5],
      [0, 0, 1, 0],
    ];
    const source = { ...syntheticCells({ count: 3, size: 32, seed: 2 }), classes, labels: new Uint8Array(9) };
    const dataset = new HpaDataset(mixedSource(source, { mixture, channels: ['r', 'g', 'b'] }));
    const { scores } = await predictDataset(model, dataset);
    const predictor = createPredictor({ model, classes, preprocessing: { mixture } });
    const images = await Promise.all(source.ids.map((_, i) => source.load(i)));
    expect(await predictor.probabilities(images)).toEqual(scores);
    await predictor.dispose();
  });

  it('hands out its tfjs model, and has none of another kind', async () => {
    await useEngine({ engine: 'wasm' });
    const model = await smallModel();
    expect(createPredictor({ model, classes }).model).toBe(model);
    expect(new Predictor([meanScorer(2, 4)], { classes: CHANNELS }).model).toBeUndefined();
    model.dispose();
  });

  it('refuses a model that takes or gives something else', async () => {
    await useEngine({ engine: 'wasm' });
    const model = await smallModel();
    expect(() => createPredictor({ model })).toThrow(
      'classes must be 3, one for each score of the model. Received 28',
    );
    expect(() => createPredictor({ model, classes, preprocessing: { channels: ['a', 'b'] } })).toThrow(
      'preprocessing must give the 4 channels that the model takes. It gives 2: a, b.',
    );
    expect(() => createPredictor({ model, classes, preprocessing: { mixture: [[1, 0, 0, 0]] } })).toThrow(
      'Its mixture gives 1.',
    );
    expect(() => createPredictor({ model: [], classes })).toThrow('at least one model');
    expect(() => createPredictor({ model: [model, meanScorer(16, 3)], classes })).toThrow(
      'must take images of one shape. Received 16×16×4 and 16×16×3',
    );
    model.dispose();
  });
});

describe('the input of predict', () => {
  let dir: string;
  let predictor: Predictor;
  let image: CellImage;
  let files: Record<string, Uint8Array>;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hpa-kit-predict-'));
    predictor = new Predictor([meanScorer(8, 4)], { classes: CHANNELS });
    image = await memorySource(3).load(1);
    files = {};
    for (const [i, channel] of CHANNELS.entries()) {
      files[channel] = await encodePng(takeChannel(image, i));
      await writeFile(join(dir, `s_${channel}.png`), files[channel]);
    }
    await writeFile(join(dir, 'all.png'), await encodePng(image));
  });
  afterAll(() => rm(dir, { recursive: true }));

  const perChannel = <T>(make: (channel: string) => T) =>
    Object.fromEntries(CHANNELS.map((channel) => [channel, make(channel)]));

  it('may be pixels, paths, URLs, bytes, buffers, blobs, files, or one file with all channels', async () => {
    const expected = await predictor.predict(image, { id: 's' });
    const path = (channel: string) => join(dir, `s_${channel}.png`);
    const inputs: SampleInput[] = [
      perChannel(path),
      perChannel((channel) => pathToFileURL(path(channel))),
      perChannel((channel) => files[channel]!),
      perChannel((channel) => files[channel]!.slice().buffer),
      perChannel((channel) => new Blob([files[channel]! as Uint8Array<ArrayBuffer>])),
      perChannel((channel) => new File([files[channel]! as Uint8Array<ArrayBuffer>], `${channel}.png`)),
      {
        red: path('red'),
        green: files.green!,
        blue: new Blob([files.blue! as BlobPart]),
        yellow: path('yellow'),
      },
      join(dir, 'all.png'),
    ];
    for (const input of inputs) expect(await predictor.predict(input, { id: 's' })).toEqual(expected);
    const many = await predictor.predict(inputs);
    expect(many.map(({ id }) => id)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    for (const { probabilities } of many) expect(probabilities).toEqual(expected.probabilities);
  });

  it('leaves the bytes that it is given as they are', async () => {
    const bytes = perChannel((channel) => files[channel]!.slice());
    await predictor.predict(bytes);
    expect(bytes).toEqual(files);
  });

  it('is refused with the sample, the channel and the file', async () => {
    const { red, green, blue } = files;
    expect(
      await failure(predictor.predict({ red: red!, green: green!, blue: blue! }, { id: 'a' })),
    ).toMatchObject({
      code: 'file-missing',
      sample: 'a',
      channel: 'yellow',
    });
    const absent = { ...files, blue: join(dir, 'nowhere.png') };
    expect(await failure(predictor.predict(absent, { id: 'b' }))).toMatchObject({
      code: 'file-missing',
      sample: 'b',
      channel: 'blue',
      file: join(dir, 'nowhere.png'),
    });
    const cut = new File([files.green!.slice(0, 60)], 'cut.png');
    expect(
      await failure(predictor.predict([image, { ...files, green: cut }], { ids: ['c', 'd'] })),
    ).toMatchObject({
      code: 'png-truncated',
      sample: 'd',
      channel: 'green',
      file: 'cut.png',
    });
    expect(await failure(predictor.predict(flat(8, 1), { id: 'e' }))).toMatchObject({
      code: 'image-shape',
      sample: 'e',
    });
    expect(
      await failure(predictor.predict({ ...files, red: join(dir, 's_red.png') }, { maxFileBytes: 20 })),
    ).toMatchObject({
      code: 'file-too-large',
      channel: 'red',
    });
    await expect(predictor.predict({ ...files, nir: red! })).rejects.toThrow(TypeError);
    await expect(predictor.predict(null as never)).rejects.toThrow('A sample must be an image');
    await expect(predictor.predict([image], { ids: ['a', 'b'] })).rejects.toThrow('ids must be 1');
  });

  it('prepares the image that the network sees', async () => {
    const other = new Predictor([meanScorer(4, 2)], {
      classes: ['a', 'b'],
      preprocessing: {
        mixture: [
          [1, 0, 0, 0],
          [0, 0, 0.5, 0.5],
        ],
      },
    });
    const prepared = await other.prepare(files);
    expect(prepared).toMatchObject({ width: 4, height: 4, channels: 2 });
    expect(await other.prepare(image)).toEqual(prepared);
  });
});

describe('what predict says', () => {
  const image: CellImage = { width: 1, height: 1, channels: 4, data: Uint8Array.of(51, 153, 204, 102) };
  const logits = Float32Array.of(0.1, 0.9, 0.4, 0.6, 0.2, 0.8, 0.7, 0.3);
  const labels = Uint8Array.of(0, 1, 0, 1, 1, 0, 1, 0);

  it('are the classes at or above their thresholds, the most probable first', async () => {
    const predictor = new Predictor([meanScorer(1, 4)], {
      classes: CHANNELS,
      thresholds: [0.2, 0.6, 0.9, 0.3],
    });
    const { labels: names, probabilities } = await predictor.predict(image);
    expect(names).toEqual(['green', 'yellow', 'red']);
    expect(Object.entries(probabilities)).toEqual([
      ['red', Math.fround(0.2)],
      ['green', Math.fround(0.6)],
      ['blue', Math.fround(0.8)],
      ['yellow', Math.fround(0.4)],
    ]);
  });

  it('follows thresholds of calibrated probabilities and the rule', async () => {
    const calibration = fitCalibration(labels, logits, {
      numClasses: 4,
      method: 'temperature',
      from: 'probabilities',
    });
    const thresholds = [0.99, 0.98, 0.97, 0.999];
    const rule = { atLeastOne: true, atMost: 2 };
    const predictor = new Predictor([meanScorer(1, 4)], { classes: CHANNELS, calibration, thresholds, rule });
    const calibrated = applyCalibration(Float32Array.of(0.2, 0.6, 0.8, 0.4), calibration);
    const hot = applyThresholds(calibrated, thresholds, { numClasses: 4, ...rule });
    const prediction = await predictor.predict(image);
    expect(Object.values(prediction.probabilities)).toEqual(Array.from(calibrated));
    expect(prediction.labels).toEqual(CHANNELS.filter((_, k) => hot[k]));
    expect(prediction.labels).toHaveLength(1);
  });

  it('turns logits into probabilities', async () => {
    const predictor = new Predictor([meanScorer(1, 4)], { classes: CHANNELS, outputs: 'logits' });
    const { probabilities } = await predictor.predict(image);
    expect(probabilities.green).toBeCloseTo(1 / (1 + Math.exp(-0.6)), 6);
    const calibration = fitCalibration(labels, logits, {
      numClasses: 4,
      method: 'temperature',
      from: 'logits',
    });
    expect(() => new Predictor([meanScorer(1, 4)], { classes: CHANNELS, calibration })).toThrow(TypeError);
  });

  it('blends several networks by their weights', async () => {
    const [first, second] = [
      meanScorer(1, 4),
      { ...meanScorer(1, 4), score: () => Promise.resolve(logits.slice(0, 4)) },
    ];
    const predictor = new Predictor([first, second], { classes: CHANNELS, weights: [3, 1] });
    expect(Array.from(predictor.weights)).toEqual([0.75, 0.25]);
    const { probabilities } = await predictor.predict(image);
    expect(probabilities.green).toBeCloseTo(0.75 * 0.6 + 0.25 * 0.9, 6);
    expect(predictor.engine).toBe('means');
  });

  it('names the sample for which the network gives no number', async () => {
    const broken = {
      ...meanScorer(1, 4),
      score: () => Promise.resolve(Float32Array.of(0, 0, 0, 0, 0, NaN, 0, 0)),
    };
    const predictor = new Predictor([broken], { classes: CHANNELS });
    const error = await failure(predictor.predict([image, image], { ids: ['a', 'b'] }));
    expect(error).toMatchObject({ code: 'score-invalid', sample: 'b' });
    expect(error.message).toContain('NaN for class green');
  });
});
