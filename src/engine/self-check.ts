/** Does an engine compute? One small convolution and its two gradients against known numbers. */
import { engine, memory, reshape, tensor1d, tidy, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Runs `Conv2D`, `Conv2DBackpropFilter` and `Conv2DBackpropInput` on the current backend and compares with
 * numbers computed by hand-checked loops (all integers, so also exact in half precision). Takes milliseconds.
 *
 * The kernels are called by name, not through `tf.grad`, whose gradients only tfjs-layers registers.
 *
 * @throws Error that says which kernel is missing or wrong.
 */
export async function selfCheck(): Promise<void> {
  const before = memory().numTensors;
  const results = tidy(() => {
    const x = wave([1, 4, 4, 2], 3);
    const filter = wave([2, 3, 2, 3], 5);
    const dy = wave([1, 4, 4, 3], 7);
    const attrs = { strides: [1, 1], dilations: [1, 1], pad: 'same', dataFormat: 'NHWC' };
    const run = (kernel: string, inputs: Record<string, Tensor>, more = {}): Tensor =>
      engine().runKernel<Tensor>(kernel, inputs, { ...attrs, ...more });
    return {
      Conv2D: run('Conv2D', { x, filter }),
      Conv2DBackpropFilter: run('Conv2DBackpropFilter', { x, dy }, { filterShape: filter.shape }),
      Conv2DBackpropInput: run('Conv2DBackpropInput', { dy, filter }, { inputShape: x.shape }),
    };
  });
  try {
    for (const [kernel, tensor] of Object.entries(results)) {
      const values = await tensor.data();
      const expected = EXPECTED[kernel as keyof typeof EXPECTED];
      const right =
        expected.length === values.length && expected.every((value, i) => Math.abs(value - values[i]!) < 0.1);
      if (!right) throw new Error(`it computes wrong numbers (${kernel})`);
    }
  } finally {
    for (const tensor of Object.values(results)) tensor.dispose();
  }
  if (memory().numTensors !== before) throw new Error('it leaks tensors');
}

/** Integers from −5 to 5 in an irregular order. */
function wave(shape: number[], step: number): Tensor {
  const length = shape.reduce((a, b) => a * b);
  return reshape(tensor1d(Float32Array.from({ length }, (_, i) => ((i * step) % 11) - 5)), shape);
}

// prettier-ignore
const EXPECTED = {
  Conv2D: [
    25, 1, -23, 35, -41, 4, 5, 47, -32, 42, -30, -3, -13, 21, -44, 69, -52, 69, -60, 69, -44, 19, -28, 2,
    -29, 63, -43, 4, -41, 35, -37, -8, 21, -26, 7, -26, -17, -17, -17, 3, 27, 7, 7, -20, -36, -24, 29, -6,
  ],
  Conv2DBackpropFilter: [
    -55, 17, 45, 16, 10, -7, 14, -16, 9, 74, 28, -84, -24, -9, 50, 6, 20, -76, -7, -22, 18, -51, 13, 11,
    59, -6, -5, -55, 33, 33, 15, -7, -7, -2, 11, 13,
  ],
  Conv2DBackpropInput: [
    -65, 37, -22, -30, -28, 16, 6, 16, 1, -34, 16, -1, 30, -48, -7, -28, 3, 18, 39, 31, 31, 39, 18, 3,
    -28, -7, -48, 30, -1, 16, -34, 1,
  ],
};
