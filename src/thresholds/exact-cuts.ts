/**
 * The exact F-beta optimum of every class without sorting all scores: counts in buckets bound what a cut inside a
 * bucket could reach, and only the buckets that could hold the best one are sorted.
 */
import { sortScores } from '../scores/sort-scores';
import { bestCut, fBetaRatio, NO_CUT, type Cut, type FBetaTarget, type PredictedCounts } from './best-cut';
import {
  boundBuckets,
  BUCKETS,
  countBuckets,
  findBucket,
  ROWS_AT_ONCE,
  type ScoreBuckets,
} from './score-buckets';

export interface ExactCuts {
  /** The best cut of each class; `NO_CUT` for a class without a positive label. */
  cuts: Cut[];
  /** What a cut at the fallback predicts in each class. */
  atFallback: PredictedCounts[];
  /** Positives of each class. */
  support: number[];
}

/**
 * @param labels - 0 or 1, row-major `[samples, classes]`, as many as scores
 * @throws HpaError `label-invalid` for a label other than 0 and 1, `score-invalid` for NaN
 */
export function findExactCuts(
  labels: Uint8Array,
  scores: Float32Array | Float64Array,
  numClasses: number,
  { betaSquared, fallback }: { betaSquared: number; fallback: number },
): ExactCuts {
  const buckets = countBuckets(labels, scores, numClasses, fallback);
  const support = Array.from({ length: numClasses }, (_, k) => countSupport(buckets.counts, k));
  const targets = support.map((positives) => ({ betaSquared, support: positives, preferred: fallback }));
  const wanted = new Uint8Array(numClasses * BUCKETS);
  targets.forEach((target, k) => {
    wantBuckets(buckets.counts, k, target, wanted);
  });
  const gathered = gather(labels, scores, buckets, wanted);
  const cuts = targets.map((target, k) => sweep(buckets.counts, wanted, gathered[k]!, k, target));
  const atFallback = targets.map((_, k) =>
    countAtOrAbove(buckets.counts, findBucket(buckets.range, fallback, k), k),
  );
  return { cuts, atFallback, support };
}

function countSupport(counts: Uint32Array, k: number): number {
  let support = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) support += counts[cell(k, bucket) + 1]!;
  return support;
}

/** Marks the buckets in which the best cut may lie, and the next one below each, whose highest score ends it. */
function wantBuckets(counts: Uint32Array, k: number, target: FBetaTarget, wanted: Uint8Array): void {
  const { support, betaSquared } = target;
  const reached = new Float64Array(BUCKETS);
  let [best, truePositives, predicted] = [0, 0, 0];
  for (let bucket = BUCKETS - 1; bucket >= 0; bucket--) {
    const negatives = counts[cell(k, bucket)]!;
    const positives = counts[cell(k, bucket) + 1]!;
    // All positives of the bucket above all its negatives: no cut inside it can do better.
    if (positives > 0) {
      const hits = truePositives + positives;
      reached[bucket] = fBetaRatio(hits, predicted + positives, support, betaSquared);
    }
    truePositives += positives;
    predicted += positives + negatives;
    if (truePositives > 0) best = Math.max(best, fBetaRatio(truePositives, predicted, support, betaSquared));
  }
  let endsOne = false;
  for (let bucket = BUCKETS - 1; bucket >= 0; bucket--) {
    const isCandidate = reached[bucket]! > 0 && reached[bucket]! >= best;
    const isEmpty = counts[cell(k, bucket)]! + counts[cell(k, bucket) + 1]! === 0;
    if (isCandidate || (endsOne && !isEmpty)) wanted[k * BUCKETS + bucket] = 1;
    if (!isEmpty) endsOne = isCandidate;
  }
}

interface Gathered {
  positives: Float32Array | Float64Array;
  negatives: Float32Array | Float64Array;
}

