/**
 * What the test of WebGPU in Node runs in a process of its own, where the environment can point to a driver, and
 * whose end is part of the test. Prints a `Report`.
 */
import * as tf from '@tensorflow/tfjs-core';
import { useEngine, type Engine } from 'hpa-kit/node';
import { CASES, MENDED } from './webgpu-cases';
import { compareWithCpu, type Comparison } from './webgpu-compare';
import { lossAfterDivergence, train, type Curve } from './webgpu-training';

/** Everything that the tests look at; only `missing` where WebGPU is not to be had. */
export interface Report {
  missing?: string;
  engine?: Engine;
  automatic?: Engine;
  comparisons?: Comparison[];
  curves?: { webgpu: Curve; cpu: Curve };
  divergedLoss?: number;
  failures?: { device: string; sync: string; afterwards: number[] };
  navigator?: boolean;
  software?: boolean;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function run(): Promise<Report> {
  let engine: Engine;
  try {
    engine = await useEngine({ engine: 'webgpu' });
  } catch (error) {
    return { missing: messageOf(error) };
  }
  tf.env().set('PROD', true);
  // All of them run in a browser; without a GPU that takes many seconds.
  const { adapter = '' } = engine.details;
  const software = /swiftshader|llvmpipe/i.test(adapter);
  const comparisons = await compareWithCpu(software ? MENDED : CASES);
  await useEngine({ engine: 'webgpu' });
  const webgpu = await train(5);
  const divergedLoss = await lossAfterDivergence();
  const failures = await provokeFailures();
  await useEngine({ engine: 'cpu' });
  const curves = { webgpu, cpu: await train(5) };
  const automatic = await useEngine();
  const navigator = 'navigator' in globalThis && 'gpu' in globalThis.navigator;
  return { engine, automatic, comparisons, curves, divergedLoss, failures, navigator, software };
}

/** A synchronous read, and a buffer that no device grants. */
async function provokeFailures(): Promise<Report['failures']> {
  const x = tf.tensor1d([1, 2, 3]);
  const doubled = tf.mul(tf.relu(tf.fill([3], 2)), x);
  let sync = '';
  try {
    tf.square(doubled).dataSync();
  } catch (error) {
    sync = messageOf(error);
  }
  const { device } = tf.backend() as unknown as { device: { createBuffer(size: object): unknown } };
  device.createBuffer({ size: 16, usage: 0xffff });
  const device$ = await doubled.data().then(() => '', messageOf);
  const afterwards = Array.from(await tf.square(doubled).data());
  return { device: device$, sync, afterwards };
}

// Dawn writes to stdout, too.
console.log(`\nREPORT ${JSON.stringify(await run())}`);
