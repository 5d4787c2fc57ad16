/** Orders that go through the whole dataset again and again, cut into epochs of any length. */
import { Random } from '../../random';

/** An endless list of visits, made round by round. */
export interface Rounds {
  /** How many visits there are before the round. */
  start(round: number): number;
  /** The round of the visit with that number, from 0. */
  containing(visit: number): number;
  /** Positions in the dataset, in the order of the round. */
  visits(round: number): Uint32Array;
}

/** Each sample once a round, in the dataset's order, or, with a seed, in another random order each round. */
export function wholeRounds(size: number, shuffleSeed?: number): Rounds {
  return {
    start: (round) => round * size,
    containing: (visit) => Math.floor(visit / size),
    visits: (round) =>
      shuffleSeed === undefined
        ? allPositions(size)
        : shuffledPositions(size, new Random(shuffleSeed, 'shuffled', round)),
  };
}

export function shuffledPositions(size: number, random: Random): Uint32Array {
  return random.shuffle(allPositions(size));
}

function allPositions(size: number): Uint32Array {
  return new Uint32Array(size).map((_, position) => position);
}

/** `count` visits from number `first` on. */
export function cutRounds(rounds: Rounds, first: number, count: number): Uint32Array {
  const positions = new Uint32Array(count);
  let filled = 0;
  for (let round = rounds.containing(first); filled < count; round++) {
    const skip = Math.max(0, first - rounds.start(round));
    const part = rounds.visits(round).subarray(skip, skip + count - filled);
    positions.set(part, filled);
    filled += part.length;
  }
  return positions;
}
