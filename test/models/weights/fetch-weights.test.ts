import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { io } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchWeights, type DownloadProgress, type FetchWeightsOptions, type WeightFile } from 'hpa-kit';
import { failure } from '../../failure';
import { testServer, type Handler } from '../../http-server';
import { safetensors } from './safetensors-file';

const server = testServer();
const { routes, asked } = server;

vi.mock('../../../src/data/sources/pause', () => ({ pause: () => Promise.resolve() }));

afterEach(() => {
  vi.unstubAllGlobals();
});

const hashOf = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const send = (bytes: Uint8Array | string): Handler => {
  return (response) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
};

const FILE = safetensors({
  'fc.weight': [
    [2, 1],
    [3, 5],
  ],
  'fc.bias': [[2], [7, 11]],
});
const HASH = hashOf(FILE);

/** Fetches `/w.safetensors`, which the server may have. */
const fetchFile = (options: Partial<FetchWeightsOptions> = {}) =>
  fetchWeights(`${server.origin}/w.safetensors`, { sha256: HASH, stallSeconds: 3, ...options });

async function valuesOf({ entries }: WeightFile): Promise<Record<string, number[]>> {
  const values = await Promise.all(
    entries.map(async ({ key, read }) => [key, Array.from(await read())] as const),
  );
  return Object.fromEntries(values);
}

