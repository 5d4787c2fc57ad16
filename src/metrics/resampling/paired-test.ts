/** Whether one model is better than another, or was luckier with the samples. */
import { Random } from '../../random';
import { checkPositiveInteger, checkSamples, type Labels, type Scores } from '../../scores/checks';
import {
  bootstrapRows,
  checkResampleOptions,
  type BootstrapInterval,
  type ResampleOptions,
} from './bootstrap-rows';
import { inTurns } from './in-turns';
import { metricOverRows, type Metric } from './metric-rows';

/** Options of `pairedTest`. */
export interface PairedTestOptions extends ResampleOptions {
  /** How many classes a row has. */
  numClasses: number;
  /**
   * How often the models' rows are swapped at random. Where all ways of swapping are no more than these, each is taken
   * once.
   * @default 999
   */
  permutations?: number;
}

/** How two models compare on the same samples. */
export interface PairedTest {
  /** The metric of each model. */
  estimateA: number;
  /** The metric of the second model. */
  estimateB: number;
  /** That of A minus that of B, with its bootstrap interval. */
  difference: BootstrapInterval;
  /**
   * How often a difference at least as large would come about, in either direction, if it made no difference which
   * model a row of scores is from.
   */
  pValue: number;
  /** How many ways of swapping were tried. */
  permutations: number;
  /** Whether these were all. */
  exact: boolean;
}

/**
 * Compares two models on the same samples by any metric. The null hypothesis is that they are as good as each other, so
 * that swapping their scores of a sample changes nothing. The p-value is the share of random swaps whose difference is
 * at least as large as the one found, in absolute value: (1 + found) / (1 + permutations), or found / 2^samples where
 * there are so few samples that all ways are tried. The interval of the difference is `bootstrapInterval`'s, samples
 * being drawn with the scores of both models.
 *
 * The metric is computed 2 · permutations + 2 · (resamples + jackknife) times.
 *
 * @param labels - 0 or 1, row-major `[samples, numClasses]`, of at least one sample
 * @param scoresA - as many, of one model
 * @param scoresB - as many, of the other, on the same scale if the metric compares scores with those of other samples
 * @param metric - as for `bootstrapInterval`
 * @throws as `bootstrapInterval`, and a RangeError unless `permutations` is a positive integer.
 * @see Good, Permutation, parametric and bootstrap tests of hypotheses, 2005; `permutation_test` of SciPy with
 * `permutation_type='samples'`
 * @example
 * const metric: Metric = (labels, scores) => subsetAccuracy(countConfusion(labels, scores, { numClasses: 1 }));
 * const { difference, pValue } = await pairedTest([1, 1, 1], [0.9, 0.8, 0.7], [0.1, 0.2, 0.3], metric, { numClasses: 1 });
 * difference.estimate; // 1
 * pValue; // 2 / 8 = 0.25: all swapped or none
 */
export async function pairedTest(
  labels: Labels,
  scoresA: Scores,
  scoresB: Scores,
  metric: Metric,
  options: PairedTestOptions,
): Promise<PairedTest> {
  const { numClasses, permutations = 999, seed = 0 } = options;
  checkResampleOptions(options);
  checkPositiveInteger('permutations', permutations);
  const samples = checkSamples(labels, scoresA, numClasses);
  checkSamples(labels, scoresB, numClasses);
  if (samples === 0) throw new RangeError('labels and scores must hold at least one sample. Received none');

  // The rows of A and then those of B, so that a choice of rows says whose scores a sample has.
  const both = metricOverRows(joinLabels(labels), joinScores(scoresA, scoresB), numClasses, metric);
  const ofA = (rows: Int32Array) => both(rows);
  const ofB = (rows: Int32Array) => both(rows.map((row) => row + samples));
  const all = Int32Array.from({ length: samples }, (_, row) => row);
  const [estimateA, estimateB] = [ofA(all), ofB(all)];
  const difference = await bootstrapRows((rows) => ofA(rows) - ofB(rows), samples, options);

  const exact = 2 ** samples <= permutations;
  const tries = exact ? 2 ** samples : permutations;
  const random = new Random(seed, 'permutation');
  // Sums in another order may differ in the last digits.
  const least = Math.abs(difference.estimate) * (1 - 100 * Number.EPSILON);
  const [first, second] = [new Int32Array(samples), new Int32Array(samples)];
  let found = 0;
  await inTurns(
    'permutation',
    tries,
    (step) => {
      for (let row = 0; row < samples; row++) {
        const swapped = exact ? Math.floor(step / 2 ** row) % 2 === 1 : random.bool();
        first[row] = swapped ? row + samples : row;
        second[row] = swapped ? row : row + samples;
      }
      if (Math.abs(both(first) - both(second)) >= least) found++;
    },
    options,
  );
  return {
    estimateA,
    estimateB,
    difference,
    pValue: exact ? found / tries : (1 + found) / (1 + tries),
    permutations: tries,
    exact,
  };
}

function joinLabels(labels: Labels): Uint8Array {
  const joined = new Uint8Array(2 * labels.length);
  joined.set(labels);
  joined.set(labels, labels.length);
  return joined;
}

/** Float32 where both are, else doubles, which hold either. */
function joinScores(a: Scores, b: Scores): Float32Array | Float64Array {
  const isSingle = a instanceof Float32Array && b instanceof Float32Array;
  const joined = isSingle ? new Float32Array(2 * a.length) : new Float64Array(2 * a.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
