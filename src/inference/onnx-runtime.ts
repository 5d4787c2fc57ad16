/** What of onnxruntime's modules is used here: `onnxruntime-node` and `onnxruntime-web` both have it. */

export type OnnxValueMetadata = { readonly name: string } & (
  | { readonly isTensor: false }
  | { readonly isTensor: true; readonly type: string; readonly shape: readonly (number | string)[] }
);

export interface OnnxSession {
  readonly inputMetadata: readonly OnnxValueMetadata[];
  readonly outputMetadata: readonly OnnxValueMetadata[];
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
  release(): Promise<void>;
}

export interface OnnxTensor {
  readonly data: unknown;
}

export interface OnnxSessionOptions {
  executionProviders?: readonly string[];
  intraOpNumThreads?: number;
}

/** The module, as `import * as ort from 'onnxruntime-node'` gives it. */
export interface OnnxRuntime {
  /** Loads models. */
  readonly InferenceSession: {
    create(model: Uint8Array | string, options?: OnnxSessionOptions): Promise<OnnxSession>;
  };
  /** Wraps what a model takes. */
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OnnxTensor;
  /** Settings of the runtime. */
  readonly env: {
    readonly versions: { readonly node?: string };
    readonly wasm?: { numThreads?: number };
  };
}