describe('fetchWeights', () => {
  beforeEach(() => routes.set('/w.safetensors', send(FILE)));

  it('reads what has the hash, in capitals too, from a string or a URL', async () => {
    const weights = await fetchFile({ sha256: HASH.toUpperCase() });
    expect(weights).toMatchObject({
      file: `${server.origin}/w.safetensors`,
      format: 'safetensors',
      convention: 'torch',
    });
    expect(await valuesOf(weights)).toEqual({ 'fc.weight': [3, 5], 'fc.bias': [7, 11] });
    const again = await fetchWeights(new URL('/w.safetensors', server.origin), { sha256: HASH });
    expect(await valuesOf(again)).toEqual(await valuesOf(weights));
  });

  it.each([
    [
      'other bytes',
      FILE.map((byte, i) => (i === FILE.length - 1 ? byte ^ 1 : byte)),
      /^This is another file than/,
    ],
    ['fewer bytes', FILE.subarray(0, -1), /^This is another file than/],
    ['a web page', '<!doctype html><title>Log in</title>', /^This is a web page/],
    [
      'a pointer of Git LFS',
      'version https://git-lfs.github.com/spec/v1\noid sha256:0\n',
      /^This is a pointer of Git LFS/,
    ],
  ])('refuses %s before reading or keeping it, and says which hash it has', async (_, bytes, reason) => {
    routes.set('/w.safetensors', send(bytes));
    const cache = new Map<string, Uint8Array>();
    const error = await failure(fetchFile({ cache }));
    expect(error).toMatchObject({ code: 'file-checksum', file: `${server.origin}/w.safetensors` });
    expect(error.reason).toMatch(reason);
    expect(error.reason).toContain(`Its SHA-256 is ${hashOf(bytes)}, not ${HASH}`);
    expect(cache.size).toBe(0);
    expect(asked).toHaveLength(1);
  });

  it('reports bytes as they come, and how many are left', async () => {
    let sendRest: (() => void) | undefined;
    routes.set('/w.safetensors', (response) => {
      response.writeHead(200, { 'content-length': FILE.length }).write(FILE.subarray(0, 20));
      sendRest = () => response.end(FILE.subarray(20));
    });
    const reports: DownloadProgress[] = [];
    const onProgress = (progress: DownloadProgress) => {
      reports.push(progress);
      if (progress.done === 20) sendRest?.();
    };
    await fetchFile({ onProgress });
    const total = FILE.length;
    const at = (done: number, ended: boolean): unknown =>
      expect.objectContaining({
        phase: 'download',
        file: `${server.origin}/w.safetensors`,
        done,
        total,
        ended,
      });
    expect(reports).toEqual([at(0, false), at(20, false), at(total, false), at(total, true)]);
    expect(reports[0]).toMatchObject({ secondsLeft: Infinity });
    expect(reports[1]!.secondsLeft).toBeCloseTo((total - 20) / reports[1]!.bytesPerSecond, 6);
    expect(reports.at(-1)).toMatchObject({ secondsLeft: 0 });
  });

  it('reports no total where the server doesn’t say, and an end where it fails', async () => {
    routes.set('/w.safetensors', (response) =>
      response.setHeader('content-encoding', 'gzip').end(gzipSync(FILE)),
    );
    const reports: DownloadProgress[] = [];
    await fetchFile({ onProgress: (progress) => reports.push(progress) });
    expect(reports.at(-1)).toMatchObject({
      done: FILE.length,
      total: undefined,
      secondsLeft: Infinity,
      ended: true,
    });
    reports.length = 0;
    routes.clear();
    await failure(fetchFile({ onProgress: (progress) => reports.push(progress) }));
    expect(reports).toEqual([expect.objectContaining({ done: 0, ended: true })]);
  });

  it.each<[string, Handler, string, RegExp]>([
    ['is not there', (response) => response.writeHead(404).end(), 'file-missing', /404/],
    ['is refused', (response) => response.writeHead(403).end(), 'fetch-failed', /403/],
    [
      'ends in an error',
      (response) => response.writeHead(500).end(),
      'fetch-failed',
      /tried 3 times: the server answered 500/,
    ],
    [
      'breaks off',
      (response) => {
        response.writeHead(200, { 'content-length': FILE.length }).write(FILE.subarray(0, 20));
        setImmediate(() => response.destroy());
      },
      'fetch-failed',
      /tried 3 times/,
    ],
    [
      'stalls',
      (response) => response.writeHead(200).write(FILE.subarray(0, 20)),
      'fetch-failed',
      /nothing came for 0.05 s/,
    ],
    [
      'is announced too large',
      send(new Uint8Array(2000)),
      'file-too-large',
      /2000 bytes, more than the 1000 .* Raise maxBytes/,
    ],
    [
      'is too large',
      (response) => response.end(Buffer.alloc(2000)),
      'file-too-large',
      /more than the 1000 .* Raise maxBytes/,
    ],
  ])('says that a file that %s can’t be had, and where', async (_, handler, code, message) => {
    routes.set('/w.safetensors', handler);
    const error = await failure(fetchFile({ retries: 2, stallSeconds: 0.05, maxBytes: 1000 }));
    expect(error).toMatchObject({ code, file: `${server.origin}/w.safetensors` });
    expect(error.message).toMatch(message);
  });

  it('tries again what breaks off once', async () => {
    routes.set('/w.safetensors', (response) => {
      if (asked.length === 1) response.writeHead(503).end();
      else send(FILE)(response, undefined as unknown as IncomingMessage);
    });
    expect(await valuesOf(await fetchFile())).toHaveProperty('fc.bias', [7, 11]);
    expect(asked).toHaveLength(2);
  });

  it('stops when aborted', async () => {
    const abort = new AbortController();
    routes.set('/w.safetensors', (response) => {
      response.writeHead(200, { 'content-length': FILE.length }).write(FILE.subarray(0, 20));
      setTimeout(() => {
        abort.abort();
      }, 20);
    });
    const error = await failure(fetchFile({ signal: abort.signal }));
    expect(error).toMatchObject({ code: 'aborted', file: `${server.origin}/w.safetensors` });
    await failure(fetchFile({ signal: abort.signal }));
    expect(asked).toHaveLength(1);
  });

  it('says before it downloads that an insecure page makes no digests', async () => {
    vi.stubGlobal('crypto', {});
    const error = await failure(fetchFile());
    expect(error).toMatchObject({ code: 'engine-unavailable', file: `${server.origin}/w.safetensors` });
    expect(error.message).toMatch(/HTTPS/);
    expect(asked).toEqual([]);
  });

  it('reads no other format than those of weights', async () => {
    const text = 'name,value\n';
    routes.set('/w.csv', send(text));
    const error = await failure(fetchWeights(`${server.origin}/w.csv`, { sha256: hashOf(text) }));
    expect(error).toMatchObject({ code: 'weights-unsupported', file: `${server.origin}/w.csv` });
  });

  it.each<[string, Partial<FetchWeightsOptions>, RegExp]>([
    ['no hash', { sha256: undefined }, /sha256 must be 64 hexadecimal digits. Received undefined/],
    ['half a hash', { sha256: HASH.slice(32) }, /64 hexadecimal digits/],
    ['a hash in Base64', { sha256: `${'A'.repeat(63)}=` }, /64 hexadecimal digits/],
    ['no bound', { maxBytes: 0 }, /maxBytes must be a positive integer/],
    ['retries that can’t be', { retries: -1 }, /retries/],
    [
      'a hash of a shard that is none',
      { sha256: { 'model.json': HASH, 'w.bin': '0' } },
      /w.bin must be 64 hexadecimal/,
    ],
  ])('refuses %s', async (_, options, message) => {
    await expect(fetchFile(options)).rejects.toThrow(message);
    expect(asked).toEqual([]);
  });

  it('refuses what is no URL', async () => {
    const error = await failure(fetchWeights('w.safetensors', { sha256: HASH }));
    expect(error).toMatchObject({ code: 'fetch-failed', file: 'w.safetensors' });
  });
});

