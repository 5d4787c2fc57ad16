import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { encode as encodeJpeg } from 'jpeg-js';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { encodePng, type Prediction, type Predictor } from 'hpa-kit';
import { savePredictor, useEngine } from 'hpa-kit/node';
import { createApp, type ServiceOptions } from '../../examples/server/app';
import { END, header, png } from '../image/make-png';
import { page, tiff } from '../image/make-tiff';
import {
  CHANNELS,
  encodeForm,
  formOf,
  halfUpload,
  makeCells,
  post,
  ready,
  seededPredictor,
  type Cell,
} from './server-client';

let predictor: Predictor;
let cells: Cell[];
let expected: Prediction[];
beforeAll(async () => {
  await useEngine({ engine: 'wasm' });
  predictor = await seededPredictor();
  cells = await makeCells(200);
  expected = await predictor.predict(
    cells.map(({ files }) => files),
    { ids: cells.map(({ id }) => id) },
  );
});

/** Its predictor is not the tests' own, for it is disposed of in the end. */
async function listen(
  options: ServiceOptions = {},
  loading = seededPredictor(),
): Promise<[string, FastifyInstance]> {
  const app = createApp(loading, { workers: 1, ...options });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const origin = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return [origin, app];
}

async function listenInTest(options: ServiceOptions = {}): Promise<string> {
  const [origin, app] = await listen(options);
  onTestFinished(() => app.close());
  await vi.waitUntil(async () => (await ready(origin)).ready, { timeout: 20_000 });
  return origin;
}

/** The same labels, and probabilities to 1e-6: batches of another size round otherwise. */
function expectPrediction(actual: Prediction, wanted: Prediction, tolerance = 1e-6): void {
  expect(actual.id).toBe(wanted.id);
  expect(actual.labels).toEqual(wanted.labels);
  expect(Object.keys(actual.probabilities)).toEqual(Object.keys(wanted.probabilities));
  for (const [name, probability] of Object.entries(wanted.probabilities))
    expect(Math.abs(actual.probabilities[name]! - probability), name).toBeLessThan(tolerance);
}

/** JPEGs of several kinds. */
const JPEGS = JSON.parse(readFileSync(new URL('../golden/jpeg_kinds.json', import.meta.url), 'utf8')) as {
  name: string;
  jpeg: string;
}[];

