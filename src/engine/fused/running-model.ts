/**
 * A training step in half the memory. tfjs keeps each layer's output until the step ends, and each gradient of one;
 * here an output goes as soon as the last layer has read it, unless the gradient has saved it, and a gradient with what
 * was saved for it as soon as it has been propagated. The next kernels find memory that is still warm.
 */
import * as tf from '@tensorflow/tfjs-core';
import { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { isRecording } from './run';
import { wrapMethod } from './wrap';

type Layer = layers.Layer;

/** How many layers of a model read the output of each of its layers. */
type Readers = ReadonlyMap<Layer, number>;

interface Run {
  readonly readers: Readers;
  /** How many layers have yet to read a tensor. */
  readonly waiting: Map<tf.Tensor, number>;
  /** Layers within layers are none of the model's. */
  isInLayer: boolean;
  /** Frees what the operation whose gradient was computed last has no more use for. */
  finish: () => void;
}

/** What tfjs records of an operation. */
interface TapeNode {
  gradient?: (dys: (tf.Tensor | null)[]) => Record<string, () => tf.Tensor>;
  saved?: tf.Tensor[];
}

interface Recorder {
  state: { activeTape: TapeNode[] | null };
}

let run: Run | undefined;

type TrainFunction = (data: tf.Tensor[]) => tf.Scalar[];

/** Wraps the training of `tf.LayersModel`, and during it each layer's application and the recording for gradients. */
export function freeOutputsInTraining(): void {
  wrapMethod<LayersModel, [], TrainFunction>(
    LayersModel.prototype,
    'makeTrainFunction',
    (stock) =>
      function makeTrainFunction() {
        const train = stock.call(this);
        return (data) => running(this, () => train(data));
      },
  );
  wrapMethod<Layer, [tf.Tensor | tf.Tensor[], Record<string, unknown>?], tf.Tensor | tf.Tensor[]>(
    layers.Layer.prototype,
    'apply',
    (stock) =>
      function apply(inputs, kwargs) {
        const current = run;
        if (!current || current.isInLayer || !kwargs?.training || !current.readers.has(this))
          return stock.call(this, inputs, kwargs);
        current.isInLayer = true;
        try {
          const outputs = stock.call(this, inputs, kwargs);
          countReaders(current, this, inputs, outputs);
          return outputs;
        } finally {
          current.isInLayer = false;
        }
      },
  );
  wrapMethod<Recorder, unknown[], undefined>(
    Object.getPrototypeOf(tf.engine()) as object,
    'addTapeNode',
    (stock) =>
      function addTapeNode(...recorded) {
        stock.apply(this, recorded);
        const node = this.state.activeTape?.at(-1);
        if (run && node) freeAfterGradient(run, node);
      },
  );
}

/** tfjs computes the gradients of one operation after another: when the next begins, the last is done. */
function freeAfterGradient(current: Run, node: TapeNode): void {
  const { gradient, saved = [] } = node;
  if (!gradient) return;
  node.gradient = (dys) => {
    if (isRecording()) return gradient(dys);
    current.finish();
    const passedOn = new Set<tf.Tensor | null>();
    current.finish = () => {
      for (const dy of dys) if (!passedOn.has(dy)) dy?.dispose();
      tf.dispose(saved);
    };
    return Object.fromEntries(
      Object.entries(gradient(dys)).map(([input, compute]) => [
        input,
        () => {
          const dx = compute();
          passedOn.add(dx);
          return dx;
        },
      ]),
    );
  };
}

function running<T>(model: LayersModel, compute: () => T): T {
  const outer = run;
  run = { readers: readersOf(model), waiting: new Map(), isInLayer: false, finish: () => {} };
  try {
    return compute();
  } finally {
    run = outer;
  }
}

function countReaders(
  { readers, waiting }: Run,
  layer: Layer,
  inputs: tf.Tensor | tf.Tensor[],
  outputs: tf.Tensor | tf.Tensor[],
): void {
  for (const input of Array.isArray(inputs) ? inputs : [inputs]) {
    const left = waiting.get(input);
    if (left === undefined) continue;
    waiting.set(input, left - 1);
    if (left > 1) continue;
    waiting.delete(input);
    input.dispose();
  }
  const count = readers.get(layer)!;
  if (!Array.isArray(outputs) && count > 0) waiting.set(outputs, count);
}

const known = new WeakMap<LayersModel, Readers>();

/** 0 for the layers whose output is kept: the model's own outputs, and what more than one call has made. */
function readersOf(model: LayersModel): Readers {
  const before = known.get(model);
  if (before) return before;
  const readers = new Map<Layer, number>(model.layers.map((layer) => [layer, 0]));
  for (const { inboundNodes } of model.layers)
    for (const { inboundLayers } of inboundNodes)
      for (const layer of inboundLayers) readers.set(layer, (readers.get(layer) ?? 0) + 1);
  const kept = [
    ...model.outputs.map(({ sourceLayer }) => sourceLayer),
    ...model.layers.filter((layer) => layer.inboundNodes.length !== 1 || layer.stateful),
  ];
  for (const layer of kept) readers.set(layer, 0);
  known.set(model, readers);
  return readers;
}
