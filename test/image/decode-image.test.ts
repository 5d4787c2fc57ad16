import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeImage, decodePng, isHpaError } from 'hpa-kit';
import { hasRealData, realData } from '../real-data';
import { chunk, data, END, header, png } from './make-png';
import { page, PIXELS, tiff } from './make-tiff';

const jpegs = JSON.parse(readFileSync(new URL('../golden/jpeg_kinds.json', import.meta.url), 'utf8')) as {
  name: string;
  jpeg: string;
}[];
const jpeg = (name: string) => Buffer.from(jpegs.find((one) => one.name === name)!.jpeg, 'base64');
const says = (text: string) => expect.stringContaining(text) as string;

describe('decodeImage', () => {
  it('tells PNG, TIFF and JPEG by their first bytes, whatever the name', async () => {
    const file = 'cell.png';
    expect(await decodeImage(png(header(), data(), END), { file })).toMatchObject({ width: 4, bitDepth: 8 });
    expect(await decodeImage(tiff(PIXELS, [page()]), { file })).toMatchObject({ width: 4, channels: 1 });
    expect(await decodeImage(jpeg('grey'), { file })).toMatchObject({ width: 23, channels: 1 });
    expect(await decodeImage(jpeg('colour, 4:2:0'), { file })).toMatchObject({ width: 23, channels: 3 });
  });

  it('takes an ArrayBuffer too', async () => {
    const bytes = Uint8Array.from(jpeg('grey')).buffer;
    expect(await decodeImage(bytes)).toMatchObject({ width: 23 });
    await expect(decodeImage([1, 2] as never)).rejects.toThrow(TypeError);
  });

  it('scales greyscale below 8 bits', async () => {
    const bits = png(header({ width: 4, height: 1, bitDepth: 2 }), data([0, 0b00_01_10_11]), END);
    expect(await decodeImage(bits)).toMatchObject({ bitDepth: 8, data: Uint8Array.of(0, 85, 170, 255) });
  });

  it('passes on which pages of a TIFF are wanted', async () => {
    const file = tiff(PIXELS, [page(), page()]);
    expect(await decodeImage(file)).toMatchObject({ channels: 2 });
    expect(await decodeImage(file, { pages: 1 })).toMatchObject({ channels: 1 });
  });

  it.each([
    ['nothing', '', 'the file is empty'],
    ['a GIF', 'GIF89a..', 'the file is a GIF, not a PNG, TIFF or JPEG: convert it first'],
    ['a BMP', 'BM......', 'is a BMP, not'],
    ['a WebP', 'RIFF\x10\0\0\0WEBPVP8 ', 'is a WebP, not'],
    ['a JPEG 2000', '\0\0\0\x0cjP  \r\n\x87\n', 'is a JPEG 2000, not'],
    ['an AVIF', '\0\0\0\x1cftypavif', 'is a HEIF or AVIF, not'],
    ['gzip', '\x1f\x8b\x08\0', 'compressed with gzip: unpack it first'],
    ['a ZIP', 'PK\x03\x04', 'is a ZIP archive: unpack it first'],
    ['HDF5', '\x89HDF\r\n\x1a\n', 'is HDF5, not'],
    ['an LFS pointer', 'version https://git-lfs', 'run git lfs pull'],
    ['a page', '\n<html>', 'was the download refused?'],
    ['text', 'Id,Target', 'it starts with 49 64 2c 54'],
  ])('says what %s is', async (_name, text, message) => {
    await expect(
      decodeImage(Buffer.from(text, 'latin1'), { file: 'a.png', sample: 's', channel: 'red' }),
    ).rejects.toMatchObject({
      code: 'image-signature',
      message: says(message),
      file: 'a.png',
      sample: 's',
      channel: 'red',
    });
  });

  it("leaves PNG's damaged signatures to PNG", async () => {
    await expect(decodeImage(Buffer.from('\x89PNG\n\x1a\n...', 'latin1'))).rejects.toMatchObject({
      code: 'png-signature',
      message: says('text mode'),
    });
    await expect(decodePng(jpeg('grey'))).rejects.toMatchObject({
      code: 'png-signature',
      message: 'the file is a JPEG, not a PNG: decodeImage reads it',
    });
  });

  const MEGABYTE = Buffer.alloc(1e6);
  const giantJpeg = () => {
    const file = jpeg('colour, 4:2:0, progressive');
    const frame = file.indexOf(Buffer.from([0xff, 0xc2]));
    file.writeUInt16BE(30_000, frame + 5);
    file.writeUInt16BE(30_000, frame + 7);
    return Buffer.concat([file.subarray(0, -2), MEGABYTE]);
  };
  const giantPage = (compression: number) =>
    page({
      256: [256, 'long', [30_000]],
      257: [257, 'long', [30_000]],
      259: [259, 'short', [compression]],
      278: [278, 'long', [30_000]],
      279: [279, 'long', [MEGABYTE.length]],
    });
  it.each([
    ['PNG', png(header({ width: 30_000, height: 30_000 }), data(), END, MEGABYTE)],
    ['PNG in one chunk', png(header({ width: 30_000, height: 30_000 }), chunk('IDAT', MEGABYTE), END)],
    ['TIFF', tiff(MEGABYTE, [giantPage(8)])],
    [
      'TIFF of many pages',
      tiff(
        MEGABYTE,
        Array.from({ length: 100 }, () => giantPage(5)),
      ),
    ],
    ['JPEG', giantJpeg()],
  ])('refuses a %s of 1 MB that declares 30,000×30,000 pixels in under 5 ms', async (_name, file) => {
    expect(file.length).toBeGreaterThanOrEqual(1e6);
    let quickest = Infinity;
    // The first goes load the decoder and compile it.
    for (let round = 0; round < 10; round++) {
      const start = performance.now();
      const error: unknown = await decodeImage(file).catch((reason: unknown) => reason);
      quickest = Math.min(quickest, performance.now() - start);
      expect(isHpaError(error, 'image-too-large')).toBe(true);
    }
    expect(quickest).toBeLessThan(5);
  });

  it.skipIf(!hasRealData)('reads the JPEGs that are called PNGs', async () => {
    const image = await decodeImage(readFileSync(realData('mislabelled/57_F11_1_blue.png')));
    expect(image).toMatchObject({ width: 1728, height: 1728, channels: 3, bitDepth: 8 });
  });
});
