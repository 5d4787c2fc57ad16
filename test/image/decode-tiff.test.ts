import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import { decodeTiff, readTiffInfo, type DecodedTiff } from 'hpa-kit';
import { hasRealData, realData } from '../real-data';
import { page, PIXELS, tiff, type Field } from './make-tiff';

interface Golden {
  name: string;
  width: number;
  height: number;
  channels: number;
  bitDepth: number;
  float: boolean;
  sha256: string;
  channelNames?: string[];
  refused?: [code: string, says: string];
  tiff: string;
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/tiff_kinds.json', import.meta.url), 'utf8'),
) as Golden[];
const bytesOf = ({ tiff: text }: Golden) => new Uint8Array(Buffer.from(text, 'base64'));
const goldenFile = (name: string) => bytesOf(golden.find((one) => one.name === name)!);
const sha256 = ({ data }: DecodedTiff) =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');
const says = (text: string) => expect.stringContaining(text) as string;

describe('decodeTiff', () => {
  test.each(golden.filter(({ refused }) => !refused))('$name: as tifffile reads it', async (wanted) => {
    const image = await decodeTiff(bytesOf(wanted));
    const { width, height, channels, bitDepth } = image;
    expect({ width, height, channels, bitDepth }).toEqual({
      width: wanted.width,
      height: wanted.height,
      channels: wanted.channels,
      bitDepth: wanted.bitDepth,
    });
    expect(image.data.constructor.name).toBe(
      wanted.float ? 'Float32Array' : wanted.bitDepth === 16 ? 'Uint16Array' : 'Uint8Array',
    );
    expect(sha256(image)).toBe(wanted.sha256);
    expect(image.channelNames).toEqual(wanted.channelNames);
    expect(image.data.buffer.byteLength).toBe(image.data.byteLength);
  });

  test.each(golden.filter(({ refused }) => refused))('$name: refused', async (wanted) => {
    const [code, reason] = wanted.refused!;
    const place = { file: 'a.tif', sample: 's', channel: 'red' };
    await expect(decodeTiff(bytesOf(wanted), place)).rejects.toMatchObject({
      code,
      reason: says(reason),
      ...place,
    });
  });

  it.each(['zlib', 'web', 'sync'] as const)('inflates alike by %s', async (engine) => {
    for (const name of ['uint16, zlib, predictor, >, strips', 'BigTIFF']) {
      const image = await decodeTiff(goldenFile(name), { inflate: engine });
      expect(sha256(image)).toBe(golden.find((one) => one.name === name)!.sha256);
    }
  });

  it('reads bytes that lie within a larger buffer', async () => {
    const file = tiff(PIXELS, [page()]);
    const padded = new Uint8Array(file.length + 13);
    padded.set(file, 5);
    const { data } = await decodeTiff(padded.subarray(5, 5 + file.length));
    expect(data).toEqual(new Uint8Array(PIXELS));
  });

  describe('pages', () => {
    const file = goldenFile('several pages');

    it('are stacked, or chosen by number', async () => {
      const stack = await decodeTiff(file);
      expect(stack).toMatchObject({ width: 9, height: 7, channels: 3 });
      const one = await decodeTiff(file, { pages: 1 });
      const some = await decodeTiff(file, { pages: [2, 0] });
      expect([one.channels, some.channels]).toEqual([1, 2]);
      for (let i = 0; i < 63; i++) {
        expect(one.data[i]).toBe(stack.data[3 * i + 1]);
        expect([some.data[2 * i], some.data[2 * i + 1]]).toEqual([stack.data[3 * i + 2], stack.data[3 * i]]);
      }
    });

    it('that are not there or no numbers are refused', async () => {
      await expect(decodeTiff(file, { pages: 3 })).rejects.toMatchObject({
        code: 'image-shape',
        message: 'there is no page 3: the file has 3, counted from 0',
      });
      await expect(decodeTiff(file, { pages: [] })).rejects.toThrow(RangeError);
      await expect(decodeTiff(file, { pages: -1 })).rejects.toThrow(RangeError);
      await expect(decodeTiff(file, { pages: 'all' as never })).rejects.toThrow(
        new RangeError("pages must be 'stack' or integers from 0. Received all."),
      );
    });

    it('of smaller copies are left out of the stack', async () => {
      const small = page({ 254: [254, 'long', [1]], 256: [256, 'short', [2]], 257: [257, 'short', [1]] });
      const pyramid = tiff(PIXELS, [page(), small]);
      expect(await decodeTiff(pyramid)).toMatchObject({ width: 4, channels: 1 });
      expect(await decodeTiff(pyramid, { pages: 1 })).toMatchObject({ width: 2, height: 1 });
      expect(readTiffInfo(pyramid).pages.map(({ reduced }) => reduced)).toEqual([false, true]);
    });
  });

  describe('OME-XML', () => {
    const ome = (xml: string, pages = 2) =>
      tiff(
        PIXELS,
        Array.from({ length: pages }, (_, i) => page(i === 0 ? { 270: [270, 'ascii', xml] } : {})),
      );
    const channels = '<Channel ID="Channel:0:0" Name="A"/><Channel Name="B" SamplesPerPixel="1"></Channel>';
    const wrap = (pixels: string, inner = channels) =>
      `<?xml version="1.0"?><ome:OME xmlns:ome="x" UUID="urn:uuid:1"><ome:Image><Pixels ${pixels}>${inner}</Pixels></ome:Image></ome:OME>`;

    it.each<[string, string, string[] | undefined]>([
      ['names in order', wrap('DimensionOrder="XYCZT" SizeC="2" SizeZ="1" SizeT="1"'), ['A', 'B']],
      [
        'order of the pages',
        wrap('', `<TiffData IFD="1" FirstC="0"/><TiffData FirstC="1" IFD="0"/>${channels}`),
        ['B', 'A'],
      ],
      [
        'other files of a set',
        wrap(
          '',
          `<TiffData IFD="0" FirstC="1"><UUID FileName="a">urn:uuid:1</UUID></TiffData><TiffData IFD="0" FirstC="0"><UUID>urn:uuid:2</UUID></TiffData>${channels}`,
        ),
        undefined,
      ],
      ['a missing name', wrap('', '<Channel Name="A"/><Channel/>'), undefined],
      ['one name for two', wrap('', '<Channel Name="A"/>'), undefined],
      [
        'comments',
        wrap('', `<!-- <Channel Name="X"/> --><![CDATA[<Channel Name="Y"/>]]>${channels}`),
        ['A', 'B'],
      ],
      [
        'signs',
        wrap('', `<Channel Name='&lt;&#945;&amp;&#x3b2;>'/><Channel Name="&unknown;"/>`),
        ['<α&β>', '&unknown;'],
      ],
      ['a document type', `<!DOCTYPE OME [<!ENTITY a SYSTEM "file:///etc/passwd">]>${wrap('')}`, undefined],
      ['no XML', 'OME <OME', undefined],
    ])('%s', async (_name, xml, names) => {
      expect((await decodeTiff(ome(xml))).channelNames).toEqual(names);
    });

    it('asks for a choice where there are focal planes or times, and names what is chosen', async () => {
      const file = ome(wrap('DimensionOrder="XYZCT" SizeC="2" SizeZ="2" SizeT="1"'), 4);
      await expect(decodeTiff(file)).rejects.toMatchObject({
        code: 'image-shape',
        message: says('pages: [0, 2]'),
      });
      expect((await decodeTiff(file, { pages: [2, 0] })).channelNames).toEqual(['B', 'A']);
      expect((await decodeTiff(file, { pages: 3 })).channelNames).toEqual(['B']);
    });

    it('of several images asks for a choice', async () => {
      const xml = wrap('', `${channels}</Pixels></Image><Image><Pixels>`);
      await expect(decodeTiff(ome(xml))).rejects.toMatchObject({
        code: 'image-shape',
        message: says('2 images'),
      });
    });

    it('of any shape is read or refused quickly', () => {
      for (const part of [
        '<Channel ',
        '<Channel Name="',
        '<!--',
        '&#',
        '< a=',
        "<a b='c' ",
        '<a x="&#9;&#9;&#9;"/>',
      ]) {
        const file = ome(`<OME><Pixels>${part.repeat(4e6 / part.length)}`);
        const start = performance.now();
        try {
          readTiffInfo(file);
        } catch (error) {
          expect(error).toMatchObject({ code: 'tiff-invalid', message: says('65536 tags') });
        }
        expect([part, performance.now() - start < 1000]).toEqual([part, true]);
      }
      expect(() => readTiffInfo(ome(`<OME>${' '.repeat(2 ** 22)}`))).toThrow('more than 4194304');
    });
  });

  it('tells what a file is without decoding it', () => {
    expect(readTiffInfo(goldenFile('OME-TIFF'))).toMatchObject({
      bigTiff: false,
      littleEndian: true,
      channelNames: ['Microtubules', 'Protein <α & β>', 'Nucleus "DAPI"', 'ER'],
      pages: Array.from({ length: 4 }, () => ({
        width: 5,
        height: 6,
        channels: 1,
        bitDepth: 16,
        sampleFormat: 'uint',
        compression: 'Deflate',
        reduced: false,
      })),
    });
    expect(readTiffInfo(goldenFile('JPEG inside')).pages[0]).toMatchObject({ compression: 'JPEG' });
    expect(readTiffInfo(goldenFile('int16')).pages[0]).toMatchObject({ bitDepth: 16, sampleFormat: 'int' });
    expect(() => readTiffInfo(Buffer.from('GIF89a..'), { file: 'a.tif' })).toThrow(
      'the file is a GIF, not a TIFF: convert it first (file a.tif)',
    );
  });

  describe('damage', () => {
    const file = tiff(PIXELS, [page()]);
    const change = (field: Field) => tiff(PIXELS, [page({ [field[0]]: field })]);

    it('as truncation is found at every length', async () => {
      for (let length = 0; length < file.length; length++) {
        const error: unknown = await decodeTiff(file.subarray(0, length)).catch((reason: unknown) => reason);
        const code = length > 0 && length < 4 ? 'image-signature' : 'tiff-truncated';
        expect(error).toMatchObject({ code });
      }
    });

    it.each<[string, Buffer, string, string]>([
      [
        'a loop of pages',
        tiff(PIXELS, [page()], 20),
        'tiff-invalid',
        'its pages form a loop: page 1 is at byte 20',
      ],
      ['no page', tiff(PIXELS, []), 'tiff-invalid', 'it has no page'],
      ['no size', tiff(PIXELS, [page({ 257: undefined })]), 'tiff-invalid', 'it is 4×? pixels'],
      ['no area', change([256, 'short', [0]]), 'tiff-invalid', 'it is 0×3 pixels: it has no area'],
      ['no channels', change([277, 'short', [0]]), 'tiff-invalid', 'it has no channels'],
      ['many channels', change([277, 'short', [9999]]), 'tiff-unsupported', '9999 channels, more than 256'],
      [
        'a size of another type',
        change([256, 'double', [4]]),
        'tiff-invalid',
        'field 256 of page 0 is of type 12',
      ],
      [
        'a strip outside',
        change([273, 'long', [900]]),
        'tiff-truncated',
        'strip 0 of page 0 lies in bytes 900 to 912',
      ],
      [
        'no strip',
        tiff(PIXELS, [page({ 273: undefined })]),
        'tiff-invalid',
        '0 strips with a place and a length',
      ],
      [
        'too few strips',
        change([278, 'short', [1]]),
        'tiff-invalid',
        'it has 1 strips with a place and a length; its size asks for 3',
      ],
      [
        'an empty strip',
        change([279, 'long', [0]]),
        'tiff-invalid',
        'strip 0 has 0 bytes, which cannot hold the 12',
      ],
      [
        'a short strip',
        change([279, 'long', [11]]),
        'tiff-invalid',
        'strip 0 has 11 bytes, which cannot hold the 12',
      ],
      ['strips of no rows', change([278, 'short', [0]]), 'tiff-invalid', 'its strips are 4×0 pixels'],
      [
        'tiles of no height',
        tiff(PIXELS, [page({ 322: [322, 'short', [16]] })]),
        'tiff-invalid',
        'its tiles are 16×0 pixels',
      ],
      [
        'a giant tile',
        tiff(PIXELS, [
          page({
            322: [322, 'long', [2 ** 20]],
            323: [323, 'long', [2 ** 20]],
            324: [324, 'long', [8]],
            325: [325, 'long', [12]],
          }),
        ]),
        'image-too-large',
        '1099511627776 bytes in its tiles',
      ],
      [
        'a million strips',
        tiff(PIXELS, [page({ 257: [257, 'long', [1e6]], 278: [278, 'short', [1]] })]),
        'image-too-large',
        '1000000 strips, and the pages together more than 262144',
      ],
      [
        'strips that are one and the same megabyte',
        tiff(new Uint8Array(1e6), [
          page({
            257: [257, 'short', [100]],
            259: [259, 'short', [5]],
            278: [278, 'short', [1]],
            273: [273, 'long', new Array<number>(100).fill(8)],
            279: [279, 'long', new Array<number>(100).fill(1e6)],
          }),
        ]),
        'tiff-invalid',
        'its blocks overlap: they come to 100000000 bytes',
      ],
      [
        'an unknown planar configuration',
        change([284, 'short', [3]]),
        'tiff-invalid',
        'PlanarConfiguration is 3',
      ],
      ['reversed bits', change([266, 'short', [2]]), 'tiff-unsupported', 'reversed bits'],
      [
        'channels of two depths',
        tiff(PIXELS, [page({ 258: [258, 'short', [8, 16]], 277: [277, 'short', [2]] })]),
        'tiff-unsupported',
        'field 258 is 8 and 16',
      ],
    ])('%s', async (_name, bytes, code, reason) => {
      await expect(decodeTiff(bytes)).rejects.toMatchObject({ code, message: says(reason) });
    });

    it.each<[string, number, Uint8Array, string]>([
      ['Deflate that expands too far', 8, deflateSync(Buffer.alloc(500_000)), 'too much image data'],
      ['Deflate that ends early', 8, deflateSync(PIXELS.subarray(0, 11)), 'too little image data'],
      ['Deflate that is none', 8, PIXELS, 'damaged'],
      ['PackBits that ends early', 32773, Buffer.from([9, 1, 2, 3]), '3 bytes of the 12'],
      ['LZW that ends early', 5, Buffer.from([0x80, 0x40, 0x40]), 'ends early'],
      ['LZW with codes from nowhere', 5, Buffer.from([0x80, 0x7f, 0xff, 0xff]), 'stands for nothing'],
      ['LZW in the old order of bits', 5, Buffer.from([0, 1, 2, 3]), 'before TIFF 6.0'],
    ])('%s', async (_name, compression, data, reason) => {
      const bytes = tiff(data, [
        page({ 259: [259, 'short', [compression]], 279: [279, 'long', [data.length]] }),
      ]);
      await expect(decodeTiff(bytes)).rejects.toMatchObject({ message: says(reason) });
      await expect(decodeTiff(bytes)).rejects.toMatchObject({ message: says('page 0, strip 0') });
    });

    it('PackBits: runs, pauses and what follows the end are as libtiff reads them', async () => {
      const data = Buffer.from([0x80, 0xfe, 7, 2, 1, 2, 3, 0xfb, 9, 99, 99]);
      const bytes = tiff(data, [page({ 259: [259, 'short', [32773]], 279: [279, 'long', [data.length]] })]);
      expect([...(await decodeTiff(bytes)).data]).toEqual([7, 7, 7, 1, 2, 3, 9, 9, 9, 9, 9, 9]);
    });
  });

  it('obeys the limits, over all pages together', async () => {
    const file = goldenFile('several pages');
    await expect(decodeTiff(file, { maxBytes: 189, maxPixels: 63 })).resolves.toMatchObject({ channels: 3 });
    await expect(decodeTiff(file, { maxBytes: 188 })).rejects.toMatchObject({ code: 'image-too-large' });
    await expect(decodeTiff(file, { maxPixels: 62 })).rejects.toMatchObject({ code: 'image-too-large' });
    await expect(decodeTiff(file, { maxPixels: NaN })).rejects.toThrow(RangeError);
    const many = tiff(
      PIXELS,
      Array.from({ length: 257 }, () => page()),
    );
    await expect(decodeTiff(many)).rejects.toMatchObject({
      code: 'image-too-large',
      message: says('257 channels'),
    });
  });

  // SHA-256 of the samples as tifffile and OpenCV read them.
  it.skipIf(!hasRealData).each([
    ['AS_09125_050116030001_D03f00d0', '868c3327e26eb8e1d20fbf07c85713e9e868eba962419877bdb454bfc3418403'],
    ['AS_09125_050116030001_D03f00d1', '409497aab5a3b665201c8d718f39a87725f34c9a1ba3be196a72ab10327c8f2a'],
    ['AS_09125_050116030001_D03f00d2', '6de466e00e6eed875ab21c3dcf6844c3f781eb362b5a1be6d5afe78e5b9470d7'],
  ])('reads the real file %s', async (name, digest) => {
    const image = await decodeTiff(readFileSync(realData(`tiff/${name}.tif`)));
    expect(image).toMatchObject({ width: 512, height: 512, channels: 1, bitDepth: 8 });
    expect(sha256(image)).toBe(digest);
  });
});
