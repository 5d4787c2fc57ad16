/** JPEG bytes → samples, close to those of libjpeg; written for files from strangers. */
import { HpaError, type HpaErrorContext } from '../errors';
import { decodeBytes } from './decode-bytes';
import type { DecodedImage } from './decode-png';
import { toRgb } from './jpeg/colour';
import type { JpegFrame } from './jpeg/frame';
import { readSegments } from './jpeg/segments';
import { checkSize, resolveLimits, type ImageLimits } from './limits';
import { describeOther, sniffFormat } from './sniff';

/** Options of `decodeJpeg`. */
export interface DecodeJpegOptions extends Pick<HpaErrorContext, 'file' | 'sample' | 'channel'> {
  /** Refuse images of more pixels. @default 268_402_689 (16383², sharp's limit) */
  maxPixels?: number | undefined;
  /**
   * Refuse images whose decoding takes more memory: about 21 bytes a pixel for colours at half resolution, 28
   * for colours at full resolution, and 10 for greyscale.
   * @default 536_870_912 (512 MiB)
   */
  maxBytes?: number | undefined;
}

/**
 * Decodes a JPEG of 8 bits, baseline or progressive, greyscale or colour.
 *
 * Colours at half resolution are interpolated and converted as libjpeg does by default, so that samples are
 * within a few steps of those that Pillow and OpenCV see; what is left comes from the rounding of the inverse
 * cosine transform. Damaged and truncated files are refused, never filled up. EXIF orientation isn't applied,
 * nor is a colour profile.
 *
 * @param bytes the file; it must not change until the promise settles.
 * @returns `[height, width, channels]` of `Uint8Array`, channels 1 (greyscale) or 3 (RGB); `bitDepth` 8.
 * @throws HpaError, as a rejection, with the file, sample and channel of the options: `image-signature` (not a
 * JPEG), `jpeg-truncated`, `jpeg-invalid`, `jpeg-unsupported` (CMYK, 12 bits, lossless, arithmetic coding),
 * `image-too-large`. TypeError when `bytes` are not bytes; RangeError for limits that are not positive.
 * @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf
 *
 * @example
 * const stain = await decodeJpeg(await readFile('57_F11_1_blue.jpg'));
 * stain.channels; // 3
 */
export async function decodeJpeg(
  bytes: Uint8Array | ArrayBuffer,
  options: DecodeJpegOptions = {},
): Promise<DecodedImage> {
  return decodeBytes(bytes, options, decode);
}

async function decode(bytes: Uint8Array, options: ImageLimits): Promise<DecodedImage> {
  resolveLimits(options);
  if (bytes.length === 0) throw new HpaError('jpeg-truncated', 'the file is empty');
  if (sniffFormat(bytes) !== 'jpeg') throw new HpaError('image-signature', describeOther(bytes, 'JPEG'));
  const { frame, isYcc, essential } = readSegments(bytes, (found) => {
    checkSize({ ...found, bytes: workingBytes(found) }, options);
  });
  const { width, height } = frame;
  const channels = frame.components.length;
  const raw = await decodeComponents(essential);
  const data = channels === 3 ? toRgb(raw, frame, isYcc) : everyThird(raw);
  return { width, height, channels, bitDepth: 8, data };
}

/** A block's coefficients, of 4 bytes, and samples; the samples put together twice, taken apart, and the result. */
function workingBytes({ width, height, components }: JpegFrame): number {
  const blocks = components.reduce((sum, { paddedBlocks }) => sum + paddedBlocks, 0);
  return blocks * 64 * 5 + width * height * (components.length === 3 ? 13 : 5);
}

/** Three bytes a pixel: the components as they are stored, or a greyscale one three times. */
async function decodeComponents(jpeg: Uint8Array): Promise<Uint8Array> {
  const { default: library } = await import('jpeg-js');
  try {
    const decoded = library.decode(jpeg, {
      useTArray: true,
      formatAsRGBA: false,
      colorTransform: false,
      // All that it tolerates are blocks beyond the last one, which the library itself asks for where restarts
      // don't divide a greyscale image.
      tolerantDecoding: true,
      maxResolutionInMP: Infinity,
      maxMemoryUsageInMB: Infinity,
    });
    return decoded.data;
  } catch (cause) {
    throw new HpaError('jpeg-invalid', "the JPEG is damaged: its image data can't be decoded", { cause });
  }
}

function everyThird(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(raw.length / 3);
  for (let i = 0; i < out.length; i++) out[i] = raw[3 * i]!;
  return out;
}
