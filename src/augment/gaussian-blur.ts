/** Gaussian blur with a random width. */
import { unsetSamplesLike, type CellImage } from '../image/cell-image';
import { checkImage } from '../image/check-image';
import { imageWorkspace } from '../image/simd/kernels';
import type { Augmentation } from './augmentation';
import { blurLoops } from './blur-loops';
import { blurSimd } from './simd/blur';
import { checkPositive, checkRange, type Range } from './checks';
import { resolveResampling, type ResamplingOptions } from './resampling';

/** What stands outside the image. */
export interface BlurOptions extends Pick<ResamplingOptions, 'fill'> {
  /** What stands outside the image. @default 'reflect' */
  border?: ResamplingOptions['border'];
}

export interface GaussianBlurOptions extends BlurOptions {
  /** Standard deviation in pixels. @default [0.5, 1.5] */
  sigmaRange?: Range;
}

/**
 * Blurs by a Gaussian whose standard deviation is drawn uniformly.
 *
 * @throws RangeError for a range that is none or not positive
 *
 * @example
 * sometimes(gaussianBlur({ sigmaRange: [0.5, 1] }), 0.2)
 */
export function gaussianBlur(options: GaussianBlurOptions = {}): Augmentation<{ sigma: number }> {
  const { sigmaRange = [0.5, 1.5], border = 'reflect', fill = 0 } = options;
  checkRange('sigmaRange', sigmaRange, { above: 0 });
  resolveResampling({ border, fill });
  return {
    name: 'gaussianBlur',
    sample: (random) => ({ sigma: random.range(...sigmaRange) }),
    apply: (image, { sigma }) => blur(image, sigma, { border, fill }),
  };
}

/**
 * Gaussian blur, separable, cut off at four standard deviations (`scipy.ndimage.gaussian_filter`'s
 * `truncate`; OpenCV's for floats), in single precision; integers are rounded once, to nearest, halves to
 * even.
 *
 * @throws RangeError when sigma is not positive
 */
export function blur(image: CellImage, sigma: number, options: BlurOptions = {}): CellImage {
  checkImage(image);
  checkPositive('sigma', sigma);
  const resampling = resolveResampling({ border: 'reflect', ...options });
  const data = unsetSamplesLike(image.data, image.data.length);
  const weights = gaussianWeights(sigma);
  const workspace = imageWorkspace();
  if (!workspace || !blurSimd(workspace, image, weights, resampling, data))
    blurLoops(image, weights, resampling, data);
  return { ...image, data };
}

/** The middle and one side of a kernel whose sum is 1. */
export function gaussianWeights(sigma: number): Float32Array {
  const radius = Math.max(1, Math.round(4 * sigma));
  const weights = Array.from({ length: radius + 1 }, (_, i) => Math.exp((-i * i) / (2 * sigma * sigma)));
  const sum = weights.reduce((total, weight, i) => total + (i === 0 ? weight : 2 * weight), 0);
  return Float32Array.from(weights, (weight) => weight / sum);
}
