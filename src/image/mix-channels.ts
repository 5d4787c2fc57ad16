/** Channels mixed into others, such as the four stains into the three inputs of a network of ImageNet. */
import { fullScale, samplesLike, type CellImage } from './cell-image';
import { checkImage } from './check-image';

/** The share of each of the image's channels in each new one, `[new channels][channels]`. */
export type ChannelMixture = readonly (readonly number[])[];

/**
 * An image whose channels are weighted sums of the given one's, rounded to the nearest sample and clipped at black and
 * full intensity where samples are integers.
 *
 * @returns as many channels as the mixture has rows, of the image's size and sample type
 * @throws RangeError for a mixture without rows, of rows that are not one number a channel, or not finite
 * @example
 * const cell = { width: 1, height: 1, channels: 4, data: Uint8Array.of(10, 20, 30, 240) };
 * mixChannels(cell, [[0.5, 0, 0, 0.5], [0, 0.5, 0, 0.5], [0, 0, 1, 0]]).data; // Uint8Array [125, 130, 30]
 */
export function mixChannels(image: CellImage, mixture: ChannelMixture): CellImage {
  checkImage(image);
  const { width, height, channels, data } = image;
  checkMixture(mixture, channels);
  const mixed = samplesLike(data, width * height * mixture.length);
  const isInteger = !(data instanceof Float32Array);
  const limit = fullScale(data);
  let to = 0;
  for (let from = 0; from < data.length; from += channels)
    for (const shares of mixture) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) sum += shares[channel]! * data[from + channel]!;
      mixed[to++] = isInteger ? Math.min(limit, Math.max(0, Math.round(sum))) : sum;
    }
  return { width, height, channels: mixture.length, data: mixed };
}

/** Throws a RangeError unless each row has one finite number for each channel. */
export function checkMixture(mixture: ChannelMixture, channels: number): void {
  if (mixture.length === 0)
    throw new RangeError('mixture must have a row for each new channel. Received none.');
  mixture.forEach((shares, row) => {
    if (shares.length !== channels || !shares.every(Number.isFinite))
      throw new RangeError(
        `row ${row} of mixture must have a finite number for each of the ${channels} channels. Received [${shares.join(', ')}].`,
      );
  });
}
