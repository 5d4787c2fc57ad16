/** Which samples an epoch visits, and in which order. */
import { Random } from '../random';

/**
 * - `sequential`: in the dataset's order;
 * - `shuffled`: in a random order, each sample once before any comes again;
 * - `with-replacement`: each drawn afresh, so a sample may come twice and another not at all.
 */
export type SampleOrder = (typeof SAMPLE_ORDERS)[number];

export const SAMPLE_ORDERS = ['sequential', 'shuffled', 'with-replacement'] as const;

export interface SamplerOptions {
  /** How many samples there are. */
  size: number;
  order: SampleOrder;
  seed: number;
  epoch: number;
  /**
   * How many samples an epoch visits. An epoch of another length than the dataset goes on where the one
   * before it stopped, so that shuffled short epochs still visit every sample equally often.
   */
  samplesPerEpoch: number;
}

/** One visit of a sample. */
export interface Visit {
  /** Position in the dataset. */
  position: number;
  /** How often the same epoch has visited this sample before. */
  occurrence: number;
}

/** The visits of one epoch. The same options give the same visits, whatever was asked before. */
export function epochVisits(options: SamplerOptions): Visit[] {
  const positions = epochPositions(options);
  const seen = new Map<number, number>();
  return positions.map((position) => {
    const occurrence = seen.get(position) ?? 0;
    seen.set(position, occurrence + 1);
    return { position, occurrence };
  });
}

function epochPositions({ size, order, seed, epoch, samplesPerEpoch }: SamplerOptions): number[] {
  if (size === 0) return [];
  if (order === 'with-replacement') {
    const random = new Random(seed, 'with-replacement', epoch);
    return Array.from({ length: samplesPerEpoch }, () => random.int(size));
  }
  const first = epoch * samplesPerEpoch;
  const positions: number[] = [];
  for (let round = Math.floor(first / size); positions.length < samplesPerEpoch; round++) {
    const all = Array.from({ length: size }, (_, i) => i);
    if (order === 'shuffled') new Random(seed, 'shuffled', round).shuffle(all);
    const skip = Math.max(0, first - round * size);
    for (const position of all.slice(skip, skip + samplesPerEpoch - positions.length))
      positions.push(position);
  }
  return positions;
}
