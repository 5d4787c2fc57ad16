/** The image that every station passes on: interleaved samples, no tensors. */

export type Samples = Uint8Array | Uint16Array | Float32Array;

/** Pixels of any number of channels. */
export interface CellImage {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** Samples a pixel has. */
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

/**
 * An array of the same type, of `length` samples whose values are unset: for those who write every one. In Node its
 * memory is not cleared first, which takes as long as the work itself of flips and the like.
 */
export function unsetSamplesLike<T extends Samples>(data: T, length: number): T {
  const { Buffer } = globalThis as { Buffer?: { allocUnsafeSlow?: (bytes: number) => ArrayBufferView } };
  if (!Buffer?.allocUnsafeSlow) return samplesLike(data, length);
  const { buffer } = Buffer.allocUnsafeSlow(length * data.BYTES_PER_ELEMENT);
  return new (data.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => T)(
    buffer,
    0,
    length,
  );
}

/** The sample value that stands for full intensity: 255, 65535 or 1. */
export function fullScale(data: Samples): number {
  return data instanceof Uint8Array ? 255 : data instanceof Uint16Array ? 65535 : 1;
}
