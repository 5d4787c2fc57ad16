import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { freezeBackbone, HpaDataset, type Progress } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { AveragedWeights } from 'hpa-kit';
import { ema } from 'hpa-kit';
import { renewBatchNorm } from 'hpa-kit';
import { swa } from 'hpa-kit';
import type { WeightAveraging } from 'hpa-kit';
import { eachEngine, relativeError } from '../engines';
import golden from '../golden/keras_optimizers.json';
import { BACKBONE, cells, changedBy, HEAD, network } from '../models/frozen';

const weightsOf = (model: tfl.LayersModel) =>
  model.weights.map((weight) => weight.read().dataSync<'float32'>().slice());

/** A model whose weights are a kernel `[1, 3]` and a bias `[3]`. */
const small = () =>
  tfl.sequential({ layers: [tfl.layers.dense({ name: 'dense', units: 3, inputShape: [1] })] });

function setBias(model: tfl.LayersModel, values: readonly number[]): void {
  const bias = tf.tensor1d([...values]);
  model.weights[1]!.write(bias);
  bias.dispose();
}

const biasOf = (model: tfl.LayersModel) => Array.from(weightsOf(model)[1]!);

/** What the average makes of the bias while it takes the golden values, after each. */
function averagesOf(averaging: WeightAveraging): number[][] {
  const model = small();
  setBias(model, golden.start.bias);
  const averaged = new AveragedWeights(model, averaging);
  const after = golden.gradients.map(({ bias }, i) => {
    setBias(model, bias);
    averaged.endStep();
    averaged.endEpoch(i + 1);
    averaged.swapIn();
    const average = biasOf(model);
    averaged.swapOut();
    expect(biasOf(model)).toEqual(Array.from(Float32Array.from(bias)));
    return average;
  });
  averaged.dispose();
  model.dispose();
  return after;
}

const values = golden.gradients.map(({ bias }) => bias);

/** The mean of each column. */
const mean = (rows: number[][]) =>
  rows[0]!.map((_, k) => rows.reduce((sum, row) => sum + row[k]! / rows.length, 0));

