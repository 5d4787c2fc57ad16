/** How each class of layers is exported. */
import { activation, elu, leakyRelu, relu, rescaling, softmax } from './activations';
import { conv2d, depthwiseConv2d, separableConv2d } from './convolutions';
import { dense } from './dense';
import type { LayerExporter } from './layer-context';
import { add, average, concatenate, maximum, minimum, multiply } from './merges';
import { batchNormalization, layerNormalization, layerScale } from './normalizations';
import { averagePooling2d, globalAveragePooling2d, globalMaxPooling2d, maxPooling2d } from './pooling';
import { cropping2d, flatten, reshape, zeroPadding2d } from './shapes';

/** What only training does anything with. */
const passThrough: LayerExporter = ({ inputs }) => inputs[0];

/** By the name under which tfjs saves the class. */
export const LAYER_EXPORTERS: ReadonlyMap<string, LayerExporter> = new Map(
  Object.entries({
    ...{ Conv2D: conv2d, DepthwiseConv2D: depthwiseConv2d, SeparableConv2D: separableConv2d, Dense: dense },
    ...{ Activation: activation, ReLU: relu, LeakyReLU: leakyRelu, ELU: elu, Softmax: softmax },
    ...{ BatchNormalization: batchNormalization, LayerNormalization: layerNormalization },
    ...{ LayerScale: layerScale, Rescaling: rescaling },
    ...{ MaxPooling2D: maxPooling2d, AveragePooling2D: averagePooling2d },
    ...{ GlobalMaxPooling2D: globalMaxPooling2d, GlobalAveragePooling2D: globalAveragePooling2d },
    ...{ Flatten: flatten, Reshape: reshape, ZeroPadding2D: zeroPadding2d, Cropping2D: cropping2d },
    ...{ Add: add, Multiply: multiply, Average: average, Maximum: maximum, Minimum: minimum },
    ...{ Concatenate: concatenate, Dropout: passThrough, StochasticDepth: passThrough },
    ...{ GaussianNoise: passThrough, GaussianDropout: passThrough, AlphaDropout: passThrough },
  }),
);
