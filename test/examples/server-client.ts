/** A small predictor to serve, cells for it, and uploads, also by hand. */
import { connect, type Socket } from 'node:net';
import * as tf from '@tensorflow/tfjs-core';
import {
  buildModel,
  createPredictor,
  encodePng,
  Random,
  syntheticCells,
  type Prediction,
  type Predictor,
} from 'hpa-kit';

export const SIZE = 32;
export const CHANNELS = ['red', 'green', 'blue', 'yellow'];

/** A file for each channel. */
export type Files = Record<string, Uint8Array>;

export interface Cell {
  id: string;
  files: Files;
}

export async function seededPredictor(): Promise<Predictor> {
  const architecture = { filters: [4], kernelSize: 3, poolSizes: [4], neurons: 8, seed: 5 };
  const model = await buildModel('smallCnn', { inputShape: [SIZE, SIZE, 4], numClasses: 3, ...architecture });
  // Weights of a beginning hardly tell one image from another.
  tf.tidy(() => {
    model.setWeights(model.getWeights().map((weights) => tf.mul(weights, 3)));
  });
  return createPredictor({ model, classes: ['nucleus', 'cytosol', 'membrane'], thresholds: 0.4 });
}

export async function makeCells(count: number, seed = 3): Promise<Cell[]> {
  const source = syntheticCells({ count, size: SIZE, seed });
  return Promise.all(
    source.ids.map(async (id, index) => {
      const image = await source.load(index);
      const random = new Random(seed, index);
      const files = CHANNELS.map(async (channel, c) => {
        // A mark of its own, so that no two are alike.
        const data = image.data.filter((_, i) => i % 4 === c);
        data.fill(random.int(256), 0, (SIZE * SIZE) / 2);
        return [channel, await encodePng({ width: SIZE, height: SIZE, channels: 1, data })] as const;
      });
      return { id, files: Object.fromEntries(await Promise.all(files)) };
    }),
  );
}

export function formOf(
  files: Files | Iterable<readonly [field: string, file: Uint8Array | string]>,
): FormData {
  const form = new FormData();
  for (const [field, file] of isIterable(files) ? files : Object.entries(files))
    if (typeof file === 'string') form.append(field, file);
    else form.append(field, new Blob([file as Uint8Array<ArrayBuffer>]), `a_${field}.png`);
  return form;
}

function isIterable<T>(files: object | Iterable<T>): files is Iterable<T> {
  return Symbol.iterator in files;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Prediction & { error: { code: string; message: string; file?: string; channel?: string } };
}

export async function post(
  origin: string,
  body: FormData | string | Uint8Array<ArrayBuffer>,
  init: RequestInit & { id?: string } = {},
): Promise<Answer> {
  const query = init.id === undefined ? '' : `?id=${encodeURIComponent(init.id)}`;
  const response = await fetch(`${origin}/predict${query}`, { method: 'POST', body, ...init });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Answer['body'],
  };
}

export async function ready(origin: string): Promise<{ status: number; queued: number; ready: boolean }> {
  const response = await fetch(`${origin}/ready`);
  return { ...((await response.json()) as { queued: number; ready: boolean }), status: response.status };
}

/** A form as bytes with their content type. */
export async function encodeForm(form: FormData): Promise<{ type: string; bytes: Uint8Array<ArrayBuffer> }> {
  const request = new Request('http://localhost', { method: 'POST', body: form });
  return { type: request.headers.get('content-type')!, bytes: new Uint8Array(await request.arrayBuffer()) };
}

/** An upload that has sent half of what it will; `finish` sends the rest, and gives all that the server says. */
export async function halfUpload(
  origin: string,
  form: FormData,
  connection = 'close',
): Promise<{ socket: Socket; finish: () => Promise<string> }> {
  const { hostname, port } = new URL(origin);
  const { type, bytes } = await encodeForm(form);
  const socket = connect(Number(port), hostname);
  const head = [
    'POST /predict HTTP/1.1',
    'host: localhost',
    `content-type: ${type}`,
    `content-length: ${bytes.length}`,
  ];
  socket.write([...head, `connection: ${connection}`, '', ''].join('\r\n'));
  socket.write(bytes.subarray(0, bytes.length / 2));
  let received = '';
  const ended = new Promise<string>((resolve) => {
    socket.on('data', (data) => (received += data.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(received);
    });
  });
  return {
    socket,
    finish() {
      if (socket.writable) socket.write(bytes.subarray(bytes.length / 2));
      return ended;
    },
  };
}