/** The scores of the wanted buckets of each class, sorted. */
function gather(
  labels: Uint8Array,
  scores: Float32Array | Float64Array,
  { counts, range }: ScoreBuckets,
  wanted: Uint8Array,
): Gathered[] {
  const numClasses = wanted.length / BUCKETS;
  // Where the negatives and the positives of each class begin.
  const starts = new Uint32Array(2 * numClasses + 1);
  for (let k = 0; k < numClasses; k++) {
    for (let label = 0; label < 2; label++) {
      let size = 0;
      for (let bucket = 0; bucket < BUCKETS; bucket++)
        if (wanted[k * BUCKETS + bucket] === 1) size += counts[cell(k, bucket) + label]!;
      starts[2 * k + label + 1] = starts[2 * k + label]! + size;
    }
  }
  const total = starts[2 * numClasses]!;
  const found = scores instanceof Float32Array ? new Float32Array(total) : new Float64Array(total);
  const next = starts.slice();
  const least = new Float64Array(numClasses);
  const most = new Float64Array(numClasses);
  for (let k = 0; k < numClasses; k++) {
    const flags = wanted.subarray(k * BUCKETS, (k + 1) * BUCKETS);
    [least[k], most[k]] = boundBuckets(range, flags.indexOf(1), flags.lastIndexOf(1), k);
  }
  for (const index of findBetween(scores, range.lowest, least, most)) {
    const score = scores[index]!;
    const k = index % numClasses;
    if (wanted[k * BUCKETS + findBucket(range, score, k)] === 0) continue;
    const list = 2 * k + labels[index]!;
    found[next[list]!] = score;
    next[list] = next[list]! + 1;
  }
  const sorted = (list: number) => sortScores(found.subarray(starts[list], starts[list + 1]));
  return Array.from({ length: numClasses }, (_, k) => ({
    negatives: sorted(2 * k),
    positives: sorted(2 * k + 1),
  }));
}

/** The indices of the scores that exceed `lowest` by `least` to `most` of their class, and perhaps of a few others. */
function findBetween(
  scores: Float32Array | Float64Array,
  lowest: Float64Array,
  least: Float64Array,
  most: Float64Array,
): number[] {
  const numClasses = lowest.length;
  const blockSize = ROWS_AT_ONCE * numClasses;
  const indices: number[] = [];
  for (let block = 0; block < scores.length; block += blockSize) {
    const end = Math.min(scores.length, block + blockSize);
    for (let k = 0; k < numClasses; k++) {
      const start = lowest[k]!;
      const from = least[k]!;
      const to = most[k]!;
      for (let index = block + k; index < end; index += numClasses) {
        const above = scores[index]! - start;
        // One branch, seldom taken. NaN, which infinities can make of it, counts as inside.
        if (!((above - from) * (to - above) < 0)) indices.push(index);
      }
    }
  }
  return indices;
}

function sweep(
  counts: Uint32Array,
  wanted: Uint8Array,
  scores: Gathered,
  k: number,
  target: FBetaTarget,
): Cut {
  let best = NO_CUT;
  let [truePositives, falsePositives] = [0, 0];
  let [positivesBelow, negativesBelow] = [scores.positives.length, scores.negatives.length];
  for (let bucket = BUCKETS - 1; bucket >= 0; bucket--) {
    const negatives = counts[cell(k, bucket)]!;
    const positives = counts[cell(k, bucket) + 1]!;
    if (wanted[k * BUCKETS + bucket] === 1) {
      const untilPositives = positivesBelow - positives;
      const part = { positivesBelow, negativesBelow, truePositives, falsePositives, untilPositives };
      best = bestCut(scores, part, target, best);
      positivesBelow -= positives;
      negativesBelow -= negatives;
    }
    truePositives += positives;
    falsePositives += negatives;
  }
  return best;
}

function countAtOrAbove(counts: Uint32Array, bucketOfThreshold: number, k: number): PredictedCounts {
  const predicted = { truePositives: 0, falsePositives: 0 };
  for (let bucket = bucketOfThreshold; bucket < BUCKETS; bucket++) {
    predicted.falsePositives += counts[cell(k, bucket)]!;
    predicted.truePositives += counts[cell(k, bucket) + 1]!;
  }
  return predicted;
}

/** Of the bucket's negatives; the next one is of its positives. */
function cell(k: number, bucket: number): number {
  return (k * BUCKETS + bucket) * 2;
}
