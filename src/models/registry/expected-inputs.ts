/** The ways in which ImageNet's networks want their pixels, for red, green, blue and yellow. */
import { HPA_CHANNELS } from '../../data/sources/file-source';
import type { ExpectedInput } from './model-info';

type Scaling = Omit<ExpectedInput, 'imageSize'>;

// Yellow, which ImageNet has none of, is treated as red: the winner's choice.
const IMAGENET_MEAN = [0.485, 0.456, 0.406, 0.485];
const IMAGENET_STD = [0.229, 0.224, 0.225, 0.229];

/** 0–1 and no more. */
export const SCALED: Scaling = {
  channels: HPA_CHANNELS,
  scale: 1 / 255,
  mean: [0, 0, 0, 0],
  std: [1, 1, 1, 1],
};

/** −1 to 1: Keras's mode 'tf'. */
export const CENTRED: Scaling = {
  channels: HPA_CHANNELS,
  scale: 1 / 127.5,
  mean: [1, 1, 1, 1],
  std: [1, 1, 1, 1],
};

/** ImageNet's mean and deviation: Keras's mode 'torch'. */
export const STANDARDIZED: Scaling = {
  channels: HPA_CHANNELS,
  scale: 1 / 255,
  mean: IMAGENET_MEAN,
  std: IMAGENET_STD,
};

/** Blue first and only the mean taken off: Keras's mode 'caffe'. */
export const CAFFE: Scaling = {
  channels: ['blue', 'green', 'red', 'yellow'],
  scale: 1,
  mean: [103.939, 116.779, 123.68, 123.68],
  std: [1, 1, 1, 1],
};
