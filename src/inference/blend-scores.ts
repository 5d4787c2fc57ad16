/** Scores of several models as one, and the shares of the models that suit out-of-fold scores best. */
import { checkSamples, scoreRangeError, type Labels, type Scores } from '../scores/checks';
import { EPSILON } from '../scores/prediction-kind';

/** Options of `blendScores`. */
export interface BlendScoresOptions {
  /** The share of each model; brought to a sum of 1. @default equal ones */
  weights?: readonly number[] | Float64Array | undefined;
}

/**
 * The weighted mean of several models' scores.
 *
 * @param scores - of each model, all in one shape
 * @throws RangeError without models, for arrays of different length and for weights that can't be
 * @example
 * blendScores([Float32Array.of(0.2, 0.8), Float32Array.of(0.6, 0.4)], { weights: [3, 1] }); // [0.3, 0.7]
 */
export function blendScores(scores: readonly Scores[], options: BlendScoresOptions = {}): Float32Array {
  const length = checkModels(scores);
  const weights = checkBlendWeights(options.weights, scores.length);
  const blended = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    let sum = 0;
    for (let model = 0; model < scores.length; model++) sum += weights[model]! * scores[model]![i]!;
    blended[i] = sum;
  }
  return blended;
}

/**
 * Weights with a sum of 1.
 *
 * @throws RangeError without models, and unless the weights are as many, from 0, and not all 0
 */
export function checkBlendWeights(
  weights: readonly number[] | Float64Array | undefined,
  models: number,
): Float64Array {
  if (models === 0) throw new RangeError('models must hold at least one model. Received none');
  if (weights && weights.length !== models)
    throw new RangeError(`weights must be ${models}, one for each model. Received ${weights.length}`);
  const all = weights ? Float64Array.from(weights) : new Float64Array(models).fill(1);
  const sum = all.reduce((total, weight) => total + weight, 0);
  if (!all.every((weight) => weight >= 0) || !(sum > 0 && sum < Infinity))
    throw new RangeError(`weights must be from 0 on, and not all 0. Received ${all.join(', ')}`);
  return all.map((weight) => weight / sum);
}

/** Weights of the members, and what they score. */
export interface EnsembleWeights {
  /** The share of each model, together 1; a model that adds nothing comes near 0. */
  weights: Float64Array;
  /** Mean binary cross-entropy of the blend, in nats a label. */
  logLoss: number;
  /** The same of each model alone. */
  logLossPerModel: Float64Array;
}

/** Options of `fitEnsembleWeights`. */
export interface FitEnsembleWeightsOptions {
  /** How many classes a row has. */
  numClasses: number;
}

const MAX_ROUNDS = 1000;
/** Nats by which the loss may lie above its least value. */
const ENOUGH = 1e-7;
/** A weight of 0 could not grow again. */
const LEAST = 1e-12;

/**
 * The weights with which the blend of several models' probabilities has the least binary cross-entropy: use scores on
 * samples that the models were not trained on, such as out-of-fold scores, or the models that overfit win. The loss is
 * convex in the weights, which are the shares of a mixture; they are found to within 1e-7 nats of the least loss.
 *
 * @param scores - probabilities of each model, row-major `[samples, numClasses]`
 * @param labels - multi-hot, 0 or 1, of the same shape
 * @throws RangeError for arrays that don't fit, HpaError `score-invalid` for what is no probability, `label-invalid`
 * @example
 * const { weights } = fitEnsembleWeights([small.scores, large.scores], labels, { numClasses: 28 });
 * const scores = blendScores([small.scores, large.scores], { weights });
 */
export function fitEnsembleWeights(
  scores: readonly Scores[],
  labels: Labels,
  options: FitEnsembleWeightsOptions,
): EnsembleWeights {
  const { numClasses } = options;
  const length = checkModels(scores);
  if (length === 0) throw new RangeError('scores must hold at least one sample. Received none');
  const models = scores.length;
  for (const each of scores) {
    checkSamples(labels, each, numClasses);
    const wrong = each.findIndex((score) => score < 0 || score > 1);
    if (wrong >= 0) throw scoreRangeError(each[wrong]!, wrong, numClasses, [0, 1]);
  }
  // What each model gives to what is true, of all models beside each other.
  const likelihoods = new Float64Array(length * models);
  for (let i = 0; i < length; i++)
    for (let model = 0; model < models; model++) {
      const score = Math.min(1 - EPSILON, Math.max(EPSILON, scores[model]![i]!));
      likelihoods[i * models + model] = labels[i] === 1 ? score : 1 - score;
    }
  const one = (model: number) => new Float64Array(models).fill(1, model, model + 1);
  const { weights, loss } = minimise(likelihoods, new Float64Array(models).fill(1 / models));
  return {
    weights,
    logLoss: loss,
    logLossPerModel: Float64Array.from(scores, (_, model) => mixtureLoss(likelihoods, one(model)).loss),
  };
}

/**
 * Expectation maximisation with steps that grow while they help (Salakhutdinov and Roweis 2003), until the loss is
 * within `ENOUGH` of its least value: it can't fall by more than the largest growth is above 1 (Lindsay 1983).
 */
function minimise(likelihoods: Float64Array, start: Float64Array): { weights: Float64Array; loss: number } {
  let weights = start;
  let now = mixtureLoss(likelihoods, weights);
  let step = 1;
  for (let round = 0; round < MAX_ROUNDS && Math.max(...now.growth) - 1 > ENOUGH; round++) {
    const grown = weights.map((weight, model) => Math.max(LEAST, weight * now.growth[model]! ** step));
    const sum = grown.reduce((total, weight) => total + weight, 0);
    const next = grown.map((weight) => weight / sum);
    const then = mixtureLoss(likelihoods, next);
    if (then.loss < now.loss) {
      [weights, now] = [next, then];
      step *= 1.5;
    } else if (step > 1) step = 1;
    else break;
  }
  return { weights, loss: now.loss };
}

/** The loss of the weights, and the factor by which a step of expectation maximisation changes each. */
function mixtureLoss(likelihoods: Float64Array, weights: Float64Array) {
  const models = weights.length;
  const count = likelihoods.length / models;
  const growth = new Float64Array(models);
  let loss = 0;
  for (let first = 0; first < likelihoods.length; first += models) {
    let together = 0;
    for (let model = 0; model < models; model++) together += weights[model]! * likelihoods[first + model]!;
    for (let model = 0; model < models; model++) growth[model]! += likelihoods[first + model]! / together;
    loss -= Math.log(together);
  }
  return { loss: loss / count, growth: growth.map((total) => total / count) };
}

/** The length of all. */
function checkModels(scores: readonly Scores[]): number {
  if (scores.length === 0) throw new RangeError('scores must be of at least one model. Received none');
  const [{ length }] = scores as [Scores];
  for (const each of scores)
    if (each.length !== length)
      throw new RangeError(`scores must be as many for each model. Received ${length} and ${each.length}`);
  return length;
}
