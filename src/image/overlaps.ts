/** How the pixels of a resized axis lie over those of the source, in whole numbers. */

/** What each output pixel covers of an axis, in units of 1/`outSize` source pixels. */
export interface Overlaps {
  /** First source pixel covered. */
  readonly first: Int32Array;
  /** Last source pixel covered. */
  readonly last: Int32Array;
  /** Overlap with the first pixel. */
  readonly head: Int32Array;
  /** Overlap with a pixel inside. */
  readonly whole: number;
  /** Overlap with the last pixel, 0 when it is the first. */
  readonly tail: Int32Array;
}

export function measureOverlaps(inSize: number, outSize: number): Overlaps {
  const first = new Int32Array(outSize);
  const last = new Int32Array(outSize);
  const head = new Int32Array(outSize);
  const tail = new Int32Array(outSize);
  for (let i = 0; i < outSize; i++) {
    const [start, end] = [i * inSize, (i + 1) * inSize];
    first[i] = Math.floor(start / outSize);
    last[i] = Math.ceil(end / outSize) - 1;
    head[i] = Math.min(end, (first[i]! + 1) * outSize) - start;
    tail[i] = last[i] === first[i] ? 0 : end - last[i]! * outSize;
  }
  return { first, last, head, whole: outSize, tail };
}