describe('the HTTP service', () => {
  let origin: string;
  let app: FastifyInstance;
  beforeAll(async () => {
    [origin, app] = await listen({ maxFileBytes: 50_000, maxBodyBytes: 120_000, maxPixels: 500 * 500 });
    await vi.waitUntil(async () => (await ready(origin)).ready, { timeout: 20_000 });
  });
  afterAll(() => app.close());

  it('says what it does and how it is', async () => {
    expect(await (await fetch(origin)).text()).toContain('POST /predict');
    expect(await (await fetch(`${origin}/health`)).json()).toEqual({ status: 'ok' });
    const state = await ready(origin);
    expect(state).toMatchObject({ status: 200, ready: true, engine: 'tfjs wasm', queued: 0, maxQueued: 256 });
    expect((await fetch(`${origin}/other`)).status).toBe(404);
  });

  it('answers with what the library predicts', async () => {
    const { status, body } = await post(origin, formOf(cells[0]!.files), { id: cells[0]!.id });
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['id', 'labels', 'probabilities']);
    expectPrediction(body, expected[0]!);
  });

  it('takes one file with all channels', async () => {
    const pixels = Uint8Array.from({ length: 48 }, (_, i) => 5 * i);
    const pages = [0, 1, 2, 3].map((i) => page({ 273: [273, 'long', [8 + 12 * i]] }));
    const stack = tiff(pixels, pages);
    const { status, body } = await post(origin, formOf({ image: stack }), { id: 'stack' });
    expect(status).toBe(200);
    expectPrediction(body, await predictor.predict(stack, { id: 'stack' }));
  });

  const half = () => cells[1]!.files.blue!.subarray(0, 60);
  const jpeg = () => encodeJpeg({ width: 8, height: 8, data: new Uint8Array(256).fill(99) }, 90).data;
  const small = () => encodePng({ width: 8, height: 8, channels: 1, data: new Uint8Array(64) });
  const changed = (channel: string, file: Uint8Array) => formOf({ ...cells[1]!.files, [channel]: file });
  const huge = () => png(header({ width: 30_000, height: 30_000 }), END);
  const channelsOf = (bytes: number) => CHANNELS.map((name) => [name, new Uint8Array(bytes)] as const);
  it.each<
    [what: string, form: () => FormData | Promise<FormData>, status: number, code: string, says: RegExp]
  >([
    ['a missing channel', () => formOf(channelsOf(9).slice(1)), 400, 'file-missing', /1 of 4.*channel red/],
    ['no file at all', () => new FormData(), 400, 'file-missing', /4 of 4 channels/],
    [
      'a channel twice',
      () => formOf([...channelsOf(9).slice(1), ['blue', half()]]),
      400,
      'field-repeated',
      /for blue/,
    ],
    [
      'another field',
      () => formOf([['violet', half()]]),
      400,
      'field-unknown',
      /image alone. Received "violet"/,
    ],
    ["a prototype's field", () => formOf([['constructor', half()]]), 400, 'FST_PROTO_VIOLATION', /prototype/],
    ['a text for a file', () => formOf([['red', 'a_red.png']]), 400, 'file-missing', /red is a text/],
    ['a stack and more', () => formOf({ image: half(), red: half() }), 400, 'field-unknown', /image, red/],
    ['a broken PNG', () => changed('blue', half()), 422, 'png-truncated', /a_blue.png.*channel blue/],
    [
      'other bytes',
      () => changed('blue', Buffer.from('%PDF-1.7')),
      422,
      'image-signature',
      /25 50 44 46.*channel blue/,
    ],
    [
      'an empty file',
      () => changed('green', new Uint8Array(0)),
      422,
      'image-signature',
      /empty.*channel green/,
    ],
    ['a colour JPEG', () => changed('red', jpeg()), 422, 'image-shape', /greyscale.*a_red.png.*channel red/],
    [
      'another size',
      async () => changed('red', await small()),
      422,
      'image-shape',
      /8×8.*32×32.*channel red/,
    ],
    ['a stack of one', async () => formOf({ image: await small() }), 422, 'image-shape', /no plane 1/],
    ['many pixels', () => changed('red', huge()), 413, 'image-too-large', /30000×30000.*channel red/],
    [
      'a large file',
      () => changed('red', new Uint8Array(60_000)),
      413,
      'file-too-large',
      /a_red.png.* 50000 bytes/,
    ],
    ['many files', () => formOf([...channelsOf(9), ['red', half()]]), 413, 'FST_FILES_LIMIT', /files limit/],
    ['a large body', () => formOf(channelsOf(45_000)), 413, 'body-too-large', /120000 bytes/],
  ])('refuses %s, and goes on', async (_, form, status, code, says) => {
    const answer = await post(origin, await form());
    expect(answer).toMatchObject({
      status,
      body: { error: { code, message: expect.stringMatching(says) as string } },
    });
    expect(JSON.stringify(answer.body)).not.toMatch(/\.ts\b|node_modules|\bat \//);
    const { body } = await post(origin, formOf(cells[1]!.files), { id: cells[1]!.id });
    expectPrediction(body, expected[1]!);
    expect((await ready(origin)).queued).toBe(0);
  });

  it('tells where a file was wrong in fields too', async () => {
    const { body } = await post(origin, changed('blue', half()), { id: 'b7' });
    expect(body.error).toMatchObject({ code: 'png-truncated', file: 'a_blue.png', channel: 'blue' });
    expect(body.error.message).toContain('sample b7');
  });

  it('takes a grey JPEG whatever its name says', async () => {
    const grey = JPEGS.find(({ name }) => name === 'grey')!;
    const file = Buffer.from(grey.jpeg, 'base64');
    const files = Object.fromEntries(CHANNELS.map((name) => [name, file]));
    expectPrediction(
      (await post(origin, formOf(files), { id: 'j' })).body,
      await predictor.predict(files, { id: 'j' }),
    );
  });

  it('refuses bodies that are no upload, and goes on', async () => {
    const { type, bytes } = await encodeForm(formOf(cells[1]!.files));
    const send = async (contentType: string | undefined, body: string | Uint8Array<ArrayBuffer>) => {
      const headers = contentType === undefined ? undefined : { 'content-type': contentType };
      const answer = await post(origin, body, { ...(headers && { headers }) });
      return [answer.status, answer.body.error.code];
    };
    expect(await send('application/json', '{"red": "a.png"}')).toEqual([
      415,
      'FST_ERR_CTP_INVALID_MEDIA_TYPE',
    ]);
    expect(await send('image/png', bytes)).toEqual([415, 'FST_ERR_CTP_INVALID_MEDIA_TYPE']);
    expect(await send(undefined, new Uint8Array(0))).toEqual([415, 'content-type']);
    expect(await send('multipart/form-data', bytes)).toEqual([400, 'multipart-invalid']);
    expect(await send('multipart/form-data; boundary=other', bytes)).toEqual([400, 'multipart-invalid']);
    expect(await send(type, new Uint8Array(0))).toEqual([400, 'file-missing']);
    for (const share of [0.1, 0.5, 0.9, 0.999]) {
      const part = bytes.slice(0, Math.floor(share * bytes.length));
      expect(await send(type, part), `${share}`).toEqual([400, 'multipart-invalid']);
    }
    expect((await post(origin, formOf(cells[1]!.files), { id: 'x'.repeat(201) })).status).toBe(400);
    expect((await post(origin, formOf(cells[1]!.files))).status).toBe(200);
    expect((await ready(origin)).queued).toBe(0);
  });

  it('counts the bytes of a body that does not say its length', async () => {
    const { type, bytes } = await encodeForm(formOf(channelsOf(45_000)));
    const body = new Blob([bytes]).stream();
    const init = { method: 'POST', body, headers: { 'content-type': type }, duplex: 'half' };
    const response = await fetch(`${origin}/predict`, init);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      error: { message: 'The files together have more than 120000 bytes' },
    });
  });
});

