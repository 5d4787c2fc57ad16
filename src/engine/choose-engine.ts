/** Takes the first engine of a list that is here and computes, and says which and why. */
import * as tf from '@tensorflow/tfjs-core';
import { HpaError, throwIfAborted } from '../errors';
import { mendTfjs } from './mend-tfjs';
import { selfCheck } from './self-check';

const ENGINE_NAMES = ['native', 'webgpu', 'webgl', 'wasm', 'cpu'] as const;

/** `native` is TensorFlow's C++ library, `wasm` WebAssembly, `cpu` plain JavaScript. */
export type EngineName = (typeof ENGINE_NAMES)[number];

/** Options of `useEngine`. */
export interface EngineOptions {
  /**
   * Insist on this engine; without it the first choice that runs here is taken, which is never `'cpu'`.
   * @default the first of the platform's list that runs here
   */
  engine?: EngineName;
  /**
   * Threads of the WebAssembly engine, the calling one among them. Has no effect once it has started, nor in a
   * browser on a page that is not cross-origin isolated: there it has one.
   * @default as many as there are cores
   */
  threads?: number;
  /** Stops with an `HpaError` of code `aborted`. */
  signal?: AbortSignal;
}

/** What is known of the engine taken; absent where it is not known. */
export interface EngineDetails {
  /** Whether WebAssembly SIMD is used. */
  readonly simd?: boolean;
  /** Whether relaxed SIMD, and with it fused multiply-add, is used. */
  readonly relaxedSimd?: boolean;
  /** Threads that compute. */
  readonly threads?: number;
  /** The GPU, as WebGPU describes it. */
  readonly adapter?: string;
}

/** What `useEngine` took. */
export interface Engine {
  /** The engine taken. */
  readonly name: EngineName;
  /** tfjs's name of it, as `tf.getBackend()` gives. */
  readonly backend: string;
  /** A sentence: which engine, why, and why no faster one. */
  readonly reason: string;
  /** Threads, instructions and versions, as far as the engine has them. */
  readonly details: EngineDetails;
  /** The engines tried before this one, and why each was not taken. */
  readonly tried: readonly { readonly name: EngineName; readonly reason: string }[];
}

/** A way to get an engine. */
export interface EngineCandidate {
  /** The engine that it would be. */
  readonly name: EngineName;
  readonly backend: string;
  /** Taken without being asked for. */
  readonly automatic: boolean;
  /** What the user can do when it is not to be had. */
  readonly remedy: string;
  /** Registers the tfjs backend. Throws an `Error` that says why it can't. */
  load(): Promise<void> | void;
  /** What to tell of it once it runs. */
  details?(): Promise<EngineDetails> | EngineDetails;
}

// One choice at a time: tfjs calls an initialisation failed when another begins.
let queue: Promise<unknown> = Promise.resolve();

/** Sets tfjs's backend to the first of the candidates that loads and passes the self-check. */
export function chooseEngine(
  candidates: readonly EngineCandidate[],
  options: EngineOptions = {},
): Promise<Engine> {
  const choice = queue.then(() => choose(candidates, options));
  queue = choice.catch(() => undefined);
  return choice;
}

async function choose(
  candidates: readonly EngineCandidate[],
  { engine, threads, signal }: EngineOptions,
): Promise<Engine> {
  if (engine !== undefined && !ENGINE_NAMES.includes(engine)) {
    throw new RangeError(
      `engine must be one of ${ENGINE_NAMES.join(', ')}. Received ${JSON.stringify(engine)}`,
    );
  }
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0))
    throw new RangeError(`threads must be a positive integer. Received ${threads}`);
  const wanted = candidates.filter(({ name, automatic }) =>
    engine === undefined ? automatic : name === engine,
  );
  if (wanted.length === 0 && engine !== undefined)
    throw unavailable(`Engine '${engine}' does not run on this platform`);

  const previous = tf.getBackend();
  const tried: { name: EngineName; reason: string; cause: unknown }[] = [];
  for (const candidate of wanted) {
    throwIfAborted(signal, 'useEngine');
    try {
      await start(candidate);
      const reasons = tried.map(({ name, reason }) => ({ name, reason }));
      const details = (await candidate.details?.()) ?? {};
      const reason = explain(candidate.name, engine !== undefined, reasons);
      return { name: candidate.name, backend: candidate.backend, reason, details, tried: reasons };
    } catch (cause) {
      tried.push({ name: candidate.name, reason: messageOf(cause), cause });
    }
  }

  // Not the backend that just failed: tfjs would answer the next operation with whatever else is registered.
  if (previous && previous in tf.engine().registry) await tf.setBackend(previous);
  const failures = tried.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
  // The last engine is the one that asks least of the user.
  const remedies = wanted
    .map(({ remedy }) => remedy)
    .reverse()
    .join('. Or: ');
  const what = engine === undefined ? 'No engine is available' : `Engine '${engine}' is not available`;
  throw unavailable(`${what} (${failures}). ${remedies}`, tried.at(-1)?.cause);
}

/** Loads the candidate, makes it tfjs's backend and lets it compute. */
async function start(candidate: EngineCandidate): Promise<void> {
  // tfjs's switch for its advice and warnings, such as "install our node backend": what matters of them
  // is in the errors below.
  const wasProduction = tf.env().getBool('PROD');
  tf.env().set('PROD', true);
  try {
    await candidate.load();
    const failure = await initialise(candidate.backend);
    if (failure) throw new Error(`it failed to start: ${messageOf(failure.error)}`, { cause: failure.error });
    await tf.ready();
    mendTfjs();
    await selfCheck();
  } finally {
    tf.env().set('PROD', wasProduction);
  }
}

/** `tf.setBackend`, which only logs what went wrong; here the error is returned. */
async function initialise(backend: string): Promise<{ error: unknown } | undefined> {
  const entry = tf.engine().registryFactory[backend];
  if (!entry) return { error: new Error(`backend '${backend}' is not registered`) };
  const { factory } = entry;
  let error: unknown = new Error('the backend gave no reason');
  entry.factory = async () => {
    try {
      return await factory();
    } catch (thrown) {
      error = thrown;
      throw thrown;
    }
  };
  try {
    return (await tf.setBackend(backend)) ? undefined : { error };
  } finally {
    entry.factory = factory;
  }
}

function explain(name: EngineName, insisted: boolean, tried: Engine['tried']): string {
  if (insisted) return `Took '${name}', as asked for.`;
  const others = tried.map((other) => `'${other.name}' was not taken: ${other.reason}.`).join(' ');
  return others
    ? `Took '${name}', the first choice of those available. ${others}`
    : `Took '${name}', the first choice.`;
}

function unavailable(reason: string, cause?: unknown): HpaError {
  return new HpaError('engine-unavailable', reason, { cause });
}

/** The first line of an error's message; Emscripten throws plain objects. */
function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  return (typeof message === 'string' ? message : String(error)).split('\n')[0]!.replace(/\.$/, '');
}
