/** Integer or float samples → the float32 values that a model sees, with visible mean and deviation. */
import { fullScale, type CellImage, type Samples } from './cell-image';
import { checkImage } from './check-image';
import { imageWorkspace } from './simd/kernels';
import { MAX_NORMALIZE_CHANNELS, normalizeSimd, type Scaling } from './simd/normalize';

/** How pixels become numbers: `(sample / scale − mean[c]) / std[c]`. */
export interface Normalization {
  /** Mean on the 0–1 scale, one for all channels or one each. @default 0 */
  mean?: number | readonly number[] | undefined;
  /** Standard deviation on the 0–1 scale, one for all channels or one each. @default 1 */
  std?: number | readonly number[] | undefined;
  /**
   * The sample value that becomes 1 before mean and deviation apply, such as 4095 for 12 bits kept in 16.
   * @default 255, 65535 or 1, the full scale of the sample type
   */
  scale?: number | undefined;
}

/**
 * `(sample / scale − mean[c]) / std[c]` for each sample, computed in single precision as
 * `(sample − mean[c] · scale) / (std[c] · scale)`.
 *
 * @returns a new `Float32Array`, `[height, width, channels]`; 0 to 1 with the defaults.
 * @throws RangeError for a deviation or scale that is not positive, a mean that is not finite, or a list
 * whose length is not the number of channels.
 *
 * @example
 * normalize({ width: 1, height: 1, channels: 2, data: Uint8Array.of(0, 255) }, { mean: 0.5, std: [1, 0.25] });
 * // Float32Array [-0.5, 2]
 */
export function normalize(image: CellImage, normalization: Normalization = {}): Float32Array<ArrayBuffer> {
  const out = new Float32Array(image.data.length);
  normalizeInto(image, normalization, out);
  return out;
}

/**
 * `normalize` into `out` from `offset` on, such as a row of a batch, without an array in between.
 *
 * @throws RangeError as `normalize` does, and when the image does not fit into `out` at `offset`.
 *
 * @example
 * const batch = new Float32Array(32 * 192 * 192 * 4);
 * normalizeInto(image, { mean: 0.1, std: 0.2 }, batch, row * 192 * 192 * 4);
 */
export function normalizeInto(
  image: CellImage,
  normalization: Normalization,
  out: Float32Array,
  offset = 0,
): void {
  checkImage(image);
  checkNormalization(normalization, image.channels);
  const { channels, data } = image;
  if (!Number.isInteger(offset) || offset < 0 || offset + data.length > out.length) {
    throw new RangeError(
      `offset must leave room for ${data.length} samples in ${out.length}. Received ${offset}`,
    );
  }
  const scaling = scalingOf(normalization, image);
  const workspace = channels <= MAX_NORMALIZE_CHANNELS ? imageWorkspace() : undefined;
  if (workspace) normalizeSimd(workspace, data, scaling, out, offset);
  else normalizeLoop(data, scaling, out, offset);
}

/** The same in TypeScript: single precision too, so that the results are the same. */
export function normalizeLoop(
  data: Samples,
  { centres, spreads }: Scaling,
  out: Float32Array,
  offset: number,
): void {
  const channels = centres.length;
  for (let i = 0, c = 0; i < data.length; i++) {
    out[offset + i] = Math.fround(data[i]! - centres[c]!) / spreads[c]!;
    if (++c === channels) c = 0;
  }
}

/** The normalization in units of samples; already checked. */
export function scalingOf(normalization: Normalization, { channels, data }: CellImage): Scaling {
  const { scale = fullScale(data) } = normalization;
  const mean = spread(normalization.mean ?? 0, channels);
  const std = spread(normalization.std ?? 1, channels);
  return {
    centres: Float32Array.from(mean, (value) => value * scale),
    spreads: Float32Array.from(std, (value) => value * scale),
  };
}

/** Checks a normalization for images of `channels` channels, as `normalize` does. @throws RangeError */
export function checkNormalization(normalization: Normalization, channels: number): void {
  const { mean = 0, std = 1, scale = 1 } = normalization;
  for (const [name, value] of Object.entries({ mean, std })) {
    if (typeof value !== 'number' && value.length !== channels) {
      throw new RangeError(
        `${name} must be a number or have ${channels} values, one a channel. Received ${value.length}`,
      );
    }
  }
  for (const value of spread(mean, channels)) {
    if (!Number.isFinite(value)) throw new RangeError(`mean must be finite. Received ${value}`);
  }
  for (const [name, value] of [
    ...spread(std, channels).map((v) => ['std', v] as const),
    ['scale', scale] as const,
  ]) {
    if (!(value > 0 && value < Infinity))
      throw new RangeError(`${name} must be a positive number. Received ${value}`);
  }
}

function spread(value: number | readonly number[], channels: number): readonly number[] {
  return typeof value === 'number' ? new Array<number>(channels).fill(value) : value;
}
