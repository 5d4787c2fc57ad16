/** PngSuite and real competition files against digests; they lie beside the repository, where they are there. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodePng, type DecodedImage } from 'hpa-kit';
import { hasRealData, realDataFolder } from '../real-data';

const suite = new URL('pngsuite/', realDataFolder);
const kaggle = new URL('kaggle-png/', realDataFolder);
const engines = ['zlib', 'web'] as const;

const rows = (url: URL) =>
  existsSync(url)
    ? readFileSync(url, 'utf8')
        .trim()
        .split(/\r?\n/)
        .slice(1)
        .map((line) => line.split(','))
    : [];

/** Two bytes a sample in the order of the file for 16 bits. */
function digest({ data }: DecodedImage): string {
  const bytes = Buffer.from(data.slice().buffer);
  return createHash('sha256')
    .update(data instanceof Uint16Array ? bytes.swap16() : bytes)
    .digest('hex');
}

describe.skipIf(!existsSync(suite)).each(engines)('PngSuite, inflate by %s', (inflate) => {
  const valid = rows(new URL('digests.csv', suite));
  const expanded = JSON.parse(
    readFileSync(new URL('../golden/pngsuite_palette.json', import.meta.url), 'utf8'),
  ) as Record<string, { channels: number; sha256: string }>;
  const read = (file: string) => readFileSync(new URL(`png/${file}`, suite));

  it('has 161 valid files', () => {
    expect(valid).toHaveLength(161);
  });

  it.each(valid)('%s', async (file, width, height, channels, bitDepth, _palette, sha256) => {
    const image = await decodePng(read(file), { palette: 'indices', inflate });
    expect(image).toMatchObject({
      width: Number(width),
      height: Number(height),
      channels: Number(channels),
      bitDepth: Number(bitDepth),
    });
    expect(digest(image)).toBe(sha256);
    expect(image.data.buffer.byteLength).toBe(image.data.byteLength);
  });

  it('expands palettes as Pillow does', async () => {
    expect(Object.keys(expanded).length).toBeGreaterThan(30);
    for (const [file, { channels, sha256 }] of Object.entries(expanded)) {
      const image = await decodePng(read(file), { inflate });
      expect([file, image.channels, image.bitDepth, digest(image)]).toEqual([file, channels, 8, sha256]);
    }
  });

  it.each([
    ['xs1n0g01', 'png-signature', 'starts with 09 50'],
    ['xs2n0g01', 'png-signature', 'starts with 89 51'],
    ['xs4n0g01', 'png-signature', 'starts with 89 50 4e 67'],
    ['xs7n0g01', 'png-signature', 'signature is damaged'],
    ['xcrn0g04', 'png-signature', 'text mode'],
    ['xlfn0g04', 'png-signature', 'text mode'],
    ['xhdn0g08', 'png-checksum', 'IHDR'],
    ['xcsn0g01', 'png-checksum', 'IDAT'],
    ['xdtn0g01', 'png-invalid', 'no image data'],
    ['xc1n0g08', 'png-invalid', 'colour type 1'],
    ['xc9n2c08', 'png-invalid', 'colour type 9'],
    ['xd0n2c08', 'png-invalid', 'bit depth 0'],
    ['xd3n2c08', 'png-invalid', 'bit depth 3'],
    ['xd9n2c08', 'png-invalid', 'bit depth 99'],
  ])('refuses %s: %s, %s', async (name, code, says) => {
    const decoded = decodePng(read(`${name}.png`), { inflate, file: name });
    await expect(decoded).rejects.toMatchObject({ code, file: name });
    await expect(decoded).rejects.toThrow(says);
  });
});

describe.skipIf(!existsSync(kaggle)).each(engines)('real HPA files, inflate by %s', (inflate) => {
  it('match their digests', async () => {
    const files = rows(new URL('digests.csv', kaggle));
    expect(files).toHaveLength(48);
    for (const row of files) {
      const file = `${row[1]!}_${row[2]!}.png`;
      const image = await decodePng(readFileSync(new URL(file, kaggle)), { inflate });
      expect([file, digest(image)]).toEqual([file, row.at(-1)]);
    }
  });
});

describe.skipIf(!hasRealData)('other real files', () => {
  it('names a JPEG that is called .png', async () => {
    const jpeg = readFileSync(new URL('mislabelled/57_F11_1_blue.png', realDataFolder));
    await expect(decodePng(jpeg)).rejects.toThrow('is a JPEG, not a PNG');
  });

  // Digests of the big-endian samples that OpenCV 5.0.0 reads.
  it.each([
    ['0_1_N_G.png', 'e66bbb55a05dfe8eb32e14eb2412143d26f3f5fd5ce1eb9afc05d5b05ddf3fc3'],
    ['0_1_N_R.png', 'a57818aeb50aed1cd84cc19aff8764997feae12e22f30b67e07176d5e7306e0b'],
  ])('reads all 16 bits of %s', async (file, sha256) => {
    const image = await decodePng(readFileSync(new URL(`png16/${file}`, realDataFolder)));
    expect(image).toMatchObject({ width: 1392, height: 1040, channels: 1, bitDepth: 16 });
    expect(digest(image)).toBe(sha256);
  });
});