eachEngine(() => {
  describe('AveragedWeights', () => {
    it('ema is TensorFlow’s, with its warm-up', () => {
      const before = tf.memory().numTensors;
      for (const [i, average] of averagesOf(ema({ decay: 0.3 })).entries())
        expect(relativeError(average, golden.averages[i]!), `step ${i}`).toBeLessThan(1e-6);
      expect(tf.memory().numTensors).toBe(before);
    });

    it('ema without warm-up weighs by powers of the decay', () => {
      const after = averagesOf(ema({ decay: 0.5, warmUp: false }));
      const expected = golden.start.bias.map((start, k) =>
        values.reduce((average, row) => 0.5 * average + 0.5 * row[k]!, start),
      );
      expect(relativeError(after.at(-1)!, expected)).toBeLessThan(1e-6);
    });

    it('swa is the mean of the epochs from the first on, and until then the weights', () => {
      const after = averagesOf(swa({ fromEpoch: 3 }));
      expect(after.slice(0, 3)).toEqual(values.slice(0, 3).map((row) => Array.from(Float32Array.from(row))));
      for (let epoch = 4; epoch <= 10; epoch++)
        expect(relativeError(after[epoch - 1]!, mean(values.slice(2, epoch)))).toBeLessThan(1e-6);
      const cyclic = averagesOf(swa({ fromEpoch: 3, everyEpochs: 3 }));
      expect(relativeError(cyclic[9]!, mean([values[2]!, values[5]!, values[8]!]))).toBeLessThan(1e-6);
    });

    it('goes on from a checkpoint to the same bytes', async () => {
      const before = tf.memory().numTensors;
      const [model, copy] = [small(), small()];
      const averaged = new AveragedWeights(model, ema());
      const restored = new AveragedWeights(copy, ema());
      for (const row of values.slice(0, 6)) {
        setBias(model, row);
        averaged.endStep();
      }
      const arrays = await averaged.arrays();
      expect(arrays.map(({ key }) => key)).toEqual(['averaged/dense/kernel', 'averaged/dense/bias']);
      copy.setWeights(model.getWeights());
      restored.restore(averaged.steps, arrays);
      expect(restored.steps).toBe(6);
      for (const row of values.slice(6)) {
        setBias(model, row);
        setBias(copy, row);
        averaged.endStep();
        restored.endStep();
      }
      averaged.swapIn();
      restored.swapIn();
      expect(weightsOf(copy)).toEqual(weightsOf(model));
      const [kernel, bias] = arrays;
      expect(() => {
        restored.restore(1, [{ ...kernel!, shape: [3, 1] }, bias!]);
      }).toThrow('arrays must have "averaged/dense/kernel" of shape 1×3. Received 3×1');
      expect(() => {
        restored.restore(1, [kernel!]);
      }).toThrow('Received none');
      for (const owner of [averaged, restored, model, copy]) owner.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });

    it('leaves a model the average that it has', () => {
      const model = small();
      const averaged = new AveragedWeights(model, ema({ decay: 0, warmUp: false }));
      setBias(model, [1, 2, 3]);
      averaged.endStep();
      setBias(model, [4, 5, 6]);
      averaged.swapIn();
      averaged.dispose();
      expect(biasOf(model)).toEqual([1, 2, 3]);
      model.dispose();
    });
  });

  describe('renewBatchNorm', () => {
    const normalized = (...before: tfl.layers.Layer[]) =>
      tfl.sequential({
        layers: [
          tfl.layers.inputLayer({ inputShape: [8, 8, 2] }),
          ...before,
          tfl.layers.batchNormalization({ momentum: 0.9 }),
        ],
      });

    const momentaOf = (model: tfl.LayersModel) =>
      model.layers.flatMap((layer) => ('momentum' in layer ? [layer.momentum] : []));

    /** Mean and variance of each channel over images. */
    async function statisticsOf(data: HpaDataset, positions: number[]): Promise<[number[], number[]]> {
      for await (const { xs, ys } of data.subset(positions).batches()) {
        const [mean, variance] = [0, 1].map((statistic) => {
          const moments = tf.tidy(() => tf.moments(xs, [0, 1, 2]));
          const values = Array.from([moments.mean, moments.variance][statistic]!.dataSync());
          tf.dispose([moments.mean, moments.variance]);
          return values;
        });
        tf.dispose([xs, ys]);
        return [mean!, variance!];
      }
      throw new Error('no images');
    }

    it('of one batch are that batch’s mean and variance, whatever was there', async () => {
      const data = cells(5);
      const before = tf.memory().numTensors;
      const model = normalized();
      tf.tidy(() => {
        model.weights[2]!.write(tf.tensor1d([NaN, 1e30]));
        model.weights[3]!.write(tf.tensor1d([Infinity, 1e30]));
      });
      const progress: Progress[] = [];
      await renewBatchNorm(model, data, { onProgress: (each) => void progress.push(each) });
      const expected = await statisticsOf(data, [0, 1, 2, 3, 4]);
      for (const [i, statistic] of expected.entries())
        expect(relativeError(weightsOf(model)[2 + i]!, statistic)).toBeLessThan(1e-6);
      expect(progress.at(-1)).toMatchObject({ phase: 'batch-norm', done: 5, total: 5, ended: true });
      expect(momentaOf(model)).toEqual([0.9]);
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });

    it('are of what Dropout leaves', async () => {
      const [model, dropping] = [normalized(), normalized(tfl.layers.dropout({ rate: 0.5, seed: 3 }))];
      await renewBatchNorm(model, cells(5));
      await renewBatchNorm(dropping, cells(5));
      // E[x²] doubles while the mean stays.
      const [mean, variance] = weightsOf(model)
        .slice(2)
        .map((values) => values[0]!);
      const [meanDropped, varianceDropped] = weightsOf(dropping)
        .slice(2)
        .map((values) => values[0]!);
      expect(meanDropped! / mean!).toBeCloseTo(1, 0);
      expect(varianceDropped! / (2 * variance! + mean! ** 2)).toBeCloseTo(1, 0);
      for (const owner of [model, dropping]) owner.dispose();
    });

    it('of several batches are the mean, a short one weighted by its images', async () => {
      const data = cells(5);
      const order: number[][] = [];
      for await (const { xs, ys, positions } of data.batches({ batchSize: 2, order: 'shuffled', seed: 4 })) {
        order.push([...positions]);
        tf.dispose([xs, ys]);
      }
      const parts = await Promise.all(order.map((positions) => statisticsOf(data, positions)));
      const model = normalized();
      await renewBatchNorm(model, data, { batchSize: 2, seed: 4 });
      for (const i of [0, 1] as const) {
        const expected = [0, 1].map((c) =>
          parts.reduce((sum, part, b) => sum + (part[i][c]! * order[b]!.length) / 5, 0),
        );
        expect(relativeError(weightsOf(model)[2 + i]!, expected)).toBeLessThan(1e-6);
      }
      await renewBatchNorm(model, data, { batchSize: 2, seed: 4, maxImages: 2 });
      for (const i of [0, 1] as const)
        expect(relativeError(weightsOf(model)[2 + i]!, parts[0]![i])).toBeLessThan(1e-6);
      model.dispose();
    });
  });
});

