/** Walks the layers of a model, nested models included, in the order in which they compute. */
import type { layers, LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { HpaError } from '../errors';
import { LAYER_EXPORTERS } from './layers';
import type { LayerContext, Weight } from './layers/layer-context';
import type { OnnxGraph } from './onnx-graph';
import type { Value } from './value';

/** Adds what the model computes of the image, and gives the model's output. */
export async function exportLayers(graph: OnnxGraph, model: LayersModel, image: Value): Promise<Value> {
  const [output] = await exportModel(graph, model, [image], '');
  return output!;
}

async function exportModel(
  graph: OnnxGraph,
  model: LayersModel,
  inputs: readonly Value[],
  within: string,
): Promise<Value[]> {
  const values = new Map<SymbolicTensor, Value>();
  model.inputs.forEach((tensor, i) => values.set(tensor, inputs[i]!));
  for (const tensor of inOrder(model.outputs, new Set(model.inputs))) {
    if (values.has(tensor)) continue;
    const layer = tensor.sourceLayer;
    const { inputTensors, outputTensors } = layer.inboundNodes[tensor.nodeIndex]!;
    const given = inputTensors.map((input) => values.get(input)!);
    const outputs =
      'layers' in layer
        ? await exportModel(graph, layer as LayersModel, given, `${within}${layer.name}/`)
        : [await exportLayer(graph, layer, given, within)];
    outputTensors.forEach((output, i) => values.set(output, outputs[i]!));
  }
  return model.outputs.map((tensor) => values.get(tensor)!);
}

/** All tensors that these are made of, each after those that it is made of; a stack rather than calls, for deep networks. */
function inOrder(
  outputs: readonly SymbolicTensor[],
  inputs: ReadonlySet<SymbolicTensor>,
): Set<SymbolicTensor> {
  const done = new Set<SymbolicTensor>();
  const open = [...outputs].reverse();
  while (open.length > 0) {
    const tensor = open.at(-1)!;
    const sources = inputs.has(tensor)
      ? []
      : tensor.sourceLayer.inboundNodes[tensor.nodeIndex]!.inputTensors.filter((input) => !done.has(input));
    if (sources.length > 0) open.push(...sources.reverse());
    else done.add(open.pop()!);
  }
  return done;
}

async function exportLayer(
  graph: OnnxGraph,
  layer: layers.Layer,
  inputs: readonly Value[],
  within: string,
): Promise<Value> {
  const kind = layer.getClassName();
  const name = within + layer.name;
  const refuse = (reason: string) =>
    new HpaError('model-invalid', `Layer ${name} of class ${kind} can't be exported: ${reason}`);
  const exporter = LAYER_EXPORTERS.get(kind);
  const [first, ...others] = inputs;
  if (!exporter || !first) throw refuse('hpa-kit has no ONNX operators for this class');
  const context: LayerContext = {
    ...{ graph, name, refuse, inputs: [first, ...others] },
    ...{ config: layer.getConfig(), weights: await weightsOf(layer) },
    outputShape: outputShapeOf(layer, inputs),
  };
  return exporter(context);
}

async function weightsOf(layer: layers.Layer): Promise<Map<string, Weight>> {
  const weights = new Map<string, Weight>();
  for (const variable of layer.weights) {
    const tensor = variable.read();
    const data = (await tensor.data()) as Float32Array;
    weights.set(variable.originalName.split('/').at(-1)!, { shape: tensor.shape, data });
  }
  return weights;
}

/** For one image; of the shapes that tensors have before, Reshape may leave a side open. */
function outputShapeOf(layer: layers.Layer, inputs: readonly Value[]): number[] {
  const shapes = inputs.map(({ shape }) => [1, ...shape]);
  const output = layer.computeOutputShape(shapes.length === 1 ? shapes[0]! : shapes);
  return (output as number[]).slice(1);
}
