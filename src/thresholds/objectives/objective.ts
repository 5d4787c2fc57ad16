/** What thresholds are tuned for. */
import type { Confusion } from '../../metrics/counts/confusion';
import { f1Score, fBetaScore } from '../../metrics/counts/f1';
import { precisionScore, recallScore } from '../../metrics/counts/precision-recall';
import { fBetaRatio } from '../best-cut';
import type { ThresholdLimits } from '../cuts';

/**
 * What thresholds are tuned for:
 *
 * - `macroF1`: the mean of the classes' F1, as in the competition
 * - `microF1`: F1 of all classes' counts together
 * - `sampleF1`: the mean of the samples' F1
 * - `{ fBeta }`: the mean of the classes' F-beta; a beta above 1 favours recall
 * - `{ precisionAtRecall }`: in each class the highest precision at which recall is no less than this
 * - `{ recallAtPrecision }`: in each class the highest recall at which precision is no less than this
 */
export type ThresholdObjective =
  | 'macroF1'
  | 'microF1'
  | 'sampleF1'
  | { readonly fBeta: number }
  | { readonly precisionAtRecall: number }
  | { readonly recallAtPrecision: number };

/** An objective in which each class has its own value, and theirs is the mean of them. */
export interface ClassObjective {
  readonly kind: 'classes';
  readonly name: string;
  /** β² of an F-beta. */
  readonly betaSquared?: number;
  /** The value of a cut that predicts `count` samples of a class with `support` positives. */
  readonly classValue: (truePositives: number, count: number, support: number) => number;
  score(counts: Confusion): number;
}

/** An objective in which the classes depend on each other. */
export interface JointObjective {
  readonly kind: 'micro' | 'samples';
  readonly name: string;
  score(counts: Confusion): number;
}

/** What tuning gets besides the samples. */
export interface TuneSettings {
  readonly limits: ThresholdLimits;
  /** The threshold where there is nothing to go by, to which equal cuts are drawn. */
  readonly fallback: number;
}

export type Objective = ClassObjective | JointObjective;

export const MACRO_F1 = fBeta('macro F1', 1, (counts) => f1Score(counts));
export const SAMPLE_F1: JointObjective = {
  kind: 'samples',
  name: 'sample F1',
  score: (counts) => f1Score(counts, { average: 'samples' }),
};

/** @throws RangeError for an objective that is none, or a number in it out of range */
export function resolveObjective(objective: ThresholdObjective): Objective {
  switch (objective) {
    case 'macroF1':
      return MACRO_F1;
    case 'microF1':
      return { kind: 'micro', name: 'micro F1', score: (counts) => f1Score(counts, { average: 'micro' }) };
    case 'sampleF1':
      return SAMPLE_F1;
  }
  if (typeof objective === 'object') {
    if ('fBeta' in objective) {
      const beta = objective.fBeta;
      if (!(beta > 0 && beta < Infinity))
        throw new RangeError(`fBeta must be a finite number above 0. Received ${String(beta)}`);
      return fBeta(`macro F${beta}`, beta, (counts) => fBetaScore(counts, { beta }));
    }
    if ('precisionAtRecall' in objective) {
      const least = checkShare('precisionAtRecall', objective.precisionAtRecall);
      return {
        kind: 'classes',
        name: `precision at a recall of ${least}`,
        // Below the recall asked for, the nearer to it the better.
        classValue: (tp, count, support) => (tp / support >= least ? tp / count : tp / support - 1),
        score: (counts) => precisionScore(counts),
      };
    }
    if ('recallAtPrecision' in objective) {
      const least = checkShare('recallAtPrecision', objective.recallAtPrecision);
      return {
        kind: 'classes',
        name: `recall at a precision of ${least}`,
        classValue: (tp, count, support) => {
          const precision = count === 0 ? 0 : tp / count;
          return precision >= least ? tp / support : precision - 1;
        },
        score: (counts) => recallScore(counts),
      };
    }
  }
  throw new RangeError(
    `objective must be 'macroF1', 'microF1', 'sampleF1', { fBeta }, { precisionAtRecall } or { recallAtPrecision }. Received ${JSON.stringify(objective)}`,
  );
}

function fBeta(name: string, beta: number, score: (counts: Confusion) => number): ClassObjective {
  const betaSquared = beta * beta;
  return {
    kind: 'classes',
    name,
    betaSquared,
    classValue: (tp, count, support) => fBetaRatio(tp, count, support, betaSquared),
    score,
  };
}

function checkShare(name: string, share: number): number {
  if (!(share > 0 && share <= 1))
    throw new RangeError(`${name} must lie in 0 to 1, above 0. Received ${String(share)}`);
  return share;
}
