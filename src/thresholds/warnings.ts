/** What a user should know of thresholds before trusting them. */
import type { Settings } from './options';

/** A score on the tuning data that is higher than the expected one by more than this is said to be too good. */
const LARGEST_GAP = 0.02;
/** Thresholds of classes with fewer positives are little better than chance. */
const FEW_POSITIVES = 10;

export function warningsOf(
  support: Float64Array,
  { objective, classes }: Settings,
  score: number,
  expected: number | undefined,
): string[] {
  const warnings: string[] = [];
  const nameOf = (k: number) => (classes ? `${classes[k]} (${k})` : `class ${k}`);
  if (expected !== undefined && score - expected > LARGEST_GAP)
    warnings.push(
      `${objective.name} is ${score.toFixed(3)} on the samples that the thresholds were tuned on, and ${expected.toFixed(3)} is to be expected on others.`,
    );
  const rare: string[] = [];
  const absent: string[] = [];
  support.forEach((positives, k) => {
    if (positives === 0) absent.push(nameOf(k));
    else if (positives < FEW_POSITIVES) rare.push(`${nameOf(k)}: ${positives}`);
  });
  if (rare.length > 0)
    warnings.push(`Thresholds of classes with few positives are uncertain. ${rare.join(', ')}.`);
  if (absent.length > 0) warnings.push(`Nothing is labelled with ${absent.join(', ')}: nothing to tune.`);
  return warnings;
}
