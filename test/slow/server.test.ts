/** Thousands of uploads, also broken ones and clients that leave: the service holds no more than after the first hundreds. */
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it, onTestFinished, vi } from 'vitest';
import { useEngine } from 'hpa-kit/node';
import { createApp } from '../../examples/server/app';
import { formOf, halfUpload, makeCells, post, ready, seededPredictor } from '../examples/server-client';

const ROUNDS = 40;
const CLIENTS = 100;

it(`holds as much after ${ROUNDS * CLIENTS} requests as after a quarter of them`, async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await useEngine({ engine: 'wasm' });
  const app = createApp(seededPredictor(), { workers: 1 });
  onTestFinished(() => app.close());
  await app.listen({ port: 0, host: '127.0.0.1' });
  const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  await vi.waitUntil(async () => (await ready(origin)).ready, 20_000);
  const cells = await makeCells(CLIENTS);
  const tensors = tf.memory().numTensors;

  /** One in ten is broken, and one in ten leaves in the middle of its upload. */
  const ask = async (index: number): Promise<number> => {
    const { files } = cells[index]!;
    if (index % 10 === 0)
      return (await post(origin, formOf({ ...files, red: files.red!.subarray(0, 70) }))).status;
    if (index % 10 > 1) return (await post(origin, formOf(files))).status;
    const { socket } = await halfUpload(origin, formOf(files));
    await new Promise((resolve) => socket.destroy().once('close', resolve));
    return 0;
  };
  const held: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const statuses = await Promise.all(cells.map((_, index) => ask(index)));
    expect(statuses.filter((status) => status === 200)).toHaveLength(0.8 * CLIENTS);
    expect(statuses.filter((status) => status === 422)).toHaveLength(0.1 * CLIENTS);
    await vi.waitUntil(async () => (await ready(origin)).queued === 0, 5000);
    expect(tf.memory().numTensors).toBe(tensors);
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    held.push(heapUsed + arrayBuffers);
  }
  const quarter = ROUNDS / 4;
  const largest = (from: number, to: number) => Math.max(...held.slice(from, to));
  expect(largest(3 * quarter, ROUNDS)).toBeLessThan(largest(quarter / 2, quarter) + 3e6);
});
