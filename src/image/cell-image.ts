/** The image that every station passes on: interleaved samples, no tensors. */

export type Samples = Uint8Array | Uint16Array | Float32Array;

/** Pixels of any number of channels. */
export interface CellImage {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /**
   * Row-major `[height, width, channel]`, interleaved. Integers run over their whole type (0–255 or
   * 0–65535); floats over 0–1.
   */
  readonly data: Samples;
}

/** An array of the same type, of `length` samples. */
export function samplesLike<T extends Samples>(data: T, length: number): T {
  return new (data.constructor as new (length: number) => T)(length);
}

/** The sample value that stands for full intensity: 255, 65535 or 1. */
export function fullScale(data: Samples): number {
  return data instanceof Uint8Array ? 255 : data instanceof Uint16Array ? 65535 : 1;
}
