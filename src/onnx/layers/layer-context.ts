/** What a layer is exported from. */
import type { OnnxGraph } from '../onnx-graph';
import type { Value } from '../value';

export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface LayerContext {
  readonly graph: OnnxGraph;
  /** Of the layer, with those of the models around it. */
  readonly name: string;
  /** What the layer says of itself. */
  readonly config: Readonly<Record<string, unknown>>;
  /** By their names within the layer. */
  readonly weights: ReadonlyMap<string, Weight>;
  readonly inputs: readonly [Value, ...Value[]];
  /** Of what the layer gives for one image, as tfjs has it. */
  readonly outputShape: readonly number[];
  /** The error for what ONNX can't do, or this exporter doesn't. */
  refuse(reason: string): Error;
}

/** Adds a layer's operators, as the layer computes in prediction. */
export type LayerExporter = (layer: LayerContext) => Value;
