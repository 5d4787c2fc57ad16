/** Single-channel images, one a stain, → one image with all of them. */
import { HpaError, type HpaErrorContext } from '../errors';
import { unsetSamplesLike, type CellImage, type Samples } from './cell-image';
import { checkImage } from './check-image';
import { imageWorkspace, PIECE_BYTES } from './simd/kernels';

/** Options of `stackChannels`. */
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
  const data = unsetSamplesLike(first, first.length * images.length);
  if (images.length === 4) interleaveFour(images, data);
  else
    images.forEach(({ data: plane }, c) => {
      for (let i = 0, at = c; i < plane.length; i++, at += images.length) data[at] = plane[i]!;
    });
  return { width, height, channels: images.length, data };
}

function interleaveFour(images: readonly CellImage[], data: CellImage['data']): void {
  const planes = images.map((image) => image.data);
  let done = 0;
  const workspace = imageWorkspace();
  if (workspace && data instanceof Uint8Array) {
    const { bytes, kernels, address } = workspace.open(2 * PIECE_BYTES);
    const most = PIECE_BYTES / 4;
    const [a, b, c, d] = [0, 1, 2, 3].map((i) => address + i * most) as [number, number, number, number];
    const out = address + PIECE_BYTES;
    for (const end = planes[0]!.length & ~15; done < end;) {
      const samples = Math.min(most, end - done);
      for (const [i, plane] of planes.entries())
        bytes.set(plane.subarray(done, done + samples), address + i * most);
      kernels.interleave4_u8(a, b, c, d, samples, out);
      data.set(bytes.subarray(out, out + 4 * samples), 4 * done);
      done += samples;
    }
  }
  const [a, b, c, d] = planes as [Samples, Samples, Samples, Samples];
  for (let i = done, at = 4 * done; i < a.length; i++, at += 4) {
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
