/** Quantiles of the normal distribution, for noise at a table's speed. */

const COUNT = 65536;
let table: Float64Array | undefined;

/** Quantiles at (i + ½) / 65,536, in order; made at the first call. */
export function normalQuantiles(): Float64Array {
  table ??= makeTable();
  return table;
}

function makeTable(): Float64Array {
  const quantiles = new Float64Array(COUNT);
  for (let i = 0; i < COUNT / 2; i++) {
    quantiles[i] = normalQuantile((i + 0.5) / COUNT);
    quantiles[COUNT - 1 - i] = -quantiles[i]!;
  }
  return quantiles;
}

// Acklam's rational approximation of the normal quantile function, relative error 1.15e-9.
const A = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const B = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
];
const C = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const D = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];

/** The quantile of a probability up to a half. */
function normalQuantile(p: number): number {
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return polynomial(C, q) / polynomial(D, q);
  }
  const q = p - 0.5;
  return (polynomial(A, q * q) * q) / polynomial(B, q * q);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
