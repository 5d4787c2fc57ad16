/** Quantiles of sorted values. */

/**
 * The value below which a share of the sorted values lies, between the two nearest in proportion. As `quantile` in
 * NumPy, whose default this is.
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  const rest = place - below;
  return rest < 0.5 ? low + (high - low) * rest : high - (high - low) * (1 - rest);
}
