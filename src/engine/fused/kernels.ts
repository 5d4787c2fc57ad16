/**
 * The contract of the fused training kernels: their names, inputs, attributes and outputs. A backend that
 * registers one with `registerKernel` is used; for one that doesn't, tfjs's own composed operations run.
 *
 * All tensors are float32 and dense, channels last: c is the size of the last axis, and "per channel" is over
 * all other axes. No kernel may change its inputs, but for AdamUpdate; outputs are new data (never an input's `dataId`).
 */
import { getBackend, getKernel, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';

/** The fused kernels' names. */
export const FUSED_KERNELS = [
  'BatchNormTraining',
  'BatchNormTrainingGrad',
  'ReluGrad',
  'ReluBiasGrad',
  'BiasAddGrad',
  'AdamUpdate',
  'Dropout',
] as const;

export type FusedKernelName = (typeof FUSED_KERNELS)[number];

/**
 * What each kernel takes: `T` is a `Tensor` for the caller and a `TensorInfo` for the kernel. Outputs are an
 * array in the order given, except where there is only one.
 */
export interface FusedKernels<T extends TensorInfo = TensorInfo> {
  /**
   * → [y, mean, variance]. y = (x − mean) · gamma / √(variance + epsilon) + beta, of x's shape; mean and variance
   * [c] are the batch's, the variance biased (divided by the number of values), as `tf.moments` gives them.
   */
  BatchNormTraining: {
    inputs: {
      /** Rank 2 to 5. */
      x: T;
      /** [c] */
      gamma: T;
      /** [c] */
      beta: T;
    };
    attrs: { epsilon: number };
  };
  /**
   * → [dx, dGamma, dBeta]; or, with `inputGradient: false`, [dGamma, dBeta] (a kernel may also ignore the
   * attribute and return all three). With n values a channel, x̂ = (x − mean) / √(variance + epsilon):
   * dBeta = Σ dy, dGamma = Σ dy·x̂, dx = gamma / √(variance + epsilon) · (dy − dBeta/n − x̂·dGamma/n).
   */
  BatchNormTrainingGrad: {
    inputs: {
      /** Of x's shape. */
      dy: T;
      /** Rank 2 to 5. */
      x: T;
      /** [c] */
      gamma: T;
      /** [c], the output of `BatchNormTraining`. */
      mean: T;
      /** [c], the output of `BatchNormTraining`. */
      variance: T;
    };
    attrs: { epsilon: number; inputGradient: boolean };
  };
  /** → dx = dy where y > 0, else 0. Any rank; y is ReLU's output (its input gives the same). */
  ReluGrad: { inputs: { dy: T; y: T }; attrs: NoAttributes };
  /** → [dz, dBias]: dz = dy where y > 0, else 0; dBias [c] = the sum of dz per channel. Rank 2 to 5. */
  ReluBiasGrad: { inputs: { dy: T; y: T }; attrs: NoAttributes };
  /** → [c], the sum of dy per channel. Rank 2 to 5. */
  BiasAddGrad: { inputs: { dy: T }; attrs: NoAttributes };
  /**
   * → [value, firstMoment, secondMoment], all of one shape, of any rank (also scalars), as are the inputs:
   * m = beta1 · firstMoment + (1 − beta1) · gradient, v = beta2 · secondMoment + (1 − beta2) · gradient²,
   * value − learningRate · (m / (1 − accBeta1)) / (√(v / (1 − accBeta2)) + epsilon). A kernel may use up value and
   * moments that nobody else owns: the caller reads the outputs only.
   */
  AdamUpdate: {
    inputs: { value: T; gradient: T; firstMoment: T; secondMoment: T };
    attrs: {
      learningRate: number;
      beta1: number;
      beta2: number;
      epsilon: number;
      /** beta1 to the power of the step, counted from 1. */
      accBeta1: number;
      /** beta2 to the power of the step, counted from 1. */
      accBeta2: number;
    };
  };
  /**
   * → y of x's shape: x / (1 − rate) where the element is kept, else 0. The element at flat index i is kept if
   * `dropoutHash(i, seed)` (dropout.ts) ≥ ⌊rate · 2³²⌋, so that every engine drops the same. Its own
   * gradient: dx is the same kernel on dy. Optional: without it a mask made in JavaScript is multiplied.
   */
  Dropout: {
    inputs: {
      /** Any rank. */
      x: T;
    };
    attrs: {
      /** In (0, 1). */
      rate: number;
      /** An integer in [0, 2³²). */
      seed: number;
    };
  };
}

/** No attributes. */
export type NoAttributes = Readonly<Record<string, never>>;

/** Whether the current backend has the kernel. */
export function hasFusedKernel(name: FusedKernelName): boolean {
  // tfjs's typing leaves out that there may be none.
  return (getKernel(name, getBackend()) as unknown) != null;
}

/** The arguments of a kernel as its caller passes them. */
export type FusedCall<Name extends FusedKernelName> = FusedKernels<Tensor>[Name];
