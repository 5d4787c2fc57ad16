/** 'hpa-kit/augment': random changes of images, drawn from (seed, epoch, sample). */
export { augment, type Augmentation, type Step } from './augmentation';
export { compose, oneOf, sometimes, type OneOfParams, type SometimesParams } from './combine';
export { replay, sampleAugmentation, type AugmentationRecord } from './replay';
export type { AffineMatrix, Geometry, ImageSize } from './geometry';
export type { Border, Interpolation, Resampling, ResamplingOptions } from './resampling';
export type { Range } from './checks';

export { antitranspose, flipLeftRight, flipUpDown, quarterTurns, transpose } from './symmetries';
export {
  dihedral,
  flip,
  rotate90,
  type FlipOptions,
  type FlipParams,
  type Rotate90Options,
  type SymmetryParams,
} from './dihedral';
export { affine, rotate, type AffineOptions, type AffineParams, type RotateOptions } from './affine';
export { warpAffine, type WarpAffineOptions } from './warp-affine';
export {
  crop,
  randomCrop,
  randomResizedCrop,
  type CropBox,
  type RandomCropParams,
  type RandomResizedCropOptions,
  type RandomResizedCropParams,
  type SizeOptions,
} from './crop';
export {
  elastic,
  warpByField,
  type DisplacementField,
  type ElasticOptions,
  type ElasticParams,
} from './elastic';
export {
  brightness,
  channelGain,
  contrast,
  gamma,
  type BrightnessOptions,
  type ChannelGainOptions,
  type ContrastOptions,
  type GammaOptions,
} from './tone';
export { blur, gaussianBlur, type BlurOptions, type GaussianBlurOptions } from './gaussian-blur';
export { gaussianNoise, type GaussianNoiseOptions, type GaussianNoiseParams } from './gaussian-noise';
export {
  channelDropout,
  coarseDropout,
  type ChannelDropoutOptions,
  type ChannelDropoutParams,
  type CoarseDropoutOptions,
  type Hole,
} from './dropout';

export { augmentBatch, type BatchAugmentation, type BatchShape, type Partners } from './batch-augmentation';
export { mixUp, type MixUpOptions, type MixUpParams } from './mix-up';
export { cutMix, type CutMixOptions, type CutMixParams } from './cut-mix';

export { testTimeViews, type TestTimeView, type TestTimeViews } from './test-time-views';
