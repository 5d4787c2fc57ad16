/** Bias-corrected and accelerated bootstrap intervals. */
import { normalCdf, normalQuantile } from './normal-distribution';

/**
 * The shares of the bootstrap distribution between which the BCa interval lies: Φ(z₀ + (z₀ + z) / (1 − a(z₀ + z))) for
 * z at the ends of a normal interval. z₀ comes from the share of resamples below the estimate, ties counting half; the
 * acceleration a, ΣU³ / (6 (ΣU²)^1.5), from the deviations U of the statistics without one sample or group each from
 * their mean, and is 0 where they are all one.
 *
 * @param jackknife - the statistic without each sample or group
 * @returns undefined where every resample is above the estimate, or every one below: there is no such interval then.
 * @see Efron and Tibshirani, An introduction to the bootstrap, 1993, eq. 14.10, 14.14 and 14.15; `bootstrap` of SciPy
 * gives the same
 */
export function bcaShares(
  estimate: number,
  distribution: Float64Array,
  jackknife: Float64Array,
  confidence: number,
): [lower: number, upper: number] | undefined {
  const below = distribution.reduce((sum, s) => sum + (s < estimate ? 1 : s === estimate ? 0.5 : 0), 0);
  const bias = normalQuantile(below / distribution.length);
  if (!Number.isFinite(bias)) return undefined;
  const acceleration = accelerate(jackknife);
  const end = (z: number) => normalCdf(bias + (bias + z) / (1 - acceleration * (bias + z)));
  const z = normalQuantile((1 - confidence) / 2);
  return [end(z), end(-z)];
}

function accelerate(jackknife: Float64Array): number {
  const mean = jackknife.reduce((sum, value) => sum + value, 0) / jackknife.length;
  let [squares, cubes] = [0, 0];
  for (const value of jackknife) {
    squares += (mean - value) ** 2;
    cubes += (mean - value) ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}
