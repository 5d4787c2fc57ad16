/** A source whose images have other channels: mixtures of another source's. */
import { checkMixture, mixChannels, type ChannelMixture } from '../../image/mix-channels';
import type { ImageSource } from '../source';

/** Options of `mixedSource`. */
export interface MixedSourceOptions {
  /** The share of each of the source's channels in each new one. */
  mixture: ChannelMixture;
  /** Names of the new channels. */
  channels: readonly string[];
}

/**
 * The same samples, labels and groups with mixed channels: `mixChannels` on each image. What a network expects is in
 * the registry.
 *
 * @throws RangeError for a mixture that doesn't fit the source's channels or the names
 * @example
 * const { channels, mixture } = listModels().find(({ name }) => name === 'byrachonokTransfer')!.expects;
 * const dataset = new HpaDataset(mixedSource(source, { channels, mixture: mixture! }), { imageSize: 299 });
 */
export function mixedSource(source: ImageSource, { mixture, channels }: MixedSourceOptions): ImageSource {
  checkMixture(mixture, source.channels.length);
  if (channels.length !== mixture.length)
    throw new RangeError(
      `channels must be ${mixture.length} names, one for each row of mixture. Received ${channels.length}.`,
    );
  const { name, ids, classes, labels, groups } = source;
  const mixed: ImageSource = {
    ...{ name, ids, classes, channels },
    ...(labels ? { labels } : {}),
    ...(groups ? { groups } : {}),
    load: async (index, options) => mixChannels(await source.load(index, options), mixture),
  };
  if (!source.identify) return mixed;
  // The pixels follow from the mixture too.
  const suffix = `mixed ${JSON.stringify(mixture)}`;
  return {
    ...mixed,
    identify: async (index, options) => {
      const identity = (await source.identify?.(index, options))!;
      const { stamp } = identity;
      return {
        stamp: stamp === undefined ? undefined : `${stamp} ${suffix}`,
        digest: async () => `${await identity.digest()} ${suffix}`,
      };
    },
  };
}
