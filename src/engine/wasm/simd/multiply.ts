/** `Multiply` of a convolution that waits by one number: it becomes part of the convolution. */
import { util, type KernelConfig } from '@tensorflow/tfjs-core';
import { areFloats, runtimeKernel } from '../runtime';

/** `Multiply` around tfjs's own. */
export const multiply = (stock: KernelConfig): KernelConfig =>
  runtimeKernel<'a' | 'b'>(
    'Multiply',
    ({ inputs: { a, b }, runtime }) => {
      const { deferred } = runtime;
      const convolution = areFloats(a, b) ? deferred.waitingFor(a) : undefined;
      if (
        !convolution ||
        convolution.scaleAndShift ||
        util.sizeFromShape(b.shape) !== 1 ||
        b.shape.length > 4
      ) {
        deferred.settle(a);
        deferred.settle(b);
        return undefined;
      }
      const { outChannels, outShape } = convolution.info;
      const y = runtime.output(outShape).info;
      const scaleAndShift = runtime.output([2, outChannels]).info;
      const [factor] = runtime.floats(b);
      runtime.floats(scaleAndShift).fill(factor!, 0, outChannels).fill(0, outChannels);
      deferred.defer({ ...convolution, scaleAndShift }, y);
      runtime.backend.disposeData(scaleAndShift.dataId); // the convolution holds it
      return y;
    },
    stock,
    { takesDeferred: true },
  );
