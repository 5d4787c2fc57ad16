/**
 * Images a second of the service at several numbers of clients, against the predictor alone, on this machine with the
 * clients on it too: run `npm start` first, then `npm run example -- examples/server/measure.ts --size 512`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { encodePng, loadPredictor, syntheticCells } from 'hpa-kit';
import { decoderPool, useEngine } from 'hpa-kit/node';

const { values } = parseArgs({
  options: {
    predictor: { type: 'string', default: 'out/predictor' },
    size: { type: 'string', default: '512' },
    seconds: { type: 'string', default: '5' },
    clients: { type: 'string', default: '1,8,64,200' },
  },
});
const size = Number(values.size);
const milliseconds = 1000 * Number(values.seconds);

await useEngine();
const predictor = await loadPredictor(values.predictor);
const { channels } = predictor.preprocessing;
const cells = syntheticCells({ count: 16, size, seed: 1 });
const samples = await Promise.all(
  cells.ids.map(async (_, index) => {
    const { width, height, data } = await cells.load(index);
    const files = channels.map(async (channel, c) => {
      const plane = data.filter((_, i) => i % channels.length === c);
      return [channel, await encodePng({ width, height, channels: 1, data: plane })] as const;
    });
    return Object.fromEntries(await Promise.all(files));
  }),
);

const pause = promisify(setTimeout);

/** Images a second of some workers, each of which does one thing after the other, when they have been at it a while. */
async function imagesPerSecond(
  workers: number,
  images: number,
  work: () => Promise<unknown>,
): Promise<number> {
  let done = 0;
  let stopped = false;
  const all = Array.from({ length: workers }, async () => {
    for (; !stopped; done += images) await work();
  });
  await pause(milliseconds / 2);
  const [start, doneBefore] = [performance.now(), done];
  await pause(milliseconds);
  const rate = (1000 * (done - doneBefore)) / (performance.now() - start);
  stopped = true;
  await Promise.all(all);
  return rate;
}

const decoder = decoderPool();
const predictAll = () => predictor.predict(samples, { batchSize: 16, decoder });
const alone = await imagesPerSecond(1, samples.length, predictAll);
decoder.close();
console.log(`predictor alone, files in memory: ${alone.toFixed(1)} images/s`);

const bodies = await Promise.all(
  samples.map(async (files) => {
    const form = new FormData();
    for (const [channel, bytes] of Object.entries(files))
      form.append(channel, new Blob([bytes]), `${channel}.png`);
    const request = new Request('http://localhost', { method: 'POST', body: form });
    return { type: request.headers.get('content-type') ?? '', bytes: await request.arrayBuffer() };
  }),
);

for (const count of values.clients.split(',').map(Number)) {
  const script = fileURLToPath(new URL('main.ts', import.meta.url));
  const args = [...process.execArgv, script, '--predictor', values.predictor, '--port', '0'];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let origin = '';
  for await (const line of createInterface({ input: server.stdout })) {
    origin ||= /http:[^"]+/.exec(line)?.[0] ?? '';
    if (line.includes('"ready"')) break;
  }
  server.stdout.resume();
  const waits: number[] = [];
  let next = 0;
  const ask = async () => {
    const { type, bytes } = bodies[next++ % bodies.length]!;
    const asked = performance.now();
    const response = await fetch(`${origin}/predict`, {
      method: 'POST',
      body: bytes,
      headers: { 'content-type': type },
    });
    await response.json();
    if (response.status !== 200) throw new Error(`The server answered ${response.status}`);
    waits.push(performance.now() - asked);
  };
  const rate = await imagesPerSecond(count, 1, ask);
  waits.sort((a, b) => a - b);
  const wait = (share: number) => `${(waits[Math.floor(share * waits.length)] ?? NaN).toFixed(0)} ms`;
  const state = (await (await fetch(`${origin}/ready`)).json()) as {
    eventLoopDelayMs: Record<string, number>;
  };
  console.log(
    `${count} clients: ${rate.toFixed(1)} images/s, ${(rate / alone).toFixed(2)} × alone, ` +
      `answers in ${wait(0.5)} (half), ${wait(0.99)} (99 %), event loop late by ${JSON.stringify(state.eventLoopDelayMs)} ms`,
  );
  server.kill('SIGTERM');
  await once(server, 'exit');
}
await predictor.dispose();
