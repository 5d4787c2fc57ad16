import { HpaDataset, listModels, mixChannels, mixedSource, type CellImage, type ImageSource } from 'hpa-kit';
import { describe, expect, test } from 'vitest';

const MIXTURE = [
  [0.5, 0, 0, 0.5],
  [0, 0.5, 0, 0.5],
  [0, 0, 1, 0],
];

const cell = (data: CellImage['data']): CellImage => ({ width: 2, height: 1, channels: 4, data });

describe('mixChannels', () => {
  test('sums shares, rounds and clips integers', () => {
    const image = cell(Uint8Array.of(10, 20, 30, 240, 255, 0, 7, 255));
    expect(mixChannels(image, MIXTURE)).toEqual({
      width: 2,
      height: 1,
      channels: 3,
      data: Uint8Array.of(125, 130, 30, 255, 128, 7),
    });
    const bright = mixChannels(image, [
      [1, 1, 1, 1],
      [-1, 0, 0, 0],
    ]);
    expect(bright.data).toEqual(Uint8Array.of(255, 0, 255, 0));
    expect(mixChannels(cell(Uint16Array.of(1, 2, 3, 4, 65535, 0, 0, 65535)), MIXTURE).data).toEqual(
      Uint16Array.of(3, 3, 3, 65535, 32768, 0),
    );
  });

  test('leaves floats as they come', () => {
    const image = cell(Float32Array.of(0.5, 0, 0, 1, 2, 0, -1, 0));
    expect(mixChannels(image, MIXTURE).data).toEqual(Float32Array.of(0.75, 0.5, 0, 1, 0, -1));
  });

  test.each([
    [[], 'a row for each new channel'],
    [
      [[1, 0, 0]],
      'row 0 of mixture must have a finite number for each of the 4 channels. Received [1, 0, 0]',
    ],
    [[MIXTURE[0]!, [1, 0, 0, NaN]], 'row 1 of mixture'],
  ])('refuses %j', (mixture, message) => {
    expect(() => mixChannels(cell(new Uint8Array(8)), mixture)).toThrow(message);
  });
});

describe('mixedSource', () => {
  const source: ImageSource = {
    name: 'memory',
    ids: ['a', 'b'],
    channels: ['red', 'green', 'blue', 'yellow'],
    classes: ['x'],
    labels: Uint8Array.of(1, 0),
    groups: ['p', 'q'],
    load: (index) => Promise.resolve(cell(new Uint8Array(8).fill(index + 1))),
    identify: (index) => Promise.resolve({ stamp: `s${index}`, digest: () => Promise.resolve(`d${index}`) }),
  };

  test("gives a dataset the channels that the registry's V expects", async () => {
    const { expects } = listModels().find(({ name }) => name === 'byrachonokTransfer')!;
    const mixed = mixedSource(source, { channels: expects.channels, mixture: expects.mixture! });
    const dataset = new HpaDataset(mixed);
    expect(await dataset.image(1)).toEqual({
      width: 2,
      height: 1,
      channels: 3,
      data: new Uint8Array(6).fill(2),
    });
    expect(mixed.channels).toEqual(['red + yellow', 'green + yellow', 'blue']);
    expect([dataset.labels, mixed.groups]).toEqual([Uint8Array.of(1, 0), ['p', 'q']]);
  });

  test('is another image to caches with another mixture', async () => {
    const identity = async (mixture: number[][]) => {
      const known = await mixedSource(source, { mixture, channels: ['c'] }).identify!(0);
      return [known.stamp, await known.digest()];
    };
    const [first, second] = [await identity([[1, 0, 0, 0]]), await identity([[0, 1, 0, 0]])];
    expect(first[0]).not.toBe(second[0]);
    expect(first[1]).not.toBe(second[1]);
    expect(await identity([[1, 0, 0, 0]])).toEqual(first);
  });

  test('refuses names that do not fit the mixture', () => {
    expect(() => mixedSource(source, { mixture: MIXTURE, channels: ['one'] })).toThrow(
      'channels must be 3 names, one for each row of mixture. Received 1',
    );
  });
});
