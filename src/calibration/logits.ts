/** From probabilities to logits and back. */
import { EPSILON, type PredictionKind } from '../scores/prediction-kind';

/** 1 / (1 + e^−z). Rises with z without a dip, which the form for negative z, e^z / (1 + e^z), does not. */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** The logit of a score: log(p / (1 − p)) of a probability, clipped to 1e-7 from 0 and 1 as in the losses. */
export function toLogit(score: number, from: PredictionKind): number {
  if (from === 'logits') return score;
  const clipped = Math.min(Math.max(score, EPSILON), 1 - EPSILON);
  return Math.log(clipped / (1 - clipped));
}
