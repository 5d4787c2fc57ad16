/**
 * A process that uses a disk cache as training does, and prints what it saw. Run it with the settings as JSON;
 * it prints `ready` once it is at work and the outcome as JSON when it is done.
 */
import { openDiskCache } from '../../src/node/disk-cache';
import { Random } from '../../src/random';
import { imageOf, keyOf, sameImage } from './disk-cache-images';

export interface ChildSettings {
  dir: string;
  maxBytes: number;
  keepUsedMs: number;
  /** Samples to draw from, and the side of their images in pixels. */
  samples: number;
  size: number;
  /** Samples drawn, several at a time. */
  visits: number;
  seed: number;
}

export interface ChildOutcome {
  hits: number;
  wrong: number;
  discarded: number;
  warning: string | undefined;
  entries: number;
}

/** Samples drawn before it says so. */
const READY_AFTER = 20;

const settings = JSON.parse(process.argv[2]!) as ChildSettings;
const { dir, maxBytes, keepUsedMs, samples, size, visits, seed } = settings;
let warning: string | undefined;
const onWarning = ({ message }: Error) => (warning = message);
const cache = await openDiskCache(dir, { maxBytes, keepUsedMs, onWarning });

const random = new Random(seed);
let wrong = 0;
let left = visits;

async function work(): Promise<void> {
  while (left-- > 0) {
    if (visits - left === READY_AFTER) process.stdout.write('ready\n');
    const id = random.int(samples);
    const key = keyOf(`${id}`, random.bool() ? { stamp: 's' } : {});
    const image = await cache.get(key);
    if (!image) await cache.set(key, imageOf(id, size));
    else if (!sameImage(image, imageOf(id, size))) wrong++;
  }
}

await Promise.all(Array.from({ length: 4 }, work));
const { hits, discarded, entries } = cache.stats;
const outcome: ChildOutcome = { hits, wrong, discarded, warning, entries };
process.stdout.write(JSON.stringify(outcome));
