/** Pictures side by side. */
import type { CellImage } from 'hpa-kit';

const GAP = 8;

/** An 8-bit RGB image of images of one size, grey or RGB, on white. */
export function contactSheet(images: readonly CellImage[]): CellImage {
  const { width, height } = images[0]!;
  const sheet = { width: images.length * (width + GAP) - GAP, height, channels: 3 };
  const data = new Uint8Array(sheet.width * height * 3).fill(255);
  images.forEach((image, i) => {
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < 3; c++) {
          const from = (y * width + x) * image.channels + (image.channels === 1 ? 0 : c);
          data[(y * sheet.width + i * (width + GAP) + x) * 3 + c] = image.data[from]!;
        }
  });
  return { ...sheet, data };
}