describe('the cache of fetchWeights', () => {
  beforeEach(() => routes.set('/w.safetensors', send(FILE)));

  it('is asked first, and given what was downloaded', async () => {
    const cache = new Map<string, Uint8Array>();
    await fetchFile({ cache });
    expect([...cache]).toEqual([[`${server.origin}/w.safetensors#sha256=${HASH}`, FILE]]);
    const reports: DownloadProgress[] = [];
    const weights = await fetchFile({ cache, onProgress: (progress) => reports.push(progress) });
    expect(await valuesOf(weights)).toHaveProperty('fc.bias', [7, 11]);
    expect(asked).toHaveLength(1);
    expect(reports).toEqual([]);
  });

  it('that is damaged is filled again', async () => {
    const cache = new Map<string, Uint8Array>();
    await fetchFile({ cache });
    const [key] = cache.keys();
    cache.get(key!)![FILE.length - 1]! ^= 1;
    expect(await valuesOf(await fetchFile({ cache }))).toHaveProperty('fc.bias', [7, 11]);
    expect(cache.get(key!)).toEqual(FILE);
    expect(asked).toHaveLength(2);
  });

  it('tells other hashes and URLs apart, but not queries and passwords, which it doesn’t see', async () => {
    const cache = new Map<string, Uint8Array>();
    await fetchFile({ cache });
    await failure(fetchFile({ cache, sha256: HASH.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) }));
    routes.set('/v.safetensors', send(FILE));
    await fetchWeights(`${server.origin}/v.safetensors`, { cache, sha256: HASH });
    expect(asked).toHaveLength(3);
    const signed = `${server.origin.replace('//', '//name:secret@')}/w.safetensors?token=secret#top`;
    await fetchWeights(signed, { cache, sha256: HASH });
    expect(asked).toHaveLength(3);
    expect([...cache.keys()].join()).not.toMatch(/secret/);
  });
});

