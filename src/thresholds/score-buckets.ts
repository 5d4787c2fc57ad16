/** Scores counted in buckets of rising value, so that only those near the best cut need to be sorted. */
import { labelError, scoreError } from '../scores/checks';

/** Buckets a class. With 512 the counts of 28 classes fit a second-level cache. */
export const BUCKETS = 512;
/** The last place; a bucket is a place, or the next where the score reaches the divider. */
const LAST = BUCKETS - 2;
/** Rows looked at to choose the buckets' range; scores beyond it go to the first and the last bucket. */
const SAMPLED_ROWS = 512;
/** Rows gone through class by class, so that what a class needs stays in registers and its rows in the cache. */
export const ROWS_AT_ONCE = 256;

export interface ScoreBuckets {
  /** How many negatives and positives are in a bucket, `[classes, buckets, 2]`. */
  readonly counts: Uint32Array;
  readonly range: BucketRange;
}

/** Where a class's buckets begin, and how many of them there are to a unit of score. */
interface BucketRange {
  readonly lowest: Float64Array;
  readonly scale: Float64Array;
  readonly divider: number;
}

/**
 * The bucket that a score of a class goes to. It never falls as the score rises, and those that reach the divider are
 * exactly those in the divider's bucket or a higher one.
 */
export function findBucket({ lowest, scale, divider }: BucketRange, score: number, k: number): number {
  const place = (score - lowest[k]!) * scale[k]!;
  // An infinity has the place NaN where the range is a single score: 0, like all others then.
  return (place > LAST ? LAST : place > 0 ? place | 0 : 0) + (score >= divider ? 1 : 0);
}

/** Counts the scores, and checks every label and every score on the way. */
export function countBuckets(
  labels: Uint8Array,
  scores: Float32Array | Float64Array,
  numClasses: number,
  divider: number,
): ScoreBuckets {
  const range = { ...sampleRange(scores, numClasses), divider };
  const counts = new Uint32Array(numClasses * BUCKETS * 2);
  const blockSize = ROWS_AT_ONCE * numClasses;
  for (let block = 0; block < scores.length; block += blockSize) {
    const end = Math.min(scores.length, block + blockSize);
    for (let k = 0; k < numClasses; k++) {
      const low = range.lowest[k]!;
      const factor = range.scale[k]!;
      const base = 2 * BUCKETS * k;
      for (let index = block + k; index < end; index += numClasses) {
        const score = scores[index]!;
        const label = labels[index]!;
        if (label > 1) throw labelError(label, index, numClasses);
        // As `findBucket`, which is too far away to be quick here.
        const place = (score - low) * factor;
        let bucket = 0;
        if (place > 0) bucket = place > LAST ? LAST : place | 0;
        else if (score !== score) throw scoreError(index, numClasses);
        const cell = base + ((bucket + Number(score >= divider)) << 1) + label;
        counts[cell] = counts[cell]! + 1;
      }
    }
  }
  return { counts, range };
}

function sampleRange(scores: Float32Array | Float64Array, numClasses: number) {
  const lowest = new Float64Array(numClasses).fill(Infinity);
  const highest = new Float64Array(numClasses).fill(-Infinity);
  const rows = scores.length / numClasses;
  const stride = Math.max(1, Math.floor(rows / SAMPLED_ROWS));
  for (let row = 0; row < rows; row += stride) {
    for (let k = 0; k < numClasses; k++) {
      const score = scores[row * numClasses + k]!;
      if (score < lowest[k]!) lowest[k] = score;
      if (score > highest[k]!) highest[k] = score;
    }
  }
  const scale = lowest.map((low, k) => {
    const range = highest[k]! - low;
    return range > 0 && range < Infinity ? (BUCKETS - 1) / range : 0;
  });
  return { lowest, scale };
}

/**
 * Scores that exceed their class's lowest by less than the first number, or by more than the second, surely are in no
 * bucket from `first` to `last`. Differences, since the bounds themselves could not be told apart in large scores.
 */
export function boundBuckets(
  { scale }: BucketRange,
  first: number,
  last: number,
  k: number,
): [least: number, most: number] {
  const isBounded = scale[k]! > 0;
  // A bucket more on either side than needed, for rounding.
  const least = first > 2 && isBounded ? (first - 2) / scale[k]! : -Infinity;
  const most = last < LAST - 1 && isBounded ? (last + 2) / scale[k]! : Infinity;
  return [least, most];
}
