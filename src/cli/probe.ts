/**
 * `hpa-kit probe <engine>`: starts one engine, trains with it and prints what came of it as JSON. A process
 * of its own, because a broken native library ends the process that loads it.
 */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { useEngine, type Engine, type EngineName } from '../node/index';
import { buildModel } from '../index';
import { SPEED, type ProbeResult } from './probe-result';

/** The losses of three training steps, by Keras: test/golden/keras_probe.py. */
const TRAINED = [0.303703, 0.23407, 0.200342];
const TOLERANCE = 2e-3;

/**
 * Prints a `ProbeResult` once the engine has trained, and another with its speed: the last one counts.
 *
 * @param args the engine's name; without one, the engine that `useEngine` takes, which is not measured
 */
export async function probe([name]: string[]): Promise<number> {
  try {
    const engine = await start(name as EngineName | undefined);
    await checkTraining();
    const details = { ...engine.details, ...tensorflowVersion() };
    const result: ProbeResult = { available: true, name: engine.name, reason: engine.reason, details };
    await print(result);
    if (name !== undefined) await print({ ...result, ...(await measure()) });
  } catch (error) {
    await print({ available: false, ...explain(error) });
  }
  // An engine's threads must not keep the process.
  process.exit(0);
}

function print(result: ProbeResult): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(`${JSON.stringify(result)}\n`, () => {
      resolve();
    });
  });
}

/** `useEngine`; an engine that the app has to import is imported. */
async function start(engine: EngineName | undefined): Promise<Engine> {
  if (engine === undefined) return useEngine();
  try {
    return await useEngine({ engine });
  } catch (error) {
    if (engine !== 'cpu' && engine !== 'webgpu') throw error;
    try {
      await import(/* @vite-ignore */ `@tensorflow/tfjs-backend-${engine}`);
    } catch {
      throw error;
    }
    return useEngine({ engine });
  }
}

/** Takes the sentence of `useEngine` apart: "Engine 'x' is not available (x: reason). Remedy". */
function explain(error: unknown): { reason: string; remedy?: string } {
  const message = error instanceof Error ? error.message : String(error);
  const [, reason, remedy] = /^Engine '\w+' is not available \(\w+: (.*)\)\. (.*)$/s.exec(message) ?? [];
  return reason !== undefined && remedy !== undefined ? { reason, remedy } : { reason: message };
}

/** Three steps of Adam on a small network, whose losses are known. */
async function checkTraining(): Promise<void> {
  const model = tfl.sequential({
    layers: [
      tfl.layers.conv2d({ inputShape: [8, 8, 2], filters: 4, kernelSize: 3, activation: 'relu' }),
      tfl.layers.batchNormalization(),
      tfl.layers.maxPooling2d({ poolSize: 2 }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 3, activation: 'sigmoid' }),
    ],
  });
  model.layers[0]!.setWeights([wave([3, 3, 2, 4], 7), tf.zeros([4])]);
  model.layers[4]!.setWeights([wave([36, 3], 2), tf.zeros([3])]);
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'binaryCrossentropy' });
  const [images, targets] = [wave([4, 8, 8, 2], 3), tf.cast(tf.greater(wave([4, 3], 5), 0), 'float32')];
  const losses: number[] = [];
  while (losses.length < TRAINED.length) losses.push((await model.trainOnBatch(images, targets)) as number);
  if (!losses.every((loss, step) => Math.abs(loss - TRAINED[step]!) < TOLERANCE))
    throw new Error(`it trains to losses of ${losses.join(', ')} where ${TRAINED.join(', ')} are right`);
}

/** Numbers from −0.5 to 0.5 in an irregular order. */
function wave(shape: number[], step: number): tf.Tensor {
  const length = shape.reduce((a, b) => a * b);
  const values = Float32Array.from({ length }, (_, i) => (((i * step) % 11) - 5) / 10);
  return tf.reshape(tf.tensor1d(values), shape);
}

async function measure(): Promise<{ stepSeconds: number; imagesPerSecond: number }> {
  const { size, batchSize, maxSteps, maxSeconds } = SPEED;
  const model = await buildModel('haltufBaseline', { inputShape: [size, size, 4], seed: 1 });
  model.compile({ optimizer: tf.train.adam(), loss: 'binaryCrossentropy' });
  const images = tf.randomUniform([batchSize, size, size, 4], 0, 1, 'float32', 1);
  const targets = tf.zeros([batchSize, model.outputShape[1] as number]);
  // The first step also compiles.
  await model.trainOnBatch(images, targets);
  const seconds: number[] = [];
  const begin = performance.now();
  while (seconds.length < maxSteps && performance.now() - begin < maxSeconds * 1000) {
    const stepBegin = performance.now();
    await model.trainOnBatch(images, targets);
    seconds.push((performance.now() - stepBegin) / 1000);
  }
  const stepSeconds = seconds.sort((a, b) => a - b)[seconds.length >> 1]!;
  return { stepSeconds, imagesPerSecond: batchSize / stepSeconds };
}

function tensorflowVersion(): { tensorflow?: string } {
  const { binding } = tf.backend() as { binding?: { TF_Version?: string } };
  return binding?.TF_Version === undefined ? {} : { tensorflow: binding.TF_Version };
}
