import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePng, HpaError, Random, syntheticCells, type CellImage } from 'hpa-kit';
import { decoderPool, openFolder, saveFolder } from 'hpa-kit/node';
import { decodeStack, type StackJob } from '../../src/image/decode-stack';

const CHANNELS = ['red', 'green', 'blue', 'yellow'];

/** Four planes of 40×30 noise, as files. */
async function makeJob(seed: number, size?: [number, number]): Promise<StackJob> {
  const random = new Random('pool', seed);
  const files = await Promise.all(
    CHANNELS.map(async (name) => {
      const data = Uint8Array.from({ length: 1200 }, () => random.int(256));
      return { name: `${name}.png`, bytes: await encodePng({ width: 40, height: 30, channels: 1, data }) };
    }),
  );
  return { sample: `s${seed}`, files, channels: CHANNELS.map((name, file) => ({ name, file })), size };
}

const copy = (job: StackJob): StackJob => ({
  ...job,
  files: job.files.map(({ name, bytes }) => ({ name, bytes: bytes.slice() })),
});

describe('a pool of decoders', () => {
  const pool = decoderPool({ workers: 2 });
  afterAll(() => {
    pool.close();
  });

  it('gives the pixels that decoding here gives, whatever the order', async () => {
    const jobs = await Promise.all(
      Array.from({ length: 24 }, (_, i) => makeJob(i, i % 3 ? [12 + i, 20] : undefined)),
    );
    const expected = await Promise.all(jobs.map((job) => decodeStack(copy(job))));
    const found = await Promise.all(jobs.map((job) => pool(job)));
    found.forEach(({ data, ...size }, i) => {
      const { data: wanted, ...wantedSize } = expected[i] as CellImage;
      expect(size).toEqual(wantedSize);
      expect(Buffer.compare(data as Uint8Array, wanted as Uint8Array)).toBe(0);
    });
  });

  it('reads TIFFs, of which a package of the reader’s takes threads for its own', async () => {
    const golden = JSON.parse(
      await readFile(new URL('../golden/tiff_kinds.json', import.meta.url), 'utf8'),
    ) as { name: string; channels: number; refused?: unknown; sha256: string; tiff: string }[];
    const readable = golden.filter(({ refused }) => !refused);
    expect(readable.length).toBeGreaterThan(60);
    for (const { name, channels, sha256, tiff } of readable) {
      const file = { name, bytes: new Uint8Array(Buffer.from(tiff, 'base64')) };
      const planes = Array.from({ length: channels }, (_, plane) => ({ name: `${plane}`, file: 0, plane }));
      const { data } = await pool({ sample: name, files: [file], channels: planes });
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      expect(createHash('sha256').update(bytes).digest('hex'), name).toBe(sha256);
    }
  });

  it('takes the files over instead of copying them, and leaves views of larger buffers alone', async () => {
    const job = await makeJob(1);
    const whole = job.files[0]!.bytes;
    const larger = new Uint8Array(job.files[1]!.bytes.length + 9);
    larger.set(job.files[1]!.bytes, 5);
    const view = larger.subarray(5, -4);
    await pool({ ...job, files: [job.files[0]!, { name: 'green.png', bytes: view }, ...job.files.slice(2)] });
    expect(whole.length).toBe(0);
    expect(view.length).toBeGreaterThan(0);
  });

  it('passes errors on with the file, the sample and the channel', async () => {
    const job = await makeJob(2);
    const files = job.files.map((file, i) => (i === 2 ? { ...file, bytes: file.bytes.slice(0, 60) } : file));
    const error: unknown = await pool({ ...job, files }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HpaError);
    expect(error).toMatchObject({ code: 'png-truncated', file: 'blue.png', sample: 's2', channel: 'blue' });
    await expect(pool({ ...(await makeJob(3)), size: [0, 4] })).rejects.toThrow(RangeError);
  });

  it('gives up a job when its signal says so, and goes on with others', async () => {
    const controller = new AbortController();
    const jobs = await Promise.all(Array.from({ length: 12 }, (_, i) => makeJob(i)));
    const aborted = jobs.slice(1).map((job) => pool(job, { signal: controller.signal }));
    const kept = pool(jobs[0]!);
    controller.abort();
    const outcomes = await Promise.all(aborted.map((image) => image.catch((error: unknown) => error)));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ code: 'aborted' });
    expect((await kept).channels).toBe(4);
    await expect(pool(await makeJob(1), { signal: controller.signal })).rejects.toMatchObject({
      code: 'aborted',
    });
  });
});

