/** Where a stream of batches stands, as plain data that can be saved, and what must agree to go on from there. */

/** A place between two batches. JSON keeps it. */
export interface BatchPosition {
  /** Epoch, from 0, and number of the next batch in it, from 0. */
  epoch: number;
  /** Number of the next batch in its epoch, from 0. */
  batch: number;
  /** The settings that decide what the next batches hold. */
  seed: number;
  /** Name of the order of samples. */
  order: string;
  /** Samples a batch. */
  batchSize: number;
  /** Samples an epoch. */
  samplesPerEpoch: number;
  /** Whether a last batch that is not full is left out. */
  dropRemainder: boolean;
  /** Number of samples in the dataset. */
  size: number;
  /** Digest of the dataset's ids and of what weighs them. */
  fingerprint: string;
}

/**
 * Throws unless batches can go on from a saved position.
 *
 * @param expected - the position as these batches would save it
 * @param batches - how many an epoch has
 * @throws TypeError for what is no position, RangeError that names each setting that differs
 */
export function checkPosition(position: BatchPosition, expected: BatchPosition, batches: number): void {
  const { epoch, batch } = position;
  if (!Number.isInteger(epoch) || epoch < 0 || !Number.isInteger(batch) || batch < 0)
    throw new TypeError(
      `resumeFrom must be the \`next\` of a batch. Received ${JSON.stringify(position)}, without an epoch and a batch.`,
    );
  const { fingerprint: expectedFingerprint, ...settings } = expected;
  const names = Object.keys(settings) as (keyof typeof settings)[];
  const differing = names.filter((name) => position[name] !== settings[name]);
  if (differing.length > 0) {
    const pairs = differing.map((name) => `${name} ${position[name]} instead of ${settings[name]}`);
    throw new RangeError(
      `resumeFrom was saved with ${pairs.join(', ')}. Resume with the settings that it was saved with.`,
    );
  }
  if (position.fingerprint !== expectedFingerprint)
    throw new RangeError(
      'resumeFrom was saved with other samples, or other weights of them, in the dataset. ' +
        'Resume with the same files and split, in the same order.',
    );
  if (batch >= Math.max(batches, 1))
    throw new RangeError(`resumeFrom must be at one of ${batches} batches. Received batch ${batch}.`);
}

/** A digest of texts and numbers, in their order; not for use against forgery. */
export function fingerprint(texts: Iterable<string>, numbers: ArrayLike<number> = []): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  const mix = (word: number) => {
    a = Math.imul(a ^ word, 2654435761);
    b = Math.imul(b ^ word, 1597334677);
    b ^= a >>> 15;
  };
  for (const text of texts) {
    mix(text.length);
    for (let i = 0; i < text.length; i++) mix(text.charCodeAt(i));
  }
  const words = new Uint32Array(2);
  const number = new Float64Array(words.buffer);
  for (let i = 0; i < numbers.length; i++) {
    number[0] = numbers[i]!;
    mix(words[0]!);
    mix(words[1]!);
  }
  return [a, b].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}
