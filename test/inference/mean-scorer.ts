import type { CellImage, Scorer } from 'hpa-kit';

/** Scores that can be worked out by hand: class `c` of a `channels`-channel network is the mean of channel `c`, 0 to 1. */
export function meanScorer(size: number, channels = 1): Scorer & { calls: number[] } {
  const calls: number[] = [];
  return {
    inputShape: [size, size, channels],
    numClasses: channels,
    engine: 'means',
    calls,
    score(images, { mean = 0, std = 1 }) {
      calls.push(images.length);
      const rows = images.flatMap((image) => {
        return channelMeans(image).map((value) => (value - Number(mean)) / Number(std));
      });
      return Promise.resolve(Float32Array.from(rows));
    },
    digest: () => Promise.resolve(`means of ${size}`),
    dispose: () => undefined,
  };
}

function channelMeans({ channels, data }: CellImage): number[] {
  const sums = new Array<number>(channels).fill(0);
  data.forEach((value, i) => {
    sums[i % channels]! += value / 255;
  });
  return sums.map((sum) => sum / (data.length / channels));
}

/** A greyscale image of one value. */
export function flat(size: number, value: number): CellImage {
  return { width: size, height: size, channels: 1, data: new Uint8Array(size * size).fill(value) };
}
