/** Dense layers, of vectors and of each pixel of a map. */
import { channelsLast } from '../value';
import { activate } from './activations';
import type { LayerExporter, Weight } from './layer-context';

export const dense: LayerExporter = (layer) => {
  const { graph, name } = layer;
  const x = channelsLast(graph, layer.inputs[0]);
  const kernel = layer.weights.get('kernel')!;
  const biasWeight = layer.weights.get('bias');
  const bias = biasWeight ? [graph.array(`${name}/bias`, biasWeight.shape, biasWeight.data)] : [];
  let output: string;
  if (x.shape.length === 1) {
    const turned = outputsFirst(kernel);
    const weights = graph.array(`${name}/kernel`, turned.shape, turned.data);
    output = graph.add('Gemm', name, [x.name, weights, ...bias], { attributes: { transB: 1 } });
  } else {
    const weights = graph.array(`${name}/kernel`, kernel.shape, kernel.data);
    output = graph.add('MatMul', name, [x.name, weights]);
    if (bias.length > 0) output = graph.add('Add', name, [output, ...bias]);
  }
  const y = { name: output, shape: layer.outputShape, isChannelsFirst: false };
  return activate(layer, y, layer.config.activation);
};

/** As the kernels of convolutions are, so that both can be folded alike. */
function outputsFirst({ shape, data }: Weight): Weight {
  const [inputs, outputs] = shape as [number, number];
  const turned = new Float32Array(data.length);
  for (let input = 0; input < inputs; input++)
    for (let output = 0; output < outputs; output++)
      turned[output * inputs + input] = data[input * outputs + output]!;
  return { shape: [outputs, inputs], data: turned };
}
