/** What an image may take, checked on its declared size before any memory is taken. */
import { HpaError } from '../errors';

/** Bounds that are checked before memory is taken for an image. */
export interface ImageLimits {
  /** Refuse images of more pixels. @default 268_402_689 (16383², sharp's limit) */
  maxPixels?: number | undefined;
  /** Refuse images whose decoded samples take more bytes. @default 536_870_912 (512 MiB) */
  maxBytes?: number | undefined;
}

/** The size that a file declares. */
export interface DeclaredSize {
  width: number;
  height: number;
  /** What decoding it takes. */
  bytes: number;
}

/** The limits with their defaults. @throws RangeError when one is not positive */
export function resolveLimits(options: ImageLimits): { maxPixels: number; maxBytes: number } {
  const { maxPixels = 268_402_689, maxBytes = 536_870_912 } = options;
  for (const [name, limit] of Object.entries({ maxPixels, maxBytes })) {
    if (!(limit > 0)) throw new RangeError(`${name} must be a positive number. Received ${limit}`);
  }
  return { maxPixels, maxBytes };
}

/** @throws HpaError `image-too-large`; RangeError for limits that are not positive */
export function checkSize({ width, height, bytes }: DeclaredSize, options: ImageLimits): void {
  const { maxPixels, maxBytes } = resolveLimits(options);
  const size = `${width}×${height}`;
  if (width * height > maxPixels) {
    throw new HpaError('image-too-large', `the image is ${size} pixels, more than maxPixels ${maxPixels}`);
  }
  if (bytes > maxBytes) {
    throw new HpaError(
      'image-too-large',
      `the image of ${size} pixels takes ${bytes} bytes, more than maxBytes ${maxBytes}`,
    );
  }
}
