/**
 * Makes factors and offsets of the channels, such as BatchNormalization in prediction, part of a convolution or dense
 * layer beside them. Runtimes do some of this themselves; not that of what stands before a layer or its pooling.
 */
import type { OnnxArray, OnnxGraph, OnnxNode } from './onnx-graph';

/** x · scale + shift for each channel; one number counts for all. */
interface Affine {
  scale: Float64Array;
  shift: Float64Array;
}

/** Kernel `[out, in / groups, …]` and bias of a Conv or Gemm. */
interface Linear {
  kernel: OnnxArray & { data: Float32Array };
  bias: Float32Array;
}

export function foldAffine(graph: OnnxGraph): void {
  for (const node of [...graph.nodes]) {
    const affine = affineOf(graph, node);
    if (affine && !foldIntoProducer(graph, node, affine)) foldIntoConsumer(graph, node, affine);
  }
}

function affineOf(graph: OnnxGraph, { op, inputs, floats }: OnnxNode): Affine | undefined {
  const values = inputs.slice(1).map((name) => graph.floatArray(name));
  if (op === 'BatchNormalization') {
    const [gamma, beta, mean, variance] = values.map((value) => value!.data);
    const scale = Float64Array.from(
      gamma!,
      (factor, c) => factor / Math.sqrt(variance![c]! + floats.epsilon!),
    );
    return { scale, shift: scale.map((factor, c) => beta![c]! - mean![c]! * factor) };
  }
  const [array] = values;
  // One number, or one for each channel before rows and columns.
  if (!array || array.shape.slice(1).some((side) => side !== 1)) return undefined;
  const data = Float64Array.from(array.data);
  if (op === 'Mul') return { scale: data, shift: new Float64Array(data.length) };
  return op === 'Add' ? { scale: new Float64Array(data.length).fill(1), shift: data } : undefined;
}

/** y = s · (W x + b) + t = (s W) x + (s b + t). */
function foldIntoProducer(graph: OnnxGraph, node: OnnxNode, { scale, shift }: Affine): boolean {
  const producer = graph.nodes.find(({ output }) => output === node.inputs[0]);
  if (!producer || graph.usersOf(producer.output).length !== 1) return false;
  const linear = linearOf(graph, producer);
  if (!linear) return false;
  const { kernel, bias } = linear;
  const each = kernel.data.length / bias.length;
  replace(graph, producer, {
    kernel: { ...kernel, data: kernel.data.map((weight, i) => weight * at(scale, Math.floor(i / each))) },
    bias: bias.map((value, out) => value * at(scale, out) + at(shift, out)),
  });
  graph.bypass(node);
  return true;
}

/** W (s · x + t) + b = (W s) x + (W t + b), where nothing but x comes in, such as zeros around an image. */
function foldIntoConsumer(graph: OnnxGraph, node: OnnxNode, { scale, shift }: Affine): boolean {
  let [consumer, ...others] = graph.usersOf(node.output);
  // The largest value stays the largest unless its sign changes, and the mean commutes anyway.
  while (consumer && others.length === 0 && commutesWith(consumer, scale))
    [consumer, ...others] = graph.usersOf(consumer.output);
  if (!consumer || others.length > 0) return false;
  const linear = linearOf(graph, consumer);
  const { attributes } = consumer;
  const isPadded = ((attributes.pads ?? []) as readonly number[]).some((pad) => pad > 0);
  if (!linear || isPadded || (attributes.group ?? 1) !== 1) return false;
  const { kernel, bias } = linear;
  const places = kernel.shape.slice(2).reduce((product, side) => product * side, 1);
  const inputs = kernel.shape[1]!;
  const each = inputs * places;
  const inputOf = (i: number) => Math.floor(i / places) % inputs;
  replace(graph, consumer, {
    kernel: { ...kernel, data: kernel.data.map((weight, i) => weight * at(scale, inputOf(i))) },
    bias: bias.map((value, out) => {
      let sum = value;
      for (let i = out * each; i < (out + 1) * each; i++) sum += kernel.data[i]! * at(shift, inputOf(i));
      return sum;
    }),
  });
  graph.bypass(node);
  return true;
}

function commutesWith({ op }: OnnxNode, scale: Float64Array): boolean {
  return op === 'AveragePool' || (op === 'MaxPool' && scale.every((factor) => factor >= 0));
}

function linearOf(graph: OnnxGraph, { op, inputs }: OnnxNode): Linear | undefined {
  if (op !== 'Conv' && op !== 'Gemm') return undefined;
  const kernel = graph.floatArray(inputs[1])!;
  return { kernel, bias: graph.floatArray(inputs[2])?.data ?? new Float32Array(kernel.shape[0]!) };
}

/** The arrays before may serve other nodes too. */
function replace(graph: OnnxGraph, node: OnnxNode, { kernel, bias }: Linear): void {
  const [x] = node.inputs;
  node.inputs = [
    x!,
    graph.array(`${node.name}/kernel`, kernel.shape, kernel.data),
    graph.array(`${node.name}/bias`, [bias.length], bias),
  ];
}

function at(values: Float64Array, channel: number): number {
  return values.length === 1 ? values[0]! : values[channel]!;
}
