/** The standard normal distribution. */

/**
 * The share of a standard normal distribution below `z`, to about 1e-15: ½ + φ(z) · (z + z³/3 + z⁵/(3 · 5) + …).
 *
 * @see Marsaglia, Evaluating the normal distribution, 2004
 */
export function normalCdf(z: number): number {
  // Beyond, what is left of the tail is below the rounding of the series.
  if (Math.abs(z) > 8.5) return z > 0 ? 1 : 0;
  let [term, sum] = [z, z];
  for (let odd = 3; sum + term !== sum; odd += 2) {
    term *= z ** 2 / odd;
    sum += term;
  }
  return 0.5 + sum * normalDensity(z);
}

/** The point below which a share of a standard normal distribution lies; ±Infinity for the shares 0 and 1. */
export function normalQuantile(share: number): number {
  if (share === 0 || share === 1) return share === 0 ? -Infinity : Infinity;
  if (share > 0.5) return -normalQuantile(1 - share);
  // Left of 0 the distribution function is convex: Newton's steps from 0 go down and never too far.
  let z = 0;
  for (let step = Infinity; step > 1e-15 * Math.abs(z) && z > -8; z -= step) {
    step = (normalCdf(z) - share) / normalDensity(z);
  }
  return z;
}

function normalDensity(z: number): number {
  return Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI);
}
