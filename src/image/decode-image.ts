/** Bytes of an image file of any kind that is read here → samples; the kind is told by the first bytes. */
import type { HpaErrorContext } from '../errors';
import type { CellImage } from './cell-image';
import { decodePng } from './decode-png';

export interface DecodeImageOptions extends Pick<HpaErrorContext, 'file' | 'sample' | 'channel'> {
  /** Refuse images of more pixels. @default 268_402_689 (16383², sharp's limit) */
  maxPixels?: number | undefined;
  /** Refuse images whose decoded samples take more bytes. @default 536_870_912 (512 MiB) */
  maxBytes?: number | undefined;
}

/** Decodes an image file; greyscale below 8 bits is scaled to 0–255. */
export async function decodeImage(bytes: Uint8Array, options: DecodeImageOptions = {}): Promise<CellImage> {
  return decodePng(bytes, { ...options, scaleTo8Bits: true });
}
