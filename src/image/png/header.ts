/** The `IHDR` chunk, and what it says about the rows that follow. */
import { HpaError } from '../../errors';

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits a sample: 1, 2, 4, 8 or 16. */
  readonly bitDepth: number;
  /** 0 greyscale, 2 RGB, 3 palette, 4 greyscale and alpha, 6 RGBA. */
  readonly colorType: number;
  /** Samples a pixel as stored: 1 for a palette. */
  readonly channels: number;
  readonly interlaced: boolean;
}

/** A rectangle of rows stored after one another: the whole image, or one of Adam7's seven grids. */
export interface PngPass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly width: number;
  readonly height: number;
  readonly rowBytes: number;
}

const COLOR_TYPES: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/** Reads and checks the body of `IHDR`. */
export function readHeader(body: Uint8Array): PngHeader {
  if (body.length !== 13) throw invalid(`the IHDR chunk has ${body.length} bytes; expected 13`);
  const view = new DataView(body.buffer, body.byteOffset, 13);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [bitDepth, colorType, compression, filter, interlace] = body.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (width === 0 || height === 0) throw invalid(`the image is ${width}×${height} pixels: it has no area`);
  if (width > 0x7fffffff || height > 0x7fffffff)
    throw invalid(`the size ${width}×${height} is beyond PNG's range`);
  const known = COLOR_TYPES[colorType];
  if (!known) throw invalid(`colour type ${colorType} is unknown; expected 0, 2, 3, 4 or 6`);
  if (!known.depths.includes(bitDepth)) {
    throw invalid(
      `bit depth ${bitDepth} does not go with colour type ${colorType}; expected ${known.depths.join(', ')}`,
    );
  }
  if (compression !== 0) throw invalid(`compression method ${compression} is unknown; expected 0`);
  if (filter !== 0) throw invalid(`filter method ${filter} is unknown; expected 0`);
  if (interlace > 1) throw invalid(`interlace method ${interlace} is unknown; expected 0 or 1`);
  return { width, height, bitDepth, colorType, channels: known.channels, interlaced: interlace === 1 };
}

// First column, first row, column step and row step of each pass.
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** The passes in the order stored, without empty ones. */
export function listPasses(header: PngHeader): PngPass[] {
  const grids = header.interlaced ? ADAM7 : [[0, 0, 1, 1] as const];
  return grids
    .map(([x, y, stepX, stepY]) => {
      const width = Math.ceil((header.width - x) / stepX);
      const height = Math.ceil((header.height - y) / stepY);
      return {
        x,
        y,
        stepX,
        stepY,
        width,
        height,
        rowBytes: Math.ceil((width * header.channels * header.bitDepth) / 8),
      };
    })
    .filter(({ width, height }) => width > 0 && height > 0);
}

const invalid = (reason: string) => new HpaError('png-invalid', reason);
