/** Lets stock layers and optimizers run as fused kernels where the backend has them. */
import { getGradient, registerGradient, type GradConfig } from '@tensorflow/tfjs-core';
import { fuseAdam } from './adam';
import { batchNormTrainingGradient } from './batch-norm';
import { conv2DBiasGradient, conv2DBiasReluGradient, fuseConv2D } from './conv2d';
import { dropoutGradient, fuseDropout } from './dropout';
import { reluGradient } from './relu';
import { fuseRelu6, relu6Gradient } from './relu6';
import { freeOutputsInTraining } from './running-model';
import { fuseSums } from './sums';
import { fuseSwish } from './swish';
import { isOurs, markOurs } from '../replace-kernel';

const GRADIENTS = [batchNormTrainingGradient, conv2DBiasGradient, conv2DBiasReluGradient, dropoutGradient];

/**
 * Models stay plain `tf.LayersModel`s of stock layers, also those loaded: the methods of tfjs that compute
 * Conv2D, Dropout, Rescaling, Add, swish, ReLU cut off at six and Adam's step are wrapped, as is a
 * training step, and the gradients of ReLU are replaced.
 * Each looks at every call whether the current backend has the fused kernel (see kernels.ts), and if not does
 * what it did before. A second call, also from another copy of the package, changes nothing.
 */
export function installFusedOperations(): void {
  fuseConv2D();
  fuseDropout();
  fuseAdam();
  fuseRelu6();
  fuseSums();
  fuseSwish();
  freeOutputsInTraining();
  // tfjs's typing leaves out that a gradient may be missing.
  const find = (name: string) => getGradient(name) as GradConfig | undefined;
  for (const gradient of GRADIENTS)
    if (!isOurs(find(gradient.kernelName))) registerGradient(markOurs(gradient));
  for (const [name, improve] of [
    ['Relu', reluGradient],
    ['Relu6', relu6Gradient],
  ] as const) {
    const stock = find(name);
    const better = stock && !isOurs(stock) ? improve(stock) : undefined;
    if (better) registerGradient(markOurs(better));
  }
}
