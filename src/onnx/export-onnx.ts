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

/** Options of `exportOnnx`. */
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
  const { classes } = options;
  const inputShape = imageShape(model);
  const graph = new OnnxGraph();
  const image = { name: INPUT, shape: inputShape, isChannelsFirst: false };
  const scores = channelsLast(graph, await exportLayers(graph, model, image));
  const outputs = scores.shape.at(-1);
  if (classes && classes.length !== outputs)
    throw new RangeError(`classes must be ${outputs}, one an output. Received ${classes.length}`);
  graph.finish(scores.name === INPUT ? graph.add('Identity', 'identity', [INPUT]) : scores.name);
  foldPadding(graph);
  foldAffine(graph);
  return encodeModel(graph, {
    ...{ name: model.name, inputShape, outputShape: scores.shape, producer: { name: 'hpa-kit', version } },
    metadata: classes ? { classes: JSON.stringify(classes) } : {},
  });
}

/** The shape of the only input, without the batch. */
function imageShape({ name, inputs, outputs }: LayersModel): number[] {
  const shape = inputs[0]!.shape.slice(1);
  if (inputs.length > 1 || outputs.length > 1 || shape.some((side) => side === null))
    throw new HpaError(
      'model-invalid',
      `Model ${name} can't be exported: it must have one input of a fixed shape and one output. ` +
        `Its inputs are ${shapesOf(inputs)}, its outputs ${shapesOf(outputs)}`,
    );
  return shape as number[];
}

function shapesOf(tensors: readonly SymbolicTensor[]): string {
  return tensors.map(({ shape }) => `[${shape.map((side) => side ?? 'any').join(', ')}]`).join(' and ');
}
