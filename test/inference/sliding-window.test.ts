import { describe, expect, it } from 'vitest';
import { Predictor, predictWindows, windowMap, type CellImage } from 'hpa-kit';
import { failure } from '../failure';
import { flat, meanScorer } from './mean-scorer';

const predictor = new Predictor([meanScorer(16)], {
  classes: ['bright'],
  preprocessing: { channels: ['green'] },
});

/** Dark but for a bright square. */
function spot(width: number, height: number, [left, top, size]: [number, number, number]): CellImage {
  const data = new Uint8Array(width * height);
  for (let y = top; y < top + size; y++) data.fill(255, y * width + left, y * width + left + size);
  return { width, height, channels: 1, data };
}

describe('predictWindows', () => {
  it('finds what is in one corner of a field of 2048 pixels, and says where', async () => {
    const field = spot(2048, 2048, [1600, 200, 256]);
    const found = await predictWindows(predictor, field, { windowSize: 512, batchSize: 7, id: 'field' });
    expect([found.rows, found.columns, found.windows.length]).toEqual([7, 7, 49]);
    expect(found.windows.at(-1)).toEqual({ top: 1536, left: 1536, width: 512, height: 512 });
    // Window (0, 6) holds the whole spot, a quarter of its area.
    expect(found.probabilities[6]).toBeCloseTo(0.25, 6);
    expect(found.prediction).toMatchObject({ id: 'field', labels: [] });
    expect(found.prediction.probabilities.bright).toBeCloseTo(0.25, 6);
    expect(found.probabilities[24]).toBe(0);
    const map = windowMap(found, 'bright');
    // In the first 256 rows and last 256 columns only window (0, 6) counts.
    expect(map.data[2047]).toBeCloseTo(0.25, 6);
    // Between windows (0, 5) and (0, 6) their mean.
    const inFive = (256 * 192) / 512 ** 2;
    expect(found.probabilities[5]).toBeCloseTo(inFive, 6);
    expect(map.data[1700]).toBeCloseTo((0.25 + inFive) / 2, 6);
  });

  it('covers every pixel of any field, and the last windows end with it', async () => {
    for (const [width, height, windowSize, stride] of [
      [50, 37, 16, 16],
      [33, 64, 32, 5],
      [16, 16, 16, 16],
      [17, 16, 16, undefined],
    ] as const) {
      const found = await predictWindows(predictor, spot(width, height, [0, 0, 4]), { windowSize, stride });
      const map = windowMap(found, 'bright');
      expect(map.data.every((value) => value >= 0 && value <= 1)).toBe(true);
      const last = found.windows.at(-1)!;
      expect([last.left + last.width, last.top + last.height]).toEqual([width, height]);
    }
    const whole = await predictWindows(predictor, flat(48, 51), { windowSize: 16, combine: 'mean' });
    expect(whole.prediction.probabilities.bright).toBeCloseTo(0.2, 6);
    for (const value of windowMap(whole, 'bright').data) expect(value).toBeCloseTo(0.2, 6);
  });

  it('can be watched and stopped, and refuses what can’t be', async () => {
    const field = flat(64, 9);
    const controller = new AbortController();
    const work = predictWindows(predictor, field, {
      windowSize: 16,
      batchSize: 10,
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done === 20) controller.abort();
      },
    });
    expect(await failure(work)).toMatchObject({ code: 'aborted' });
    await expect(predictWindows(predictor, field, { windowSize: 65 })).rejects.toThrow('at most the field');
    await expect(predictWindows(predictor, field, { windowSize: 16, stride: 17 })).rejects.toThrow(
      'never seen',
    );
    await expect(predictWindows(predictor, field, { windowSize: 0 })).rejects.toThrow(RangeError);
    const found = await predictWindows(predictor, field, { windowSize: 16 });
    expect(() => windowMap(found, 'dim')).toThrow('"dim" is none of the classes: bright');
  });
});
