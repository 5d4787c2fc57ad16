/** Where samples come from: the small interface between files, memory or the network and `HpaDataset`. */
import type { CellImage } from '../image/cell-image';

/** A list of samples whose images are loaded on demand. Plain objects do. */
export interface ImageSource {
  /** What to call it in messages, such as the folder's path. */
  readonly name: string;
  /** One id a sample, each once. */
  readonly ids: readonly string[];
  /** Names of the image's channels, in the order of the pixels. */
  readonly channels: readonly string[];
  /** Names of the classes, in the order of the labels. */
  readonly classes: readonly string[];
  /** Multi-hot labels `[ids.length, classes.length]`, row-major, 0 or 1; absent when unknown. */
  readonly labels?: Uint8Array;
  /** The group of each sample; samples of one group are kept on one side of a split. */
  readonly groups?: readonly string[];
  /** The image of sample `index`, all channels stacked. The caller owns what it gets. */
  load(index: number, options?: { signal?: AbortSignal | undefined }): Promise<CellImage>;
}
