/** 'hpa-kit/augment': random changes of images, drawn from (seed, epoch, sample). */
export { augment, compose, oneOf, type Augmentation, type OneOfParams } from './augmentation';
export {
  flip,
  flipLeftRight,
  flipUpDown,
  quarterTurns,
  rotate90,
  type FlipOptions,
  type FlipParams,
  type Rotate90Options,
} from './dihedral';
