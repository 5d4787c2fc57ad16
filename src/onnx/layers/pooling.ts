/** Pooling in windows and of whole maps. TensorFlow's averages leave out what is around the image. */
import { channelsFirst } from '../value';
import type { LayerContext, LayerExporter } from './layer-context';
import { checkChannelsLast, windowsOf } from './windows';

export const maxPooling2d: LayerExporter = (layer) => pool(layer, 'MaxPool');
export const averagePooling2d: LayerExporter = (layer) => pool(layer, 'AveragePool');
export const globalMaxPooling2d: LayerExporter = (layer) => poolAll(layer, 'GlobalMaxPool');
export const globalAveragePooling2d: LayerExporter = (layer) => poolAll(layer, 'GlobalAveragePool');

function pool(layer: LayerContext, op: string) {
  const { graph, name } = layer;
  const { kernel, strides, pads } = windowsOf(layer, layer.config.poolSize);
  const output = graph.add(op, name, [channelsFirst(graph, layer.inputs[0]).name], {
    attributes: { kernel_shape: kernel, strides, pads },
  });
  return { name: output, shape: layer.outputShape, isChannelsFirst: true };
}

function poolAll(layer: LayerContext, op: string) {
  checkChannelsLast(layer);
  const { graph, name } = layer;
  const pooled = graph.add(op, name, [channelsFirst(graph, layer.inputs[0]).name]);
  const output = graph.add('Flatten', name, [pooled], { attributes: { axis: 1 } });
  return { name: output, shape: layer.outputShape, isChannelsFirst: false };
}
