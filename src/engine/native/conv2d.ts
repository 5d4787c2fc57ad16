/** Convolution with a bias, and then ReLU, by TensorFlow's own operations. */
import { backend_util, type FusedConv2DAttrs, type KernelConfig, type Tensor } from '@tensorflow/tfjs-core';
import { nativeKernel, ONEDNN, type Attributes, type Operation } from './operations';

type Shape4D = [number, number, number, number];

/** tfjs's FusedConv2D, where tfjs-node adds the bias by a broadcasting sum. */
export function fusedConv2D(oneDnn: boolean): (stock: KernelConfig) => KernelConfig {
  return (stock) =>
    nativeKernel('FusedConv2D', (operation, args) => {
      const { x, filter, bias } = args.inputs;
      const { strides, pad, dataFormat, dilations, dimRoundingMode, activation } =
        args.attrs as unknown as FusedConv2DAttrs;
      const isCovered =
        (activation === 'linear' || activation === 'relu') &&
        dataFormat === 'NHWC' &&
        x!.dtype === 'float32' &&
        bias?.rank === 1;
      const info = backend_util.computeConv2DInfo(
        x!.shape as Shape4D,
        filter!.shape as Shape4D,
        strides,
        dilations,
        pad,
        dimRoundingMode,
      );
      const padding = info.padInfo.type;
      if (!isCovered || bias.size !== info.outChannels || (padding !== 'SAME' && padding !== 'VALID'))
        return stock.kernelFunc(args as never) as Tensor;
      const z = convolve(operation, [x!, filter!, bias], oneDnn, {
        strides: [1, info.strideHeight, info.strideWidth, 1],
        dilations: [1, info.dilationHeight, info.dilationWidth, 1],
        padding,
        data_format: 'NHWC',
      });
      return activation === 'relu' ? operation('Relu', [z])[0]! : z;
    });
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
