/** What gives scores of images: the seam between a predictor and whatever computes its network. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { CellImage } from '../image/cell-image';
import type { Normalization } from '../image/normalize';

/** A network that is ready to run: a tfjs model, an ONNX session, or an object of one's own. */
export interface Scorer {
  /** Images that it takes. */
  readonly inputShape: readonly [height: number, width: number, channels: number];
  /** Scores that it gives for each image. */
  readonly numClasses: number;
  /** What computes, for people, such as `tfjs wasm`. */
  readonly engine: string;
  /**
   * Scores of images that all have the shape of the input.
   *
   * @returns `[images.length, numClasses]`, row-major
   */
  score(images: readonly CellImage[], normalization: Normalization): Promise<Float32Array>;
  /** What the scores depend on besides the images, as a text that changes when it does; absent: it can't tell. */
  digest?(): Promise<string>;
  /** Gives back what it holds; it can't score any more. */
  dispose(): void | Promise<void>;
}

/** Scores by a tfjs model, which stays the caller's until the scorer is disposed of. */
export interface LayersModelScorer extends Scorer {
  /** The model that computes the scores. */
  readonly model: LayersModel;
}

/** Whether a tfjs model computes the scores, which has gradients and can be saved. */
export function isLayersModelScorer(scorer: Scorer): scorer is LayersModelScorer {
  return 'model' in scorer;
}
