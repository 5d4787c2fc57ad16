/** Checks that an image from outside is one, before a loop runs over its samples. */
import type { CellImage } from './cell-image';

/** @throws RangeError when the samples do not fill the declared size, or the size is not one. */
export function checkImage({ width, height, channels, data }: CellImage): void {
  for (const [name, value] of Object.entries({ width, height, channels })) checkPositiveInteger(name, value);
  const expected = width * height * channels;
  if (data.length !== expected) {
    throw new RangeError(
      `data of a ${width}×${height} image with ${channels} channels must have ${expected} samples. Received ${data.length}`,
    );
  }
}

export function checkPositiveInteger(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`${name} must be a positive integer. Received ${value}`);
  }
}
