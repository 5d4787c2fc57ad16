/** Draws from the Beta distribution. */
import type { Random } from '../random';

/** A number from Beta(alpha, alpha): near 0 or 1 for small alpha, uniform for 1, near a half for large. */
export function drawBeta(random: Random, alpha: number): number {
  // In logarithms: for small alpha both gamma numbers can be too small for a double.
  const [a, b] = [drawLogGamma(random, alpha), drawLogGamma(random, alpha)];
  return 1 / (1 + Math.exp(b - a));
}

/** The logarithm of a number from Gamma(shape, 1) (Marsaglia and Tsang 2000). */
function drawLogGamma(random: Random, shape: number): number {
  if (shape < 1) return drawLogGamma(random, shape + 1) + Math.log(1 - random.next()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < (x * x) / 2 + d - d * v + d * Math.log(v))
      return Math.log(d * v);
  }
}
