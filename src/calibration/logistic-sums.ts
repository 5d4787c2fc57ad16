/** The cross-entropy of sigmoid(slope · z + intercept) and its derivatives, in one pass over the logits. */

/** Logits of one class, and what the probabilities of each kind should be. */
export interface LogisticTargets {
  positives: Float64Array;
  negatives: Float64Array;
  /** The target of the positives. */
  positiveTarget: number;
  /** The target of the negatives. */
  negativeTarget: number;
}

/** Sums over all logits. */
export interface LogisticSums {
  loss: number;
  /** First derivatives by slope and intercept. */
  bySlope: number;
  byIntercept: number;
  /** Second derivatives. */
  bySlopeTwice: number;
  bySlopeAndIntercept: number;
  byInterceptTwice: number;
}

/** Σ −t·log σ(f) − (1 − t)·log(1 − σ(f)) with f = slope · z + intercept, and how it changes with both. */
export function logisticSums(targets: LogisticTargets, slope: number, intercept: number): LogisticSums {
  const sums = {
    loss: 0,
    bySlope: 0,
    byIntercept: 0,
    bySlopeTwice: 0,
    bySlopeAndIntercept: 0,
    byInterceptTwice: 0,
  };
  addSums(sums, targets.positives, targets.positiveTarget, slope, intercept);
  addSums(sums, targets.negatives, targets.negativeTarget, slope, intercept);
  return sums;
}

/** Twice as much is still finite. */
const LARGE = 1e300;

function addSums(
  sums: LogisticSums,
  logits: Float64Array,
  target: number,
  slope: number,
  intercept: number,
): void {
  let [loss, g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0, 0];
  // Of the factors whose logarithms belong to the loss: one logarithm does for hundreds of them.
  let product = 1;
  for (const z of logits) {
    const f = slope * z + intercept;
    // One exponential, which never overflows, gives σ(|f|) and with it all that follows.
    const power = Math.exp(-Math.abs(f));
    const farther = 1 / (1 + power);
    const weight = power * farther * farther;
    const excess = (f >= 0 ? farther : power * farther) - target;
    // softplus(f) − t·f, but for log(1 + power)
    loss += Math.max(f, 0) - target * f;
    product *= 1 + power;
    if (product > LARGE) {
      loss += Math.log(product);
      product = 1;
    }
    g0 += excess * z;
    g1 += excess;
    h00 += weight * z * z;
    h01 += weight * z;
    h11 += weight;
  }
  sums.loss += loss + Math.log(product);
  sums.bySlope += g0;
  sums.byIntercept += g1;
  sums.bySlopeTwice += h00;
  sums.bySlopeAndIntercept += h01;
  sums.byInterceptTwice += h11;
}