describe('a folder whose samples are decoded in workers', () => {
  let dir: string;
  const pool = decoderPool({ workers: 2 });
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pool-'));
    await saveFolder(syntheticCells({ count: 6, size: 64, seed: 3 }), dir);
  });
  afterAll(async () => {
    pool.close();
    await rm(dir, { recursive: true });
  });

  it('gives the same images, and reads no file on this thread', async () => {
    const [here, there] = await Promise.all([openFolder(dir), openFolder(dir, { decoder: pool })]);
    for (const size of [undefined, [40, 32] as const])
      for (const index of here.ids.keys())
        expect(await there.load(index, { size })).toEqual(await here.load(index, { size }));
  });

  it('names the file, the sample and the channel of a file that is gone or too large', async () => {
    const source = await openFolder(dir, { decoder: pool });
    const id = source.ids[2]!;
    const file = join(dir, `${id}_green.png`);
    const bytes = await readFile(file);
    await rm(file);
    const context = { file, sample: id, channel: 'green' };
    await expect(source.load(2)).rejects.toMatchObject({ code: 'file-missing', ...context });
    await writeFile(file, bytes);
    const bounded = await openFolder(dir, { decoder: pool, maxFileBytes: 10 });
    await expect(bounded.load(2)).rejects.toMatchObject({ code: 'file-too-large', sample: id });
    expect((await source.load(2)).channels).toBe(4);
  });
});

it('refuses work once it is closed, and what was under way', async () => {
  const pool = decoderPool({ workers: 1 });
  const jobs = await Promise.all([0, 1, 2, 3].map((i) => makeJob(i)));
  const all = Promise.allSettled(jobs.map((job) => pool(job)));
  pool.close();
  for (const { status } of await all) expect(status).toBe('rejected');
  await expect(pool(await makeJob(9))).rejects.toThrow('The decoder pool is closed');
});

it('takes as many threads as there are cores, and only whole ones', () => {
  expect(decoderPool().workers).toBe(availableParallelism());
  expect(() => decoderPool({ workers: 0 })).toThrow('workers must be a positive integer. Received 0.');
});

describe('a process with a pool', () => {
  const run = (code: string) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      cwd: new URL('../..', import.meta.url),
      encoding: 'utf8',
      timeout: 20_000,
    });
  const prelude = `
    import { encodePng, syntheticCells, HpaDataset } from 'hpa-kit';
    import { decoderPool } from 'hpa-kit/node';
    const bytes = await encodePng({ width: 8, height: 8, channels: 1, data: new Uint8Array(64).fill(7) });
    const job = () => ({ sample: 'a', files: [{ name: 'a.png', bytes: bytes.slice() }], channels: [{ name: 'g', file: 0 }] });
    const pool = decoderPool({ workers: 2 });`;

  it('ends by itself when its work is done', () => {
    expect(run(`${prelude} console.log((await pool(job())).data[0]);`)).toBe('7\n');
  });

  it('fails the jobs of a worker that dies, and starts another for the next', () => {
    const killed = `${prelude}
      import { Worker } from 'node:worker_threads';
      const { postMessage } = Worker.prototype;
      Worker.prototype.postMessage = function (...message) {
        postMessage.apply(this, message);
        this.terminate();
      };
      const failed = pool(job()).catch(({ code, sample }) => code + ' ' + sample);
      Worker.prototype.postMessage = postMessage;
      console.log(await failed, (await pool(job())).data[0]);`;
    expect(run(killed)).toBe('worker-failed a 7\n');
  });
});