describe('renewBatchNorm on cpu', () => {
  beforeAll(async () => {
    await useEngine({ engine: 'cpu' });
  });

  it('changes statistics only, and none of frozen layers', async () => {
    const model = network();
    const names = (layers: string[]) => layers.filter((name) => name.includes('bn'));
    const before = weightsOf(model);
    await renewBatchNorm(model, cells());
    const changed = model.weights.filter(
      (_, i) => !before[i]!.every((v, k) => v === weightsOf(model)[i]![k]),
    );
    expect(changed.map(({ originalName }) => originalName)).toEqual(
      names([...BACKBONE, ...HEAD]).flatMap((name) => [`${name}/moving_mean`, `${name}/moving_variance`]),
    );
    freezeBackbone(model);
    // The others throw where only a part of a layer's weights changes.
    await expect(changedBy(model, () => renewBatchNorm(model, cells(), { batchSize: 3 }))).rejects.toThrow(
      'Of head_bn',
    );
    model.dispose();
  });

  it('leaves a model without batch normalization alone, and reads nothing for it', async () => {
    const model = small();
    const data = new HpaDataset({ ...cells().source, load: () => Promise.reject(new Error('read')) });
    await renewBatchNorm(model, data);
    model.dispose();
  });

  it('gives back statistics and momenta when it fails or is aborted', async () => {
    const model = network();
    const [tensors, before] = [tf.memory().numTensors, weightsOf(model)];
    const momenta = () => model.layers.map((layer) => (layer as unknown as { momentum?: number }).momentum);
    const momentaBefore = momenta();
    const { source } = cells();
    const failing = new HpaDataset({
      ...source,
      load: (index) => (index === 6 ? Promise.reject(new Error('gone')) : source.load(index)),
    });
    await expect(renewBatchNorm(model, failing, { batchSize: 2 })).rejects.toThrow('gone');
    const stop = new AbortController();
    const aborted = renewBatchNorm(model, cells(), {
      batchSize: 2,
      signal: stop.signal,
      onProgress: () => {
        stop.abort();
      },
    });
    await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
    await expect(renewBatchNorm(model, cells(), { maxImages: 0 })).rejects.toThrow(
      'maxImages must be a positive integer. Received 0',
    );
    expect(weightsOf(model)).toEqual(before);
    expect(momenta()).toEqual(momentaBefore);
    expect(tf.memory().numTensors).toBe(tensors);
    model.dispose();
  });

  it('averages refuse options out of range', () => {
    expect(() => ema({ decay: 1 })).toThrow('decay must lie in [0, 1). Received 1');
    expect(() => swa({ fromEpoch: 0 })).toThrow('fromEpoch must be a positive integer. Received 0');
    expect(() => swa({ fromEpoch: 1, everyEpochs: 0.5 })).toThrow('everyEpochs');
  });
});