describe('the HTTP service with many clients', () => {
  it('gives each of 200 at a time the prediction of its own image', async () => {
    const origin = await listenInTest();
    const rows = expected.map(({ probabilities }) => Object.values(probabilities));
    const distances = rows.flatMap((a, i) =>
      rows.slice(0, i).map((b) => Math.hypot(...a.map((p, k) => p - b[k]!))),
    );
    expect(Math.min(...distances)).toBeGreaterThan(1e-5);
    const answers = await Promise.all(cells.map(({ id, files }) => post(origin, formOf(files), { id })));
    answers.forEach(({ body }, i) => {
      expectPrediction(body, expected[i]!);
    });
    expect((await ready(origin)).queued).toBe(0);
  });

  it('sends clients away while its queue is full, and serves them later', async () => {
    const origin = await listenInTest({ maxQueued: 2 });
    const form = () => formOf(cells[0]!.files);
    const slow = await Promise.all([halfUpload(origin, form()), halfUpload(origin, form())]);
    await vi.waitUntil(async () => (await ready(origin)).queued === 2, 5000);
    const refused = await post(origin, form());
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'queue-full' } } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    for (const { finish } of slow) expect(await finish()).toContain('HTTP/1.1 200 OK');
    expectPrediction((await post(origin, form(), { id: cells[0]!.id })).body, expected[0]!);
  });

  it('lets clients go that leave, during the upload or after it, and serves the others', async () => {
    const origin = await listenInTest({ maxQueued: 100 });
    const halves = await Promise.all(
      cells.slice(0, 20).map(({ files }) => halfUpload(origin, formOf(files))),
    );
    await vi.waitUntil(async () => (await ready(origin)).queued === 20, 5000);
    const leaving = cells.slice(20, 40).map(async ({ id, files }, i) => {
      const signal = AbortSignal.timeout(i);
      return post(origin, formOf(files), { id, signal }).catch(() => undefined);
    });
    const staying = cells.slice(40, 80).map(({ id, files }) => post(origin, formOf(files), { id }));
    for (const { socket } of halves) socket.destroy();
    await Promise.all(leaving);
    (await Promise.all(staying)).forEach(({ body }, i) => {
      expectPrediction(body, expected[40 + i]!);
    });
    await vi.waitUntil(async () => (await ready(origin)).queued === 0, 5000);
  });

  it('ends an upload that takes too long', async () => {
    const origin = await listenInTest({ timeoutMs: 200 });
    const started = performance.now();
    const { socket, finish } = await halfUpload(origin, formOf(cells[0]!.files));
    await new Promise((resolve) => socket.once('data', resolve));
    expect(performance.now() - started).toBeLessThan(2000);
    expect(await finish()).toMatch(/408 Request Timeout.*"timeout"/s);
    expect((await ready(origin)).queued).toBe(0);
  });
});

