/** Puts the pictures of these pages together: images side by side, each below its title. */
import type { CellImage } from 'hpa-kit';
import { drawText, LINE_HEIGHT } from './figure-text.ts';

/** A title and an 8-bit image of one channel, shown in grey, or of three, shown as RGB. */
export type Tile = readonly [title: string, image: CellImage];

const GAP = 12;
const WHITE = 255;
/** Greys and colours are kept to this many levels, which halves the files and is hardly seen. */
const LEVELS = 16;

/** An 8-bit RGB image of rows of tiles on white. Columns are as wide as their widest tile. */
export function figure(rows: readonly (readonly Tile[])[]): CellImage {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, x) => {
    return Math.max(...rows.map((row) => row[x]?.[1].width ?? 0));
  });
  const heights = rows.map((row) => Math.max(...row.map(([, { height }]) => height)));
  const titled = rows.map((row) => row.some(([title]) => title !== ''));
  const tops = heights.map((_, y) => {
    return heights.slice(0, y).reduce((sum, height, i) => sum + height + GAP + titleHeight(titled[i]!), GAP);
  });
  const width = widths.reduce((sum, own) => sum + own + GAP, GAP);
  const height = tops.at(-1)! + titleHeight(titled.at(-1)!) + heights.at(-1)! + GAP;
  const page = { width, height, channels: 3, data: new Uint8Array(3 * width * height).fill(WHITE) };
  rows.forEach((row, y) => {
    let left = GAP;
    row.forEach(([title, image], x) => {
      drawText(page, title, left, tops[y]!, left + widths[x]! + GAP - 2);
      paste(page, image, left, tops[y]! + titleHeight(titled[y]!));
      left += widths[x]! + GAP;
    });
  });
  return page;
}

function titleHeight(titled: boolean): number {
  return titled ? LINE_HEIGHT : 0;
}

function paste(page: CellImage, { width, height, channels, data }: CellImage, left: number, top: number) {
  if (!(data instanceof Uint8Array) || (channels !== 1 && channels !== 3))
    throw new TypeError(`A tile must have 8 bits and 1 or 3 channels. Received ${channels} channels.`);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) {
        const value = data[(y * width + x) * channels + (channels === 3 ? c : 0)]!;
        const level = Math.round((value / 255) * (LEVELS - 1));
        page.data[((top + y) * page.width + left + x) * 3 + c] = Math.round((level * 255) / (LEVELS - 1));
      }
}
