/** From an image as its files have it to what a network takes: the part of a predictor that is plain data. */
import { checkChannels } from '../../data/sources/file-template';
import { HPA_CHANNELS } from '../../data/sources/file-source';
import { HpaError } from '../../errors';
import type { CellImage } from '../../image/cell-image';
import { checkImage } from '../../image/check-image';
import { checkMixture, mixChannels, type ChannelMixture } from '../../image/mix-channels';
import { checkNormalization, type Normalization } from '../../image/normalize';
import { resize } from '../../image/resize';

/** Images are stacked in this order, resized, mixed and normalised. */
export interface Preprocessing {
  /** Names of the image's channels, in the order of the pixels. */
  readonly channels: readonly string[];
  /** Size that the network takes. */
  readonly imageSize: readonly [height: number, width: number];
  /** The share of each channel in each input of the network; absent: the channels are the inputs. */
  readonly mixture?: ChannelMixture | undefined;
  /** Mean and standard deviation of the network's inputs on the 0–1 scale. */
  readonly normalization: Normalization;
}

/** What a training's dataset was made with; the size is the network's own. */
export interface PreprocessingOptions {
  /** @default ['red', 'green', 'blue', 'yellow'] */
  channels?: readonly string[] | undefined;
  /** @default none */
  mixture?: ChannelMixture | undefined;
  /** Such as the `normalization` of the dataset. @default { mean: 0, std: 1 } */
  normalization?: Normalization | undefined;
}

/**
 * @param inputShape - what the network takes
 * @throws TypeError or RangeError where channels, mixture and normalization don't give what the network takes
 */
export function resolvePreprocessing(
  options: PreprocessingOptions,
  [height, width, inputs]: readonly [height: number, width: number, channels: number],
): Preprocessing {
  const { channels = HPA_CHANNELS, mixture, normalization = {} } = options;
  checkChannels(channels);
  if (mixture) checkMixture(mixture, channels.length);
  const given = mixture?.length ?? channels.length;
  if (given !== inputs)
    throw new RangeError(
      `preprocessing must give the ${inputs} channels that the model takes. ` +
        (mixture
          ? `Its mixture gives ${given}.`
          : `It gives ${given}: ${channels.join(', ')}. Name others in channels, or mix them by mixture.`),
    );
  checkNormalization(normalization, inputs);
  return { channels, imageSize: [height, width], ...(mixture && { mixture }), normalization };
}

/**
 * The image at the network's size and with its channels, not normalised yet.
 *
 * @throws HpaError `image-shape` for another number of channels
 */
export function prepareImage(image: CellImage, preprocessing: Preprocessing): CellImage {
  const { channels, imageSize, mixture } = preprocessing;
  checkImage(image);
  if (image.channels !== channels.length)
    throw new HpaError(
      'image-shape',
      `Expected ${channels.length} channels, ${channels.join(', ')}. Received ${image.channels}`,
    );
  const [height, width] = imageSize;
  const sized = image.width === width && image.height === height ? image : resize(image, { width, height });
  return mixture ? mixChannels(sized, mixture) : sized;
}
