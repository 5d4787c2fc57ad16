/** The two kinds of scores that a network gives, and how near to 0 and 1 probabilities may come. */
import { checkOneOf } from './checks';

/** What the predictions are: sigmoid outputs in 0–1, or the numbers before the sigmoid. */
export type PredictionKind = 'probabilities' | 'logits';

/**
 * How near to 0 and 1 probabilities may come before a logarithm is taken, as in Keras. Outside
 * `[EPSILON, 1 - EPSILON]` the gradient is 0.
 */
export const EPSILON = 1e-7;

/** Checks the option `from`. */
export function checkFrom(from: string): void {
  checkOneOf('from', from, ['probabilities', 'logits']);
}
