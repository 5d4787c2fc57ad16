/** Single-channel images, one a stain, → one image with all of them. */
import { HpaError, type HpaErrorContext } from '../errors';
import { samplesLike, type CellImage } from './cell-image';
import { checkImage } from './check-image';

export interface StackChannelsOptions extends Pick<HpaErrorContext, 'file' | 'sample'> {
  /** Names of the images, for messages. @default '0', '1', … */
  names?: readonly string[] | undefined;
}

/**
 * Interleaves `n` single-channel images of one size and sample type into an image of `n` channels,
 * `[height, width, n]`, in the order given.
 *
 * @throws HpaError `image-shape`, with the channel, when one of them has more channels, or a size or sample
 * type that most of the others do not have. RangeError for an empty list or a wrong number of names.
 *
 * @example
 * const cell = stackChannels([red, green, blue, yellow], { names: ['red', 'green', 'blue', 'yellow'] });
 * cell.channels; // 4
 */
export function stackChannels(images: readonly CellImage[], options: StackChannelsOptions = {}): CellImage {
  const { file, sample, names = images.map((_, i) => String(i)) } = options;
  if (images.length === 0)
    throw new RangeError('stackChannels needs at least one image. Received an empty list');
  if (names.length !== images.length) {
    throw new RangeError(
      `names must have one name for each of ${images.length} images. Received ${names.length}`,
    );
  }
  images.forEach(checkImage);

  const kinds = images.map(kindOf);
  const usual = mostFrequent(kinds);
  images.forEach((image, i) => {
    const channel = names[i]!;
    const refuse = (reason: string) => new HpaError('image-shape', reason, { file, sample, channel });
    if (image.channels !== 1)
      throw refuse(`channel ${channel} has ${image.channels} channels itself; expected greyscale`);
    if (kinds[i] !== usual)
      throw refuse(`channel ${channel} is ${kinds[i]!}; expected ${usual} like the others`);
  });

  const { width, height, data: first } = images[0]!;
  const data = samplesLike(first, first.length * images.length);
  if (images.length === 4) interleave4(images, data);
  else
    images.forEach(({ data: plane }, c) => {
      for (let i = 0, at = c; i < plane.length; i++, at += images.length) data[at] = plane[i]!;
    });
  return { width, height, channels: images.length, data };
}

/** The usual case writes memory in order, in one pass. */
function interleave4(images: readonly CellImage[], data: CellImage['data']): void {
  const [a, b, c, d] = images.map((image) => image.data) as [
    CellImage['data'],
    CellImage['data'],
    CellImage['data'],
    CellImage['data'],
  ];
  for (let i = 0, at = 0; i < a.length; i++, at += 4) {
    data[at] = a[i]!;
    data[at + 1] = b[i]!;
    data[at + 2] = c[i]!;
    data[at + 3] = d[i]!;
  }
}

const SAMPLE_NAMES = { Uint8Array: '8-bit', Uint16Array: '16-bit', Float32Array: 'float' };

function kindOf({ width, height, data }: CellImage): string {
  const name =
    data instanceof Uint8Array ? 'Uint8Array' : data instanceof Uint16Array ? 'Uint16Array' : 'Float32Array';
  return `${width}×${height} pixels of ${SAMPLE_NAMES[name]} samples`;
}

/** The first of those that occur most often. */
function mostFrequent(items: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}
