/** Networks as `.onnx` files, for onnxruntime and all else that reads ONNX. */
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { version } from '../../package.json';
import { HpaError } from '../errors';
import { encodeModel } from './encode-model';
import { exportLayers } from './export-layers';
import { foldAffine } from './fold-affine';
import { foldPadding } from './fold-padding';
import { INPUT, OnnxGraph } from './onnx-graph';
import { channelsLast } from './value';

export interface ExportOnnxOptions {
  /**
   * Names of the classes, kept in the file's metadata under `classes` as JSON.
   * @default none
   */
  classes?: readonly string[];
}

/**
 * The model as the bytes of an `.onnx` file: operator set 17, float32, a batch of any size. The input is `images`
 * `[batch, height, width, channels]`, normalised as the model wants it; the output `scores` is the model's, the same
 * within rounding. It predicts: Dropout and stochastic depth are left out, and BatchNormalization is made part of the
 * convolution or dense layer beside it wherever that gives the same.
 *
 * @throws HpaError `model-invalid` for a model with several inputs or outputs, images of no fixed size, a layer that
 *   can't be exported, which it names, and more than 2 GB; RangeError for names that are not as many as the outputs
 * @example
 * const bytes = await exportOnnx(model, { classes: HPA_CLASSES });
 * await writeFile('model.onnx', bytes);
 */
export async function exportOnnx(
  model: LayersModel,
  options: ExportOnnxOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const inputShape = onlyShape(model, 'inputs');
  const outputShape = onlyShape(model, 'outputs');
  const { classes } = options;
  if (classes && classes.length !== outputShape.at(-1))
    throw new RangeError(`classes must be ${outputShape.at(-1)}, one an output. Received ${classes.length}`);

  const graph = new OnnxGraph();
  const image = { name: INPUT, shape: inputShape, isChannelsFirst: false };
  const scores = channelsLast(graph, await exportLayers(graph, model, image));
  graph.finish(scores.name === INPUT ? graph.add('Identity', 'identity', [INPUT]) : scores.name);
  foldPadding(graph);
  foldAffine(graph);
  return encodeModel(graph, {
    ...{ name: model.name, inputShape, outputShape, producer: { name: 'hpa-kit', version } },
    metadata: classes ? { classes: JSON.stringify(classes) } : {},
  });
}

/** The shape, without the batch, of the only input or output. */
function onlyShape(model: LayersModel, which: 'inputs' | 'outputs'): number[] {
  const tensors: SymbolicTensor[] = model[which];
  const shape = tensors[0]?.shape.slice(1) ?? [];
  if (tensors.length !== 1 || shape.length === 0 || shape.some((side) => side === null))
    throw new HpaError(
      'model-invalid',
      `Model ${model.name} can't be exported: it must have one input and one output of fixed shapes. Its ${which} are ` +
        tensors.map((tensor) => JSON.stringify(tensor.shape)).join(' and '),
    );
  return shape as number[];
}
