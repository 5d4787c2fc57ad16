/** How samples are taken between and outside pixels: the options of all that interpolates. */
import { fullScale, type Samples } from '../image/cell-image';
import { checkChoice } from './checks';

/**
 * What stands outside the image: `constant` the fill, `reflect` the image mirrored at its outermost pixels
 * without repeating them (`dcb|abcd|cba`), `replicate` the nearest pixel (`aaa|abcd|ddd`). OpenCV's
 * `BORDER_CONSTANT`, `BORDER_REFLECT_101` and `BORDER_REPLICATE`.
 */
export type Border = 'constant' | 'reflect' | 'replicate';

/** How a sample between pixels is made: of the four around it, or the nearest one. */
export type Interpolation = 'bilinear' | 'nearest';

/** How an image is interpolated, and what stands where there is none. */
export interface ResamplingOptions {
  /** What stands outside the image. @default 'constant' */
  border?: Border;
  /**
   * The value outside with border `constant`, as a share of full intensity (0–1 for every sample type), for
   * all channels or for each. @default 0
   */
  fill?: number | readonly number[];
  /** How a sample between pixels is made. @default 'bilinear' */
  interpolation?: Interpolation;
}

/** `ResamplingOptions` with every default filled in. */
export type Resampling = Readonly<Required<ResamplingOptions>>;

const BORDERS: readonly Border[] = ['constant', 'reflect', 'replicate'];
const INTERPOLATIONS: readonly Interpolation[] = ['bilinear', 'nearest'];

/** Fills in the defaults. @throws RangeError for an unknown choice or a fill that is not finite */
export function resolveResampling({
  border = 'constant',
  fill = 0,
  interpolation = 'bilinear',
}: ResamplingOptions = {}): Resampling {
  checkChoice('border', border, BORDERS);
  checkChoice('interpolation', interpolation, INTERPOLATIONS);
  checkFill(fill);
  return { border, fill, interpolation };
}

/** @throws RangeError when the fill is not a finite number, or a list of them */
export function checkFill(fill: number | readonly number[]): void {
  if (![fill].flat().every(Number.isFinite))
    throw new RangeError(`fill must be finite numbers. Received ${String(fill)}.`);
}

/** True when both give the same samples. */
export function sameResampling(a: Resampling, b: Resampling): boolean {
  return (
    a.interpolation === b.interpolation &&
    a.border === b.border &&
    (a.border !== 'constant' || String(a.fill) === String(b.fill))
  );
}

/**
 * The fill as one sample for each channel, rounded for integers.
 *
 * @throws RangeError when a list has another length than the image has channels
 */
export function fillSamples(fill: number | readonly number[], data: Samples, channels: number): Float64Array {
  if (typeof fill !== 'number' && fill.length !== channels)
    throw new RangeError(
      `fill must have one value for each of ${channels} channels. Received ${fill.length}.`,
    );
  const full = fullScale(data);
  return Float64Array.from({ length: channels }, (_, c) => {
    const value = (typeof fill === 'number' ? fill : fill[c]!) * full;
    return data instanceof Float32Array ? value : Math.min(full, Math.max(0, Math.round(value)));
  });
}

/** The pixel that stands at `i` on an axis of `size` pixels; -1 for the fill. */
export function borderIndex(i: number, size: number, border: Border): number {
  if (i >= 0 && i < size) return i;
  if (border === 'constant') return -1;
  if (border === 'replicate') return i < 0 ? 0 : size - 1;
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const at = ((i % period) + period) % period;
  return at < size ? at : period - at;
}
