/** One channel of an image. */
import { unsetSamplesLike, type CellImage } from './cell-image';

/** A copy of channel `channel`, from 0, as an image of its own. */
export function takeChannel({ width, height, channels, data }: CellImage, channel: number): CellImage {
  const taken = unsetSamplesLike(data, width * height);
  for (let i = 0, at = channel; i < taken.length; i++, at += channels) taken[i] = data[at]!;
  return { width, height, channels: 1, data: taken };
}
