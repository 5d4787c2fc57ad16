/** Options of `smallCnn`, and those that make models 5 to 8 of the baselines. */
import type { ModelOptions } from '../options';

/** Options of the small networks of `smallCnnPresets`. */
export interface SmallCnnOptions extends ModelOptions {
  /**
   * Filters of each convolution.
   * @default [2]
   */
  filters?: readonly number[];
  /**
   * Side of the convolutions' kernels, in pixels.
   * @default 5
   */
  kernelSize?: number;
  /**
   * Side of the pooling after each convolution, one for each.
   * @default [7]
   */
  poolSizes?: readonly number[];
  /**
   * Units of the dense layer before the output.
   * @default 100
   */
  neurons?: number;
  /**
   * L2 penalty on the kernels of all convolutions and dense layers: the loss gets l2 · Σ w².
   * @default 0
   */
  l2?: number;
}

/**
 * The options that make models 5 to 8. m5 to m7 were tried in several sizes: m5 with 10 or 100 neurons;
 * m6 and m7 with 4 or 10 filters (then twice as many) and 2 to 10 neurons. m6 was trained with SGD, m7 with
 * Adam, m8 with Adam whose parameters were searched.
 *
 * @example
 * const model = await buildModel('smallCnn', { ...smallCnnPresets.m6, neurons: 2 });
 */
export const smallCnnPresets = {
  m5: { inputShape: [100, 100, 4], filters: [2], poolSizes: [7], neurons: 100 },
  m6: { inputShape: [512, 512, 4], filters: [4, 8], poolSizes: [10, 10], neurons: 10 },
  m7: { inputShape: [512, 512, 4], filters: [4, 8], poolSizes: [10, 10], neurons: 10, l2: 0.01 },
  m8: { inputShape: [512, 512, 4], filters: [10, 20], poolSizes: [10, 10], neurons: 10, l2: 0.01 },
} as const satisfies Record<string, SmallCnnOptions>;
