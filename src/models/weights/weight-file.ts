/** A file of weights, whatever its format: named arrays, each read when it is asked for. */
import type { Convention } from '../graph';

export type WeightFormat = 'keras-h5' | 'keras-weights-h5' | 'keras' | 'tfjs' | 'safetensors';

export interface WeightEntry {
  /** As the file calls it. */
  key: string;
  /** The layer and its weight in Keras's words (`conv1_conv`, `kernel`), where the file has them. */
  layer?: string;
  weight?: string;
  /**
   * Where the layer stands in the file, where it has no names (`.weights.h5` of Keras before 3.10): the how-maniest
   * of its class in the model's order, and which of its variables.
   */
  position?: { layerClass: string; index: number; variable: number };
  shape: readonly number[];
  /** The values as float32, in the file's own order of axes. */
  read: () => Float32Array;
}

export interface WeightFile {
  /** Name of the file, for messages. */
  file: string;
  format: WeightFormat;
  /** Whose names and axes it has. */
  convention: Convention;
  entries: readonly WeightEntry[];
}
