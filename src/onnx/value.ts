/** Values between layers, and the order of their axes: images have channels last in tfjs and first in ONNX. */
import type { OnnxGraph } from './onnx-graph';

export interface Value {
  readonly name: string;
  /** As in tfjs, channels last, without the batch. */
  readonly shape: readonly number[];
  /** Whether the value in the graph has its channels before the rows and columns. */
  readonly isChannelsFirst: boolean;
}

const TO_FIRST = [0, 3, 1, 2];
const TO_LAST = [0, 2, 3, 1];

/** An image in the order of ONNX's operators. */
export function channelsFirst(graph: OnnxGraph, value: Value): Value {
  return value.isChannelsFirst ? value : reorder(graph, value, TO_FIRST, TO_LAST);
}

/** Any value in the order of tfjs. */
export function channelsLast(graph: OnnxGraph, value: Value): Value {
  return value.isChannelsFirst ? reorder(graph, value, TO_LAST, TO_FIRST) : value;
}

/** A number for each channel as an array that multiplies or adds to the value. */
export function perChannel(value: Value): number[] {
  return value.isChannelsFirst ? [value.shape.at(-1)!, 1, 1] : [value.shape.at(-1)!];
}

/** Each way is taken once at most, and never there and back. */
function reorder(graph: OnnxGraph, value: Value, perm: number[], inverse: number[]): Value {
  const isTransposed = (op: string, attributes: object, to: number[]) =>
    op === 'Transpose' && String((attributes as { perm: number[] }).perm) === String(to);
  const back = graph.nodes.find(
    ({ op, attributes, output }) => output === value.name && isTransposed(op, attributes, inverse),
  );
  const before = graph.nodes.find(
    ({ op, attributes, inputs }) => inputs[0] === value.name && isTransposed(op, attributes, perm),
  );
  const name =
    back?.inputs[0] ??
    before?.output ??
    graph.add('Transpose', `${value.name}/transpose`, [value.name], { attributes: { perm } });
  return { name, shape: value.shape, isChannelsFirst: !value.isChannelsFirst };
}
