/** Tensors whose values are computed where they come to lie. */
import * as tf from '@tensorflow/tfjs-core';

/** What the WebAssembly backend has beyond all others. */
interface HeapBackend {
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo;
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array;
  disposeData(dataId: object): void;
}

/**
 * A float32 tensor whose values `fill` writes. With WebAssembly it writes into the engine's memory: a batch of images
 * is then neither copied nor put into fresh memory first, which takes longer than to compute it. The array is the
 * callback's for that call alone, and its values are unset.
 */
export function fillTensor<R extends tf.Rank>(
  shape: tf.ShapeMap[R],
  fill: (values: Float32Array) => void,
): tf.Tensor<R> {
  const backend = tf.backend() as unknown as Partial<HeapBackend>;
  if (!backend.makeOutput || !backend.typedArrayFromHeap) {
    const values = new Float32Array(tf.util.sizeFromShape(shape));
    fill(values);
    return tf.tensor(values, shape, 'float32');
  }
  const info = backend.makeOutput(shape, 'float32');
  try {
    fill(backend.typedArrayFromHeap(info));
  } catch (error) {
    backend.disposeData?.(info.dataId);
    throw error;
  }
  return tf.engine().makeTensorFromTensorInfo(info) as tf.Tensor<R>;
}
