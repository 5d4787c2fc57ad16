/** An ONNX file as what gives scores, by whichever onnxruntime the caller brings. Nothing of tfjs is needed for it. */
import { sha256 } from '../data/sources/sha256';
import { HpaError } from '../errors';
import { checkPositiveInteger } from '../image/check-image';
import { normalizeInto } from '../image/normalize';
import type { Scorer } from './scorer';
import type { OnnxRuntime, OnnxSession, OnnxSessionOptions, OnnxValueMetadata } from './onnx-runtime';

export type { OnnxRuntime } from './onnx-runtime';

/** Options of `onnxScorer`. */
export interface OnnxScorerOptions {
  /**
   * What computes, as onnxruntime names it, the best first: `['cuda', 'cpu']`, `['webgpu']`.
   * @default onnxruntime's own: 'cpu' in Node, 'wasm' in pages
   */
  executionProviders?: readonly string[];
  /**
   * Threads that compute. With onnxruntime-web they are the page's, fixed once its first model is loaded.
   * @default onnxruntime's own: one a core
   */
  threads?: number;
}

/**
 * Opens an ONNX file, such as one of `exportOnnx`, for scoring: one input `[batch, height, width, channels]` and one
 * output `[batch, classes]`, both float32.
 *
 * @param runtime - the module `onnxruntime-node` or `onnxruntime-web`, from 1.21 on
 * @param model - the file's bytes; or its path or URL, which onnxruntime then reads itself
 * @returns a scorer, to be disposed of by the caller
 * @throws HpaError `model-invalid` for what onnxruntime can't read, and inputs and outputs of other kinds; RangeError
 *   for `threads` that can't be
 * @example
 * import * as ort from 'onnxruntime-node';
 * const scorer = await onnxScorer(ort, await readFile('model.onnx'), { threads: 2 });
 * const scores = await scorer.score([image], { mean: 0.1, std: 0.2 });
 */
export async function onnxScorer(
  runtime: OnnxRuntime,
  model: Uint8Array | string,
  options: OnnxScorerOptions = {},
): Promise<Scorer> {
  const { executionProviders, threads } = options;
  if (threads !== undefined) {
    checkPositiveInteger('threads', threads);
    if (runtime.env.wasm) runtime.env.wasm.numThreads = threads;
  }
  const digest = typeof model === 'string' ? undefined : sha256(model);
  // Pages without crypto.subtle learn of it when they ask for the digest.
  digest?.catch(() => undefined);
  const session = await openSession(runtime, model, {
    ...(executionProviders ? { executionProviders } : {}),
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  });
  const file = typeof model === 'string' ? model : undefined;
  let ends: Ends;
  try {
    ends = endsOf(session, file);
  } catch (error) {
    await session.release();
    throw error;
  }
  const { input, output, inputShape, numClasses } = ends;
  const [height, width, channels] = inputShape;
  const provider = executionProviders?.[0] ?? (runtime.env.versions.node ? 'cpu' : 'wasm');
  return {
    inputShape,
    numClasses,
    engine: `onnxruntime ${provider}`,
    async score(images, normalization) {
      const each = height * width * channels;
      const pixels = new Float32Array(images.length * each);
      images.forEach((image, row) => {
        if (image.height !== height || image.width !== width || image.channels !== channels)
          throw new RangeError(
            `images must be ${width}×${height}×${channels}, as the model takes them. Received ${image.width}×${image.height}×${image.channels}`,
          );
        normalizeInto(image, normalization, pixels, row * each);
      });
      const images32 = new runtime.Tensor('float32', pixels, [images.length, ...inputShape]);
      const { [output]: scores } = await session.run({ [input]: images32 });
      return (scores!.data as Float32Array).slice();
    },
    ...(digest === undefined ? {} : { digest: () => digest }),
    dispose: () => session.release(),
  };
}

async function openSession(
  runtime: OnnxRuntime,
  model: Uint8Array | string,
  options: OnnxSessionOptions,
): Promise<OnnxSession> {
  try {
    return await runtime.InferenceSession.create(model, options);
  } catch (cause) {
    throw new HpaError('model-invalid', `onnxruntime can't open the model: ${(cause as Error).message}`, {
      ...{ cause, file: typeof model === 'string' ? model : undefined },
    });
  }
}

interface Ends {
  input: string;
  output: string;
  inputShape: [height: number, width: number, channels: number];
  numClasses: number;
}

/** The input and output, which must be those of a network that scores images. */
function endsOf(session: OnnxSession, file: string | undefined): Ends {
  const { inputMetadata: inputs, outputMetadata: outputs } = session;
  const [, height, width, channels] = shapeOf(inputs, 4);
  const [, numClasses] = shapeOf(outputs, 2);
  if (!isSide(height) || !isSide(width) || !isSide(channels) || !isSide(numClasses))
    throw new HpaError(
      'model-invalid',
      'A predictor needs a model with one float32 input [batch, height, width, channels] and one float32 output ' +
        `[batch, classes], all but the batch fixed. This has ${describe(inputs)} and ${describe(outputs)}`,
      { file },
    );
  return {
    ...{ input: inputs[0]!.name, output: outputs[0]!.name },
    ...{ inputShape: [height, width, channels], numClasses },
  };
}

/** The sides of the only tensor, if it has as many as this. */
function shapeOf(values: readonly OnnxValueMetadata[], rank: number): readonly (number | string)[] {
  const [value, ...others] = values;
  const isOne = value?.isTensor === true && others.length === 0 && value.type === 'float32';
  return isOne && value.shape.length === rank ? value.shape : [];
}

function isSide(side: number | string | undefined): side is number {
  return typeof side === 'number' && side > 0;
}

function describe(values: readonly OnnxValueMetadata[]): string {
  return values
    .map((value) => {
      const kind = value.isTensor ? `${value.type} [${value.shape.join(', ')}]` : 'what is no tensor';
      return `${value.name}: ${kind}`;
    })
    .join(' and ');
}
