/** Convolution with a bias, and then ReLU, by TensorFlow's own operations. */
import { backend_util, type FusedConv2DAttrs, type KernelConfig, type Tensor } from '@tensorflow/tfjs-core';
import { nativeKernel, ONEDNN, type Arguments, type Attributes, type Operation } from './operations';

type Shape4D = [number, number, number, number];

/** tfjs's FusedConv2D, where tfjs-node adds the bias by a broadcasting sum. */
export function fusedConv2D(oneDnn: boolean): (stock: KernelConfig) => KernelConfig {
  return (stock) =>
    nativeKernel('FusedConv2D', (operation, args) => {
      const { x, filter, bias } = args.inputs as { x: Tensor; filter: Tensor; bias?: Tensor };
      const { activation } = args.attrs;
      const covered =
        activation === 'linear' || activation === 'relu'
          ? coveredConvolution(x, filter, args.attrs)
          : undefined;
      if (!covered || bias?.rank !== 1 || bias.size !== covered.shape[3])
        return stock.kernelFunc(args as never) as Tensor;
      const z = convolve(operation, [x, filter, bias], oneDnn, covered.attributes);
      return activation === 'relu' ? operation('Relu', [z])[0]! : z;
    });
}

/** The shape of a convolution's output and what TensorFlow's operation is told; undefined if it is not of this kind. */
export function coveredConvolution(
  x: Tensor,
  filter: Tensor,
  attrs: Arguments['attrs'],
): { shape: number[]; attributes: Attributes } | undefined {
  const { strides, pad, dataFormat, dilations, dimRoundingMode } = attrs as unknown as FusedConv2DAttrs;
  if (dataFormat !== 'NHWC' || x.dtype !== 'float32') return undefined;
  const info = backend_util.computeConv2DInfo(
    x.shape as Shape4D,
    filter.shape as Shape4D,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  const padding = info.padInfo.type;
  if (padding !== 'SAME' && padding !== 'VALID') return undefined;
  const attributes = {
    strides: [1, info.strideHeight, info.strideWidth, 1],
    dilations: [1, info.dilationHeight, info.dilationWidth, 1],
    padding,
    data_format: 'NHWC',
  };
  return { shape: info.outShape, attributes };
}

function convolve(
  operation: Operation,
  [x, filter, bias]: [Tensor, Tensor, Tensor],
  oneDnn: boolean,
  attributes: Attributes,
): Tensor {
  if (oneDnn)
    return operation('_MklNativeConv2DWithBias', [x, filter, bias], { ...attributes, ...ONEDNN })[0]!;
  const [z] = operation('Conv2D', [x, filter], attributes);
  return operation('BiasAdd', [z!, bias], { data_format: 'NHWC' })[0]!;
}
