/** What both examples do once a model is trained: score the test part, print it, and write `out/`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  applyThresholds,
  bestAndWorst,
  classReport,
  constantBaselineF1,
  countConfusion,
  createPredictor,
  errorCooccurrence,
  expectedCalibrationError,
  macroF1,
  multiHotToNames,
  reliabilityCurve,
  thresholdCurves,
  versions,
  weightHistograms,
  type ClassReportRow,
  type EpochLog,
  type FoundThresholds,
  type HpaDataset,
  type Predictions,
  type StepLog,
  type TrainResult,
  type WeightHistogram,
} from 'hpa-kit';
import { savePredictor, writeSubmission } from 'hpa-kit/node';
import { renderReport, type ReportFact, type ReportInput } from 'hpa-kit/report';

export interface TestScores {
  /** Macro F1 over the classes that the test part holds. */
  atHalf: number;
  tuned: number;
  /** The best that a model could do that gives every image the same labels. */
  constant: number;
  rows: ClassReportRow[];
}

/** Scores predictions of the test part at the flat threshold 0.5 and at the tuned ones. */
export function scoreTest(
  { labels, scores, numClasses }: Predictions,
  thresholds: Float64Array,
  classes: readonly string[],
): TestScores {
  if (!labels) throw new Error('The test part has no labels to score against.');
  const tuned = countConfusion(labels, scores, { numClasses, thresholds });
  return {
    atHalf: macroF1(countConfusion(labels, scores, { numClasses }), {
      classes: 'present',
    }),
    tuned: macroF1(tuned, { classes: 'present' }),
    constant: constantBaselineF1(labels, numClasses, { classes: 'present' }),
    rows: classReport(tuned, { classes, thresholds }),
  };
}

export function printEpoch({ epoch, loss, validLoss, validMacroF1Tuned }: EpochLog): void {
  const figures = [`loss ${loss.toFixed(4)}`];
  if (validLoss !== undefined) figures.push(`validation loss ${validLoss.toFixed(4)}`);
  if (validMacroF1Tuned !== undefined)
    figures.push(`validation F1 ${validMacroF1Tuned.toFixed(3)} with tuned thresholds`);
  console.log(`Epoch ${epoch}: ${figures.join(', ')}`);
}

export function printScores({ atHalf, tuned, constant, rows }: TestScores): void {
  console.log('\nClass                           F1  precision  recall  support  threshold');
  for (const { name, f1, precision, recall, support, threshold } of rows.filter((row) => row.support > 0)) {
    const figures = [
      f1.toFixed(3).padStart(5),
      precision.toFixed(3).padStart(9),
      recall.toFixed(3).padStart(7),
    ];
    console.log(name.padEnd(29), ...figures, String(support).padStart(8), threshold.toFixed(3).padStart(10));
  }
  console.log('\nMacro F1 on the test part, over the classes it holds:');
  console.log(`  best constant prediction  ${constant.toFixed(3)}`);
  console.log(`  flat threshold 0.5        ${atHalf.toFixed(3)}`);
  console.log(`  tuned thresholds          ${tuned.toFixed(3)}`);
}

export interface Results {
  title: string;
  model: LayersModel;
  training: TrainResult;
  found: FoundThresholds;
  test: HpaDataset;
  testPredictions: Predictions;
  scores: TestScores;
  /** The samples of `submission.csv`; the test part unless another folder is predicted. */
  submission: Predictions;
  facts: readonly ReportFact[];
  /** What makes the run again. */
  configuration: object;
  /** Of each step. */
  steps: readonly StepLog[];
  /** The weights before training. */
  weightsBefore: readonly WeightHistogram[];
}

/** Writes `predictor/`, `submission.csv`, `history.json` and `report.html`. */
export async function writeResults(out: string, results: Results): Promise<void> {
  const { title, model, training, found, test, testPredictions, scores, submission, facts } = results;
  const { configuration, steps, weightsBefore } = results;
  const { thresholds } = found;
  const { classes, normalization } = test;
  const rule = { atLeastOne: true };
  const predictor = createPredictor({
    model,
    classes,
    preprocessing: { channels: test.source.channels, normalization },
    thresholds,
    rule,
  });
  await savePredictor(predictor, join(out, 'predictor'));
  await writeFile(join(out, 'history.json'), JSON.stringify(training, null, 2) + '\n');
  const { ids, numClasses } = submission;
  const predictions = applyThresholds(submission.scores, thresholds, { numClasses, ...rule });
  await writeSubmission(join(out, 'submission.csv'), {
    ids,
    predictions,
    numClasses,
  });
  const report = renderReport({
    title,
    highlights: [
      ['Macro F1, tuned thresholds', scores.tuned],
      ['Macro F1, threshold 0.5', scores.atHalf],
      ['Macro F1, best constant', scores.constant],
    ],
    summary: [
      ...facts,
      ['Best epoch', training.bestEpoch],
      ['Training ended', training.stopped],
      ['Seconds of training', Math.round(training.seconds)],
    ],
    history: training.history,
    steps,
    classes: scores.rows,
    ...(await describeTest(test, testPredictions, thresholds)),
    weights: { before: weightsBefore, after: await weightHistograms(model) },
    notes: [
      'F1 is that of the test part, which neither training nor threshold tuning saw, over the classes it holds.',
      'Images show red as red, green as green, blue as blue and yellow as both red and green.',
    ],
    configuration,
    versions: versions(),
  });
  await writeFile(join(out, 'report.html'), report);
}

/** What the report says of the test part: thresholds, calibration, confusions, the best and the worst samples. */
async function describeTest(
  test: HpaDataset,
  predictions: Predictions,
  thresholds: Float64Array,
): Promise<Partial<ReportInput>> {
  const { labels, scores, numClasses } = predictions;
  if (!labels) throw new Error('The test part has no labels to score against.');
  const { classes } = test;
  const { best, worst } = bestAndWorst(labels, scores, { numClasses });
  const all = reliabilityCurve(labels, scores, { numClasses: 1 })[0]!;
  const errorBefore = expectedCalibrationError(labels, scores, {
    numClasses,
    average: 'micro',
  });
  return {
    thresholdCurves: thresholdCurves(labels, scores, {
      numClasses,
      thresholds,
      classes,
    }),
    calibration: [{ name: 'All classes', before: all, errorBefore }],
    confusions: {
      classes,
      errors: errorCooccurrence(labels, scores, { numClasses, thresholds }),
    },
    best: await gallery(best, test, predictions, thresholds),
    worst: await gallery(worst, test, predictions, thresholds),
  };
}

/** Samples of the test part with true and predicted labels. */
async function gallery(
  rows: readonly { row: number; loss: number }[],
  test: HpaDataset,
  predictions: Predictions,
  thresholds: Float64Array,
) {
  const { ids, scores, numClasses } = predictions;
  const { classes } = test;
  const hot = applyThresholds(scores, thresholds, {
    numClasses,
    atLeastOne: true,
  });
  return Promise.all(
    rows.map(async ({ row, loss }) => {
      const id = ids[row]!;
      const position = test.ids.indexOf(id);
      return {
        id,
        image: await test.image(position),
        trueLabels: multiHotToNames(test.labelsAt(position) ?? [], classes),
        predictedLabels: multiHotToNames(hot.slice(row * numClasses, (row + 1) * numClasses), classes),
        scores: classes.map((label, k) => ({
          label,
          score: scores[row * numClasses + k] ?? 0,
        })),
        loss,
      };
    }),
  );
}
