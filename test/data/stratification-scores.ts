/** How well parts are stratified, by the measures of Sechidis et al. 2011, as test/golden/stratification.py has them. */
export function stratificationScores(
  labels: Uint8Array,
  numClasses: number,
  parts: readonly (readonly number[])[],
  fractions: readonly number[],
): { ld: number; ed: number; fz: number; flz: number } {
  const size = labels.length / numClasses;
  const count = (rows: Iterable<number>) => {
    const positives = new Array<number>(numClasses).fill(0);
    for (const row of rows)
      for (let k = 0; k < numClasses; k++) positives[k]! += labels[row * numClasses + k]!;
    return positives;
  };
  const all = count(Array(size).keys());
  const counts = parts.map(count);
  const pairs = counts.flatMap((positives, p) =>
    positives.map((n, k) => Math.abs(n / (parts[p]!.length - n) - all[k]! / (size - all[k]!))),
  );
  const sizes = parts.map((part, p) => Math.abs(part.length - fractions[p]! * size));
  return {
    ld: mean(pairs),
    ed: mean(sizes),
    fz: counts.filter((positives) => positives.includes(0)).length,
    flz: counts.flat().filter((n) => n === 0).length,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