describe('the HTTP service from start to stop', () => {
  it('is alive but not ready while its predictor is loaded', async () => {
    let load: (predictor: Predictor) => void = () => undefined;
    const loading = new Promise<Predictor>((resolve) => {
      load = resolve;
    });
    const [origin, app] = await listen({}, loading);
    onTestFinished(() => app.close());
    expect((await fetch(`${origin}/health`)).status).toBe(200);
    expect(await ready(origin)).toMatchObject({ status: 503, ready: false });
    const early = await post(origin, formOf(cells[0]!.files));
    expect(early).toMatchObject({ status: 503, body: { error: { code: 'not-ready' } } });
    load(await seededPredictor());
    await vi.waitUntil(async () => (await ready(origin)).ready, 5000);
    expect((await post(origin, formOf(cells[0]!.files))).status).toBe(200);
  });

  it('answers all that is under way at SIGTERM, then exits with 0', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'hpa-kit-server-'));
    onTestFinished(() => rm(dir, { recursive: true }));
    await savePredictor(predictor, dir);
    const server = await startServer('--predictor', dir);
    await vi.waitUntil(async () => (await ready(server.origin)).ready, 20_000);
    const uploads = await Promise.all(
      cells.slice(0, 50).map(({ files }) => halfUpload(server.origin, formOf(files), 'keep-alive')),
    );
    await vi.waitUntil(async () => (await ready(server.origin)).queued === 50, 10_000);
    const silent = connect(Number(new URL(server.origin).port), '127.0.0.1').on('error', () => undefined);
    onTestFinished(() => void silent.destroy());
    server.kill('SIGTERM');
    await vi.waitUntil(() => server.output().includes('SIGTERM'), 10_000);
    await expect(fetch(`${server.origin}/health`)).rejects.toThrow();
    const answers = await Promise.all(uploads.map(({ finish }) => finish()));
    answers.forEach((answer, i) => {
      expect(answer).toContain('HTTP/1.1 200 OK');
      const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as Prediction;
      // A process of its own takes the best engine there is, which may be another than here.
      expectPrediction({ ...body, id: expected[i]!.id }, expected[i]!, 1e-5);
    });
    expect(await server.exited).toBe(0);
    for (const line of server.output().trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('level');
  });

  it('exits with 1 and a reason when it has no predictor', async () => {
    const server = await startServer('--predictor', 'no-such-folder');
    expect(await server.exited).toBe(1);
    expect(server.output()).toMatch(/no-such-folder/);
  });
});

/** Runs the example as users do, through ts-node on the built package. */
async function startServer(...flags: string[]) {
  const loader = [
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=DEP0180',
    '--loader',
    'ts-node/esm',
  ];
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const args = [...loader, 'examples/server/main.ts', '--port', '0', ...flags];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  // Not what goes to stderr: native libraries have words of their own.
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const origin = await vi.waitUntil(() => /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0], 30_000);
  return { origin, exited, output: () => output, kill: (signal: NodeJS.Signals) => child.kill(signal) };
}
