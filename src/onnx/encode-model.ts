/** A graph as the bytes of an `.onnx` file: the messages of onnx.proto3, and their fields' numbers. */
import { HpaError } from '../errors';
import type { OnnxArray, OnnxAttribute, OnnxGraph, OnnxNode } from './onnx-graph';
import { INPUT, OUTPUT } from './onnx-graph';
import { Message } from './protobuf';

/** Version 8 of the format goes with operator set 17: all that onnxruntime reads since 1.12. */
const IR_VERSION = 8;
const OPSET = 17;

const FLOAT = 1;
const INT64 = 7;
const ATTRIBUTE_TYPES = { float: 1, integer: 2, text: 3, integers: 7 };

/** What a message of Protocol Buffers can't exceed. */
const MAX_BYTES = 2 ** 31 - 1;

export interface ModelHeader {
  name: string;
  producer: { name: string; version: string };
  /** Without the batch. */
  inputShape: readonly number[];
  /** Without the batch. */
  outputShape: readonly number[];
  metadata: Readonly<Record<string, string>>;
}

/** @throws HpaError `model-invalid` for more than 2 GB, which ONNX can't hold in one file */
export function encodeModel(graph: OnnxGraph, header: ModelHeader): Uint8Array<ArrayBuffer> {
  const body = new Message();
  for (const node of graph.nodes) body.message(1, nodeProto(node));
  body.text(2, header.name);
  const used = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  for (const [name, array] of graph.arrays) if (used.has(name)) body.message(5, tensorProto(name, array));
  body.message(11, valueInfo(INPUT, header.inputShape));
  body.message(12, valueInfo(OUTPUT, header.outputShape));

  const { producer, metadata } = header;
  const model = new Message().integer(1, IR_VERSION).text(2, producer.name).text(3, producer.version);
  model.message(7, body).message(8, new Message().text(1, '').integer(2, OPSET));
  for (const [key, value] of Object.entries(metadata))
    model.message(14, new Message().text(1, key).text(2, value));
  if (model.byteLength > MAX_BYTES)
    throw new HpaError(
      'model-invalid',
      `Model ${header.name} can't be exported: it would take ${model.byteLength} bytes, and an ONNX file holds at most ${MAX_BYTES}`,
    );
  return model.join();
}

function nodeProto({ op, name, inputs, output, attributes, floats }: OnnxNode): Message {
  const node = new Message();
  for (const input of inputs) node.text(1, input);
  node.text(2, output).text(3, name).text(4, op);
  for (const [key, value] of Object.entries(attributes)) node.message(5, attributeProto(key, value));
  for (const [key, value] of Object.entries(floats))
    node.message(5, new Message().text(1, key).float(2, value).integer(20, ATTRIBUTE_TYPES.float));
  return node;
}

function attributeProto(name: string, value: OnnxAttribute): Message {
  const attribute = new Message().text(1, name);
  if (typeof value === 'string') return attribute.text(4, value).integer(20, ATTRIBUTE_TYPES.text);
  if (typeof value === 'number') return attribute.integer(3, value).integer(20, ATTRIBUTE_TYPES.integer);
  for (const item of value) attribute.integer(8, item);
  return attribute.integer(20, ATTRIBUTE_TYPES.integers);
}

function tensorProto(name: string, { shape, data }: OnnxArray): Message {
  const tensor = new Message();
  for (const side of shape) tensor.integer(1, side);
  return tensor
    .integer(2, data instanceof Float32Array ? FLOAT : INT64)
    .text(8, name)
    .binary(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** Floats of this shape for each image of a batch of any size. */
function valueInfo(name: string, shape: readonly number[]): Message {
  const sides = new Message().message(1, new Message().text(2, 'batch'));
  for (const side of shape) sides.message(1, new Message().integer(1, side));
  const tensor = new Message().integer(1, FLOAT).message(2, sides);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}
