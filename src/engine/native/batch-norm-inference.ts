/**
 * Batch normalization in use, as part of the convolution before it: its scale goes into the filter and its shift is
 * the bias that oneDNN adds at no cost. For that, convolutions wait until their output is read.
 */
import { engine, type KernelConfig, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import { asItIs, Deferred } from '../deferred';
import { isRecording } from '../fused/run';
import { coveredConvolution } from './conv2d';
import type { FoldedFilters, Statistics } from './folded-filters';
import { encode, nativeKernel, ONEDNN, type Attributes, type NativeBackend } from './operations';

interface Convolution {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  readonly attributes: Attributes;
}

export function deferredConvolutions(backend: NativeBackend): Deferred<Convolution> {
  const { binding, tensorMap } = backend;
  const inputsOf = ({ x, filter }: Convolution) => [x, filter];
  return new Deferred(backend, tensorMap, inputsOf, (convolution: Convolution, dataId) => {
    const ids = backend.getInputTensorIds(inputsOf(convolution));
    const [output] = binding.executeOp('Conv2D', encode(backend, convolution.attributes), ids, 1);
    tensorMap.get(dataId).id = output!.id;
  });
}

/** `Conv2D`, or `FusedConv2D` that is no more than that, waits unless it is recorded for a gradient. */
export function waitingConv2D(
  kernelName: 'Conv2D' | 'FusedConv2D',
  deferred: Deferred<Convolution>,
): (otherwise: KernelConfig) => KernelConfig {
  return (otherwise) =>
    nativeKernel(kernelName, (_, args) => {
      const { x, filter, bias } = args.inputs as { x: Tensor; filter: Tensor; bias?: Tensor | null };
      const { activation = 'linear' } = args.attrs;
      const waits = !isRecording() && !bias && activation === 'linear';
      const covered = waits ? coveredConvolution(x, filter, args.attrs) : undefined;
      if (!covered) return otherwise.kernelFunc(args as never) as Tensor;
      const { shape, attributes } = covered;
      const { binding, tensorMap } = args.backend;
      const output: TensorInfo = { dataId: {}, shape, dtype: 'float32' };
      tensorMap.set(output.dataId, { shape, dtype: binding.TF_FLOAT, id: -1, values: null, refCount: 1 });
      deferred.defer({ x: asItIs(x), filter: asItIs(filter), attributes }, output);
      return engine().makeTensorFromTensorInfo(output);
    });
}

/** `FusedBatchNorm` of a convolution that waits becomes part of it. */
export function fusedBatchNorm(
  deferred: Deferred<Convolution>,
  folded: FoldedFilters,
): (stock: KernelConfig) => KernelConfig {
  return (stock) =>
    nativeKernel('FusedBatchNorm', (_, args) => {
      // tfjs's typing leaves out that two of them may be missing.
      const { x, ...statistics } = args.inputs as unknown as { x: Tensor } & Statistics;
      const convolution = deferred.waitingFor(x);
      const isPerChannel = Object.values(statistics).every((tensor) => !tensor || tensor.rank === 1);
      if (!convolution || !isPerChannel) return stock.kernelFunc(args as never) as Tensor;
      const { backend, attrs } = args;
      const epsilon = (attrs['varianceEpsilon'] as number | null | undefined) ?? 0.001;
      const { filter, bias } = folded.get(convolution.filter, statistics, epsilon);
      const attributes = encode(backend, { ...convolution.attributes, ...ONEDNN });
      const [id] = backend.getInputTensorIds([convolution.x]) as [number];
      const [y] = backend.binding.executeOp('_MklNativeConv2DWithBias', attributes, [id, filter, bias], 1);
      return backend.createOutputTensor(y!);
    });
}
