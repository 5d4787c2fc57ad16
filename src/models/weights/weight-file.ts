/** A file of weights, whatever its format: named arrays, each read when it is asked for. */
import type { Convention } from '../graph';

/** Formats of weight files that are read. */
export type WeightFormat = 'keras-h5' | 'keras-weights-h5' | 'keras' | 'tfjs' | 'safetensors';

/** A layer in Keras's words, shared by its weights. */
export interface FileLayer {
  /** Its name, where the file has one (`.weights.h5` has none before Keras 3.10). */
  name?: string;
  /** Its class in Keras's snake case, such as `separable_conv2d`, where the file tells. */
  layerClass?: string;
  /** The nested model that it is part of; '' for none. */
  container: string;
}

/** One array of a weight file. */
export interface WeightEntry {
  /** As the file calls it. */
  key: string;
  /** The layer that it is a weight of, where the names are Keras's. */
  layer?: FileLayer;
  /** Its own name, such as `kernel`, where the file has one. */
  weight?: string;
  /** Its size along each axis. */
  shape: readonly number[];
  /**
   * The values as float32, in the file's own order of axes. They may be a view of the file: not to be written to.
   *
   * @throws HpaError `weights-invalid` for damaged values, `weights-unsupported` for what are no floating-point numbers
   */
  read: () => Promise<Float32Array>;
}

/** A weight file, opened. */
export interface WeightFile {
  /** Name of the file, for messages. */
  file: string;
  /** What its bytes are. */
  format: WeightFormat;
  /** Whose names and axes it has. */
  convention: Convention;
  /** In the file's order; those of one layer follow each other, in the order in which the layer made them. */
  entries: readonly WeightEntry[];
  /** Whether the layers stand in the model's order; otherwise only those of one class do. */
  isOrdered: boolean;
}
