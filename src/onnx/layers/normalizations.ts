/** Normalisation by statistics of the training or of the channels, and learned factors. */
import { channelsFirst, channelsLast, perChannel } from '../value';
import type { LayerContext, LayerExporter } from './layer-context';

export const batchNormalization: LayerExporter = (layer) => {
  const { graph, name, config } = layer;
  const { shape } = layer.inputs[0];
  if (shape.length !== 1 && shape.length !== 3)
    throw layer.refuse(`its input has ${shape.length + 1} axes, where images have 4 and vectors 2`);
  checkLastAxis(layer);
  const x = shape.length === 3 ? channelsFirst(graph, layer.inputs[0]) : layer.inputs[0];
  const arrays = [
    ...[weight(layer, 'gamma', 1), weight(layer, 'beta', 0)],
    ...[weight(layer, 'moving_mean', 0), weight(layer, 'moving_variance', 1)],
  ];
  const floats = { epsilon: Number(config.epsilon) };
  return { ...x, name: graph.add('BatchNormalization', name, [x.name, ...arrays], { floats }) };
};

export const layerNormalization: LayerExporter = (layer) => {
  const { graph, name, config } = layer;
  checkLastAxis(layer);
  const x = channelsLast(graph, layer.inputs[0]);
  const arrays = [weight(layer, 'gamma', 1), weight(layer, 'beta', 0)];
  const output = graph.add('LayerNormalization', name, [x.name, ...arrays], {
    ...{ attributes: { axis: x.shape.length }, floats: { epsilon: Number(config.epsilon) } },
  });
  return { ...x, name: output };
};

export const layerScale: LayerExporter = (layer) => {
  const { graph, name } = layer;
  const [x] = layer.inputs;
  const gamma = graph.array(`${name}/gamma`, perChannel(x), layer.weights.get('gamma')!.data);
  return { ...x, name: graph.add('Mul', name, [x.name, gamma]) };
};

/** The layer's weight for each channel, or what it has in place of it. */
function weight(layer: LayerContext, kind: string, otherwise: number): string {
  const channels = layer.outputShape.at(-1)!;
  const data = layer.weights.get(kind)?.data ?? new Float32Array(channels).fill(otherwise);
  return layer.graph.array(`${layer.name}/${kind}`, [channels], data);
}

function checkLastAxis(layer: LayerContext): void {
  const axes = [layer.config.axis].flat();
  const last = layer.outputShape.length;
  if (axes.length !== 1 || (axes[0] !== -1 && axes[0] !== last))
    throw layer.refuse(`its axis is ${axes.join(' and ')}, not the last`);
}
