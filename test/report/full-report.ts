/** A report with every part, of a run that never was: scores drawn at random, but as uneven among the classes as real ones. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import {
  applyThresholds,
  buildModel,
  classReport,
  countConfusion,
  errorCooccurrence,
  expectedCalibrationErrorPerClass,
  findThresholds,
  HPA_CLASSES,
  multiHotToNames,
  Random,
  reliabilityCurve,
  syntheticCells,
} from 'hpa-kit';
import type { ReportInput, ReportSample } from 'hpa-kit/report';
import { bestAndWorst } from 'hpa-kit';
import { thresholdCurves } from 'hpa-kit';
import { weightHistograms } from 'hpa-kit';
import { versions } from '../../src/versions';

const numClasses = HPA_CLASSES.length;
const samples = 400;

export async function fullReport(): Promise<ReportInput> {
  await tf.setBackend('cpu');
  const random = new Random('full report');
  const gauss = () => Array.from({ length: 12 }, () => random.next()).reduce((a, b) => a + b) - 6;
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const shares = HPA_CLASSES.map((_, k) => (k === 27 ? 0 : 0.35 / (1 + k) + 0.02));
  const labels = Uint8Array.from({ length: samples * numClasses }, (_, i) =>
    Number(random.next() < shares[i % numClasses]!),
  );
  const logits = Float32Array.from(labels, (label, i) => {
    const skill = 1 + ((i % numClasses) % 5);
    return Math.log(shares[i % numClasses]! + 0.005) + label * skill + 1.2 * gauss();
  });
  const scores = logits.map((logit) => sigmoid(2 * logit));
  const calibrated = logits.map((logit) => sigmoid(logit * 1.1 + 0.1));
  const { thresholds } = findThresholds(labels, scores, { numClasses });
  const counts = countConfusion(labels, scores, { numClasses, thresholds });
  const rows = classReport(counts, { classes: HPA_CLASSES, thresholds });
  const ranked = bestAndWorst(labels, scores, { numClasses, count: 6 });
  const predicted = applyThresholds(scores, thresholds, { numClasses, atLeastOne: true });
  const cells = syntheticCells({ count: 12, size: 96, seed: 4 });
  const sampleOf = async (row: number, image: number, loss?: number): Promise<ReportSample> => {
    const own = (values: Uint8Array) => values.slice(row * numClasses, (row + 1) * numClasses);
    return {
      id: `cell-${String(row).padStart(5, '0')}`,
      image: await cells.load(image),
      trueLabels: multiHotToNames(own(labels), HPA_CLASSES),
      predictedLabels: multiHotToNames(own(predicted), HPA_CLASSES),
      scores: HPA_CLASSES.map((label, k) => ({ label, score: scores[row * numClasses + k]! })),
      loss,
    };
  };
  const gallery = (of: { row: number; loss: number }[], from: number) =>
    Promise.all(of.map(({ row, loss }, i) => sampleOf(row, from + i, loss)));

  const [raw, after] = [scores, calibrated].map((probabilities) => {
    const curves = reliabilityCurve(labels, probabilities, { numClasses });
    const [all] = reliabilityCurve(labels, probabilities, { numClasses: 1 });
    const [error] = expectedCalibrationErrorPerClass(labels, probabilities, { numClasses: 1 });
    return {
      curves: [all!, ...curves],
      errors: [error!, ...expectedCalibrationErrorPerClass(labels, probabilities, { numClasses })],
    };
  }) as [Calibrated, Calibrated];

  const model = await buildModel('haltufBaseline', { inputShape: [96, 96, 4], numClasses, seed: 3 });
  const weightsBefore = await weightHistograms(model);
  model.setWeights(
    tf.tidy(() =>
      model
        .getWeights()
        .map((weight) => tf.add(weight, tf.randomNormal(weight.shape, 0, 0.02, 'float32', 5))),
    ),
  );
  const weightsAfter = await weightHistograms(model);
  model.dispose();

  const epochs = Array.from({ length: 24 }, (_, i) => i + 1);
  const steps = Array.from({ length: 24 * 40 }, (_, i) => i);
  const rateAt = (step: number) =>
    step < 80 ? 1e-5 + (1e-3 * step) / 80 : 1e-5 + 5e-4 * (1 + Math.cos((Math.PI * (step - 80)) / 880));
  const rates = Array.from({ length: 100 }, (_, i) => 1e-6 * 10 ** (i / 16));
  const smoothed = rates.map(
    (rate) => 0.7 - 0.4 * sigmoid(3 * Math.log10(rate / 3e-4)) + Math.max(0, rate - 0.1) * 0.3,
  );
  return {
    title: 'haltufBaseline on drawn scores',
    highlights: [
      ['Macro F1, tuned thresholds', 0.512],
      ['Macro F1, threshold 0.5', 0.384],
      ['Macro F1, best constant', 0.081],
    ],
    summary: [
      ['Model', 'haltufBaseline'],
      ['Weights', 194024],
      ['Engine', 'wasm'],
      ['Best epoch', 21],
      ['Training ended', 'after the last epoch'],
    ],
    history: epochs.map((epoch) => ({
      epoch,
      loss: 0.1 + 0.5 * Math.exp(-epoch / 6) + 0.01 * random.next(),
      validLoss: 0.14 + 0.45 * Math.exp(-epoch / 5) + 0.02 * random.next(),
      validMacroF1: 0.4 * (1 - Math.exp(-epoch / 7)),
      validMacroF1Tuned: 0.52 * (1 - Math.exp(-epoch / 6)),
      learningRate: rateAt(epoch * 40 - 1),
      seconds: 31.4,
      imagesPerSecond: 21.7,
    })),
    steps: steps.map((step) => ({
      step,
      learningRate: rateAt(step),
      loss: 0.1 + 0.5 * Math.exp(-step / 240) + 0.08 * random.next(),
    })),
    rangeTest: {
      rates,
      smoothed,
      losses: smoothed.map((loss) => loss + 0.05 * (random.next() - 0.5)),
      suggested: 3.2e-4,
    },
    search: {
      scoreName: 'Macro F1',
      axes: [
        { name: 'Learning rate', scale: 'log' },
        { name: 'Dropout', scale: 'linear' },
        { name: 'Filters', scale: 'linear' },
        { name: 'Loss', scale: 'category' },
        { name: 'Augmentation', scale: 'category' },
      ],
      trials: Array.from({ length: 60 }, (_, t) => {
        const rate = 10 ** (-5 + 4 * random.next());
        const loss = ['bce', 'focal', 'soft F1'][Math.floor(3 * random.next())]!;
        const score = 0.5 - 0.12 * Math.abs(Math.log10(rate / 6e-4)) + 0.04 * random.next();
        return {
          values: [
            rate,
            0.6 * random.next(),
            4 + Math.floor(28 * random.next()),
            loss,
            random.next() < 0.5 ? 'flips' : 'none',
          ],
          score: t % 11 === 3 ? null : score,
        };
      }),
    },
    classes: rows,
    thresholdCurves: thresholdCurves(labels, scores, { numClasses, thresholds, classes: HPA_CLASSES }),
    calibration: ['All classes', ...HPA_CLASSES].slice(0, 4).map((name, i) => ({
      name,
      before: raw.curves[i]!,
      after: after.curves[i]!,
      errorBefore: raw.errors[i]!,
      errorAfter: after.errors[i]!,
    })),
    confusions: {
      classes: HPA_CLASSES,
      errors: errorCooccurrence(labels, scores, { numClasses, thresholds }),
    },
    samples: await Promise.all([0, 1, 2, 3].map((row) => sampleOf(row, row))),
    best: await gallery(ranked.best, 0),
    worst: await gallery(ranked.worst, 6),
    weights: { before: weightsBefore, after: weightsAfter },
    notes: ['F1 is that of the test part, which neither training nor threshold tuning saw.'],
    configuration: {
      model: { name: 'haltufBaseline', inputShape: [96, 96, 4], seed: 3 },
      training: {
        epochs: 24,
        batchSize: 32,
        learningRate: { peak: 1e-3, warmUpSteps: 80 },
        loss: 'focalLoss({ gamma: 2 })',
      },
      thresholds,
    },
    versions: versions(),
  };
}

interface Calibrated {
  curves: ReturnType<typeof reliabilityCurve>;
  errors: number[];
}
