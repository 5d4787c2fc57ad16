import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { decodeJpeg, resolvePlane, type HpaError } from 'hpa-kit';
import { hasRealData, realData } from '../real-data';

interface Golden {
  name: string;
  width: number;
  height: number;
  channels: number;
  /** As libjpeg-turbo decodes it. */
  samples: string;
  refused?: [code: string, says: string];
  jpeg: string;
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/jpeg_kinds.json', import.meta.url), 'utf8'),
) as Golden[];
const fileOf = (name: string) => Buffer.from(golden.find((one) => one.name === name)!.jpeg, 'base64');

/**
 * jpeg-js rounds its inverse cosine transform otherwise than libjpeg: a step or two in a component, up to three
 * in RGB, where a step of blueness counts 1.772 times. Upsampling and conversion are the same.
 */
const MAX_STEPS = { grey: 2, colour: 3 };

function distances(actual: ArrayLike<number>, wanted: ArrayLike<number>): { most: number; mean: number } {
  expect(actual.length).toBe(wanted.length);
  let [most, sum] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    const steps = Math.abs(actual[i]! - wanted[i]!);
    most = Math.max(most, steps);
    sum += steps;
  }
  return { most, mean: sum / wanted.length };
}

describe('decodeJpeg', () => {
  test.each(golden.filter(({ refused }) => !refused))('$name: close to libjpeg', async (wanted) => {
    const image = await decodeJpeg(Buffer.from(wanted.jpeg, 'base64'));
    const { width, height, channels } = wanted;
    expect(image).toMatchObject({ width, height, channels, bitDepth: 8 });
    expect(image.data.constructor.name).toBe('Uint8Array');
    const { most, mean } = distances(image.data, Buffer.from(wanted.samples, 'base64'));
    expect(most).toBeLessThanOrEqual(channels === 1 ? MAX_STEPS.grey : MAX_STEPS.colour);
    expect(mean).toBeLessThan(0.35);
  });

  test.each(golden.filter(({ refused }) => refused))('$name: refused', async (wanted) => {
    const [code, says] = wanted.refused!;
    await expect(
      decodeJpeg(Buffer.from(wanted.jpeg, 'base64'), { file: 'a.jpg', sample: 's', channel: 'red' }),
    ).rejects.toMatchObject({
      code,
      reason: expect.stringContaining(says) as string,
      file: 'a.jpg',
      sample: 's',
      channel: 'red',
    });
  });

  /** Replaces the frame's segment kind or some of its bytes, counted from the marker. */
  function withFrame(name: string, changes: Readonly<Record<number, number>>): Uint8Array {
    const file = new Uint8Array(fileOf(name));
    const at = Buffer.from(file).indexOf(Buffer.from([0xff, 0xc0]));
    for (const [offset, byte] of Object.entries(changes)) file[at + Number(offset)] = byte;
    return file;
  }

  test.each<[string, Record<number, number>, string, string]>([
    ['arithmetic coding', { 1: 0xc9 }, 'jpeg-unsupported', 'it is arithmetically coded'],
    ['lossless', { 1: 0xc3 }, 'jpeg-unsupported', 'it is lossless'],
    ['12 bits', { 4: 12 }, 'jpeg-unsupported', 'its samples have 12 bits'],
    ['a height that comes later', { 5: 0, 6: 0 }, 'jpeg-unsupported', 'its height comes after the image'],
    ['no width', { 7: 0, 8: 0 }, 'jpeg-invalid', '0 pixels wide'],
    ['more components than bytes', { 9: 4 }, 'jpeg-invalid', '15 bytes for 4 components'],
    ['two components of one name', { 13: 1 }, 'jpeg-invalid', 'two components have one name'],
    ['a sampling factor of 0', { 11: 0x02 }, 'jpeg-invalid', 'sampling factors 0×2'],
    [
      'sampling factors of 3 and 2',
      { 11: 0x32, 14: 0x21 },
      'jpeg-unsupported',
      '2×1 samples where another has 3×2',
    ],
  ])('%s: refused', async (_name, changes, code, says) => {
    await expect(decodeJpeg(withFrame('colour, 4:2:0', changes))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(says) as string,
    });
  });

  it('refuses every truncation', async () => {
    for (const name of ['grey', 'colour, 4:2:0, progressive']) {
      const file = fileOf(name);
      for (let length = 0; length < file.length; length += 7) {
        const outcome = await decodeJpeg(file.subarray(0, length)).catch(
          (error: unknown) => (error as HpaError).code,
        );
        expect([name, length, outcome]).toEqual([
          name,
          length,
          length < 3 && length > 0 ? 'image-signature' : 'jpeg-truncated',
        ]);
      }
    }
  });

  it('obeys the flag by which Adobe says that colours are RGB, unless it is JFIF', async () => {
    const rgb = fileOf('colour, kept as RGB');
    const adobe = rgb.indexOf('Adobe');
    expect(rgb[adobe + 11]).toBe(0);
    const asYcc = Buffer.from(rgb);
    asYcc[adobe + 11] = 1;
    const [plain, converted] = await Promise.all([decodeJpeg(rgb), decodeJpeg(asYcc)]);
    expect(distances(plain.data, converted.data).most).toBeGreaterThan(100);
  });

  it('counts the memory that decoding takes', async () => {
    const file = fileOf('colour, 4:2:0');
    // 23×18 pixels are 2×2 units of six blocks.
    const needed = 24 * 64 * 5 + 23 * 18 * 13;
    await expect(decodeJpeg(file, { maxBytes: needed })).resolves.toMatchObject({ width: 23 });
    await expect(decodeJpeg(file, { maxBytes: needed - 1 })).rejects.toMatchObject({
      code: 'image-too-large',
    });
    await expect(decodeJpeg(file, { maxPixels: 23 * 18 - 1 })).rejects.toMatchObject({
      code: 'image-too-large',
    });
    await expect(decodeJpeg(file, { maxPixels: 0 })).rejects.toThrow(RangeError);
  });

  it('refuses a size that the data cannot fill, before it takes memory', async () => {
    await expect(decodeJpeg(withFrame('colour, 4:2:0', { 5: 16, 6: 0, 7: 16, 8: 0 }))).rejects.toMatchObject({
      code: 'jpeg-truncated',
      message: expect.stringContaining('too little image data') as string,
    });
  });

  it('refuses other files and other things', async () => {
    await expect(decodeJpeg(Buffer.from('II*\0\x08\0\0\0'))).rejects.toMatchObject({
      code: 'image-signature',
      message: 'the file is a TIFF, not a JPEG: decodeImage reads it',
    });
    await expect(decodeJpeg('file.jpg' as never)).rejects.toThrow(
      new TypeError('bytes must be a Uint8Array or an ArrayBuffer. Received String'),
    );
  });

  describe.skipIf(!hasRealData)('real files', () => {
    // Sums of the planes as OpenCV 5.0 decodes them; of single samples 1.0% and 3.3% differ, by 3 at most.
    it.each([
      ['blue', [664_945, 561_071, 59_196_511]],
      ['green', [5_746_381, 64_380_378, 5_990_965]],
    ])('are on the average as libjpeg decodes them, the stain in its plane: %s', async (colour, wanted) => {
      const image = await decodeJpeg(readFileSync(realData(`mislabelled/57_F11_1_${colour}.png`)));
      expect(image).toMatchObject({ width: 1728, height: 1728, channels: 3 });
      const sums = [0, 0, 0];
      for (let i = 0; i < image.data.length; i++) sums[i % 3]! += image.data[i]!;
      expect(sums.indexOf(Math.max(...sums))).toBe(resolvePlane('hpa-v18', colour));
      for (const [plane, sum] of sums.entries())
        expect(Math.abs(sum - wanted[plane]!) / (1728 * 1728)).toBeLessThan(0.05);
    });
  });
});