describe('a model.json', () => {
  let files: Map<string, Uint8Array>;
  let sha256: Record<string, string>;
  const query = '?key=1';
  const serve = () => {
    for (const [name, bytes] of files)
      routes.set(`/model%201/${encodeURIComponent(name)}${query}`, send(bytes));
    sha256 = Object.fromEntries([...files].map(([name, bytes]) => [name, hashOf(bytes)]));
  };
  const fetchModel = (options: Partial<FetchWeightsOptions> = {}) =>
    fetchWeights(`${server.origin}/model 1/model.json${query}`, { sha256, ...options });
  /** The model.json with other paths of shards. */
  const withPaths = (...paths: string[]) => {
    const json = JSON.parse(new TextDecoder().decode(files.get('model.json'))) as io.ModelJSON;
    json.weightsManifest[0]!.paths = paths;
    files.set('model.json', new TextEncoder().encode(JSON.stringify(json)));
    serve();
  };

  beforeEach(async () => {
    const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [3], name: 'scores' })] });
    await model.save(
      io.withSaveHandler((artifacts) => {
        const { weightData, weightSpecs, modelTopology } = artifacts;
        const bytes = new Uint8Array(io.CompositeArrayBuffer.join(weightData));
        const paths = ['group1 #1.bin', 'group1-shard2of2.bin'];
        const json = { modelTopology, weightsManifest: [{ paths, weights: weightSpecs }] };
        files = new Map([
          ['model.json', new TextEncoder().encode(JSON.stringify(json))],
          [paths[0]!, bytes.slice(0, 10)],
          [paths[1]!, bytes.slice(10)],
        ]);
        return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
      }),
    );
    model.dispose();
    serve();
  });

  it('is read with the shards beside it, each checked and kept', async () => {
    const cache = new Map<string, Uint8Array>();
    const reports: DownloadProgress[] = [];
    const weights = await fetchModel({
      cache,
      onProgress: (progress) => progress.ended && reports.push(progress),
    });
    expect(weights).toMatchObject({ format: 'tfjs', file: `${server.origin}/model%201/model.json${query}` });
    const expected = new Float32Array(
      Uint8Array.from([...files.values()].slice(1).flatMap((shard) => [...shard])).buffer,
    );
    expect(Object.values(await valuesOf(weights)).flat()).toEqual(Array.from(expected));
    expect(reports.map(({ done }) => done)).toEqual([...files.values()].map(({ length }) => length));
    expect(asked).toHaveLength(3);
    expect([...cache.values()]).toEqual([...files.values()]);
    await fetchModel({ cache });
    expect(asked).toHaveLength(3);
  });

  it('has shards with hashes of their own', async () => {
    const shard = files.get('group1-shard2of2.bin')!;
    shard[0]! ^= 1;
    const error = await failure(fetchModel());
    expect(error).toMatchObject({
      code: 'file-checksum',
      file: `${server.origin}/model%201/group1-shard2of2.bin${query}`,
    });
  });

  it('is not used where a hash is missing, and no shard is asked for', async () => {
    delete sha256['group1-shard2of2.bin'];
    await expect(fetchModel()).rejects.toThrow(
      /must have the hash of "group1-shard2of2.bin". It has model.json, group1 #1.bin/,
    );
    expect(asked).toHaveLength(1);
    delete sha256['model.json'];
    await expect(fetchModel()).rejects.toThrow(TypeError);
    expect(asked).toHaveLength(1);
  });

  it.each(['../up.bin', 'sub/in.bin', '..', '.', '', '\\up.bin', '/root.bin', 'http://example.org/x.bin'])(
    'may not name a shard elsewhere: %j',
    async (path) => {
      withPaths('group1 #1.bin', path);
      sha256[path] = HASH;
      const error = await failure(fetchModel());
      expect(error).toMatchObject({
        code: 'weights-invalid',
        file: `${server.origin}/model%201/model.json${query}`,
      });
      expect(asked).toHaveLength(1);
    },
  );

  it('stays in the folder with any name', async () => {
    const names = ['%2e%2e', '..%2fup.bin', '?x', 'a:b'];
    for (const name of names) {
      withPaths(name);
      sha256[name] = HASH;
      expect(await failure(fetchModel())).toMatchObject({ code: 'file-missing' });
      expect(asked.at(-1)).toBe(`/model%201/${encodeURIComponent(name)}${query}`);
    }
  });

  it('counts with its shards against maxBytes', async () => {
    const sizes = [...files.values()].map(({ length }) => length);
    const sum = sizes.reduce((total, size) => total + size);
    await fetchModel({ maxBytes: sum });
    const error = await failure(fetchModel({ maxBytes: sum - 1 }));
    expect(error).toMatchObject({
      code: 'file-too-large',
      file: `${server.origin}/model%201/group1-shard2of2.bin${query}`,
    });
  });
});
