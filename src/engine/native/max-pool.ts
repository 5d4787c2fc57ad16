/** Max pooling by oneDNN: several times faster than TensorFlow's own, above all the gradient. */
import { backend_util, type KernelConfig, type MaxPoolAttrs, type Tensor } from '@tensorflow/tfjs-core';
import { encode, nativeKernel, ONEDNN, type Arguments, type Attributes, type Output } from './operations';

/** MaxPool. What oneDNN doesn't cover is left to the stock kernel. */
export function maxPool(stock: KernelConfig): KernelConfig {
  return nativeKernel('MaxPool', (_, args) => {
    const { x } = args.inputs as Record<'x', Tensor>;
    const attributes = attributesFor(x, args);
    if (!attributes) return stock.kernelFunc(args as never) as Tensor;
    const { output, workspace } = pool(x, args, { ...attributes, workspace_enabled: false });
    args.backend.binding.deleteTensor(workspace.id);
    return args.backend.createOutputTensor(output);
  });
}

/** Its gradient. Of several equal values in a window the first gets it, as in TensorFlow. */
export function maxPoolGrad(stock: KernelConfig): KernelConfig {
  return nativeKernel('MaxPoolGrad', (_, args) => {
    const { dy, input } = args.inputs as Record<'dy' | 'input', Tensor>;
    const found = attributesFor(input, args);
    if (!found) return stock.kernelFunc(args as never) as Tensor;
    const attributes = { ...found, workspace_enabled: true };
    const { backend } = args;
    const { binding } = backend;
    // Pooling again is cheaper than keeping the workspace, and with it memory, since the forward pass.
    const { output, workspace } = pool(input, args, attributes);
    try {
      const [x, gradient] = backend.getInputTensorIds([input, dy]) as [number, number];
      const inputs = [x, output.id, gradient, workspace.id];
      const [dx] = binding.executeOp('_MklNativeMaxPoolGrad', encode(backend, attributes), inputs, 1);
      return backend.createOutputTensor(dx!);
    } finally {
      binding.deleteTensor(output.id);
      binding.deleteTensor(workspace.id);
    }
  });
}

/** The workspace says where the maxima are, if it is enabled. It is of bytes, which tfjs has no tensors of. */
function pool(
  x: Tensor,
  { backend }: Arguments,
  attributes: Attributes,
): { output: Output; workspace: Output } {
  const ids = backend.getInputTensorIds([x]);
  const [output, workspace] = backend.binding.executeOp(
    '_MklNativeMaxPool',
    encode(backend, attributes),
    ids,
    2,
  );
  return { output: output!, workspace: workspace! };
}

function attributesFor(x: Tensor, { attrs }: Arguments): Attributes | undefined {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as MaxPoolAttrs;
  const info = backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const padding = info.padInfo.type;
  if (x.dtype !== 'float32' || x.size === 0 || (padding !== 'VALID' && padding !== 'SAME')) return undefined;
  return {
    ...ONEDNN,
    ksize: [1, info.filterHeight, info.filterWidth, 1],
    strides: [1, info.strideHeight, info.strideWidth, 1],
    padding,
    data_format: 'NHWC',
  };
}
