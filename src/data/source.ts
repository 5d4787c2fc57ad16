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
  /**
   * The image of sample `index`, all channels stacked. The caller owns what it gets. A source may resize it to
   * `size`, as `resize` does, where that saves it work; what comes in another size is resized by the dataset.
   */
  load(index: number, options?: LoadOptions): Promise<CellImage>;
  /**
   * What sample `index` is known by in caches that outlive the process; absent for sources that can't say. Of
   * plain objects, those that draw their images from a seed can give a digest of their own.
   */
  identify?(index: number, options?: Pick<LoadOptions, 'signal'>): Promise<SampleIdentity>;
}

export interface LoadOptions {
  signal?: AbortSignal | undefined;
  size?: readonly [height: number, width: number] | undefined;
}

/** How a cache tells whether a sample is still the one whose pixels it holds. */
export interface SampleIdentity {
  /** Cheap to get: while it stays the same so does the content. For files, size, times and inode. */
  stamp?: string | undefined;
  /** A digest of the content, and of everything else that decides the pixels before resizing. Reads the content. */
  digest(): Promise<string>;
}
