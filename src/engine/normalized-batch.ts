/** A batch of images as a tensor, normalised where its values come to lie. */
import * as tf from '@tensorflow/tfjs-core';
import type { CellImage } from '../image/cell-image';
import { checkImage } from '../image/check-image';
import { normalizeInto, scalingOf, type Normalization } from '../image/normalize';
import { MAX_NORMALIZE_CHANNELS, normalizePieces, normalizeRoomBytes } from '../image/simd/normalize';
import { runtimeOf, type WasmRuntime } from './wasm/runtime';

/**
 * Images of one size and one number of channels as float32 `[batch, height, width, channels]`. With WebAssembly they
 * are written into the engine's memory at once: a copy would take as long again.
 *
 * @throws RangeError for images that are not of one shape, or whose samples don't fill it: they would be written
 *   beyond the batch
 * @param change - changes the values in place before they are a tensor; the array is its own for that call alone
 */
export function normalizedBatch(
  images: readonly CellImage[],
  normalization: Normalization,
  change?: (pixels: Float32Array) => void,
): tf.Tensor4D {
  const { width, height, channels } = images[0]!;
  const shape: [number, number, number, number] = [images.length, height, width, channels];
  for (const image of images) {
    checkImage(image);
    if (image.width !== width || image.height !== height || image.channels !== channels)
      throw new RangeError(
        `images of a batch must all be ${width}×${height}×${channels}. Received ${image.width}×${image.height}×${image.channels}.`,
      );
  }
  const runtime = channels <= MAX_NORMALIZE_CHANNELS ? runtimeOf(tf.backend()) : undefined;
  if (runtime) return inPlace(runtime, images, normalization, shape, change);
  const pixels = new Float32Array(tf.util.sizeFromShape(shape));
  images.forEach((image, row) => {
    normalizeInto(image, normalization, pixels, row * image.data.length);
  });
  change?.(pixels);
  return tf.tensor4d(pixels, shape);
}

function inPlace(
  runtime: WasmRuntime,
  images: readonly CellImage[],
  normalization: Normalization,
  shape: [number, number, number, number],
  change: ((pixels: Float32Array) => void) | undefined,
): tf.Tensor4D {
  const { info, address: batch } = runtime.output(shape);
  const batchTensor = tf.engine().makeTensorFromTensorInfo(info) as tf.Tensor4D;
  try {
    const address = runtime.scratch(normalizeRoomBytes(shape[3]));
    const room = {
      bytes: new Uint8Array(runtime.memory.buffer),
      address,
      normalize: runtime.exports['normalize']!,
    };
    images.forEach((image, row) => {
      const first = batch + 4 * row * image.data.length;
      normalizePieces(room, image.data, scalingOf(normalization, image), (from) => ({
        out: first + 4 * from,
      }));
    });
    change?.(runtime.floats(info));
  } catch (error) {
    batchTensor.dispose();
    throw error;
  }
  return batchTensor;
}
