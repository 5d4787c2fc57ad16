import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { encodePng, openUrls, type OpenUrlsOptions } from 'hpa-kit';
import type { pause as Pause } from '../../src/data/sources/pause';
import { failure } from '../failure';
import { testServer } from '../http-server';

const server = testServer();
const { routes, asked } = server;

/** How long was waited between attempts, or would have been. */
const waits: number[] = [];
vi.mock('../../src/data/sources/pause', async (original) => {
  const { pause } = await original<{ pause: typeof Pause }>();
  return {
    pause: (seconds: number, signal?: AbortSignal) => {
      waits.push(seconds);
      return seconds === 20 ? pause(seconds, signal) : Promise.resolve();
    },
  };
});

beforeEach(() => {
  waits.length = 0;
});

const pixel = (...values: number[]) =>
  encodePng({ width: 1, height: 1, channels: values.length, data: Uint8Array.from(values) });

async function serve(path: string, ...values: number[]): Promise<void> {
  const bytes = await pixel(...values);
  routes.set(path, (response) => response.end(bytes));
}

/** One sample of one channel at `/x`. */
async function one(options: OpenUrlsOptions = {}) {
  // Now and then Node's fetch misses the answer that follows one that was cut off; then it is asked again.
  return openUrls([{ id: 'a', files: { p: `${server.origin}/x` } }], {
    channels: ['p'],
    stallSeconds: 3,
    ...options,
  });
}

describe('openUrls with a base URL', () => {
  it('encodes ids, keeps the query, and reads labels and groups from URLs', async () => {
    await serve('/set%201/r/a%23%3F%201.png?key=1&x=%2F', 5);
    await serve('/set%201/g/a%23%3F%201.png?key=1&x=%2F', 6);
    routes.set('/train.csv', (response) => response.end('Id,Target\na#? 1,3\n'));
    routes.set('/g.csv', (response) => response.end('Id,plate\na#? 1,P\n'));
    const source = await openUrls(`${server.origin}/set 1?key=1&x=%2F`, {
      channels: ['r', 'g'],
      template: '{channel}/{id}.png',
      labels: `${server.origin}/train.csv`,
      groups: { file: new URL('/g.csv', server.origin), column: 'plate' },
    });
    expect(asked).toEqual(['/train.csv', '/g.csv']);
    expect([source.ids, source.groups, source.labels!.indexOf(1)]).toEqual([['a#? 1'], ['P'], 3]);
    expect(Array.from((await source.load(0)).data)).toEqual([5, 6]);
  });

  it('takes ids instead of a table', async () => {
    await serve('/d/a%25_p.png', 5);
    const source = await openUrls(new URL('/d/', server.origin), { channels: ['p'], ids: ['a%'] });
    expect(source.labels).toBeUndefined();
    expect(Array.from((await source.load(0)).data)).toEqual([5]);
    await expect(openUrls(server.origin)).rejects.toThrow(/either labels or ids/);
    await expect(openUrls(server.origin, { ids: ['a', 'a'] })).rejects.toThrow(/"a" stands there twice/);
    await expect(openUrls('train/', { ids: ['a'] })).rejects.toThrow(TypeError);
  });

  it.each(['..', '../x', 'a/b', '.'])('refuses the id %s', async (id) => {
    const error = await failure(openUrls(`${server.origin}/d/`, { ids: [id], template: '{id}' }));
    expect(error).toMatchObject({ code: 'id-unsafe', sample: id });
    expect(asked).toEqual([]);
  });

  it('never fetches above the base URL, however ids are encoded', async () => {
    const ids = ['%2e%2e', '%2E%2E%2Fx', '..%2f', '?', '#', '%'];
    const source = await openUrls(`${server.origin}/d/`, {
      channels: ['p'],
      template: '{id}',
      ids,
      retries: 0,
    });
    for (const i of ids.keys()) expect((await failure(source.load(i))).code).toBe('file-missing');
    expect(asked).toEqual(ids.map((id) => `/d/${encodeURIComponent(id)}`));
  });

  it('says which sample and channel is missing at which URL, without trying again', async () => {
    await serve('/d/a_p.png', 1);
    const source = await openUrls(`${server.origin}/d`, { channels: ['p', 'q'], ids: ['a'] });
    expect(await failure(source.load(0))).toMatchObject({
      code: 'file-missing',
      sample: 'a',
      channel: 'q',
      file: `${server.origin}/d/a_q.png`,
    });
    expect(asked.filter((path) => path === '/d/a_q.png')).toHaveLength(1);
  });

  it('names a table that is missing or none', async () => {
    const labels = `${server.origin}/train.csv`;
    expect(await failure(openUrls(server.origin, { labels }))).toMatchObject({
      code: 'file-missing',
      file: labels,
    });
    routes.set('/train.csv', (response) => response.end('Id,Target\na,28\n'));
    expect(await failure(openUrls(server.origin, { labels }))).toMatchObject({
      code: 'label-invalid',
      file: labels,
      row: 2,
    });
  });
});

describe('openUrls with a list', () => {
  it('takes a file for each channel or one for all, and reports what a sample lacks', async () => {
    await serve('/1', 1);
    await serve('/2', 2);
    await serve('/3', 3, 4);
    const list = [
      { id: 'a', files: { p: `${server.origin}/1`, q: new URL('/2', server.origin) } },
      { id: 'b', files: `${server.origin}/3` },
      { id: 'c', files: { q: `${server.origin}/2` } },
      { id: 'd', files: {} },
    ];
    const channels = ['p', 'q'];
    const source = await openUrls(list, { channels, onMissing: 'zeros' });
    expect(source.ids).toEqual(['a', 'b', 'c']);
    const images = await Promise.all([0, 1, 2].map((i) => source.load(i)));
    expect(images.map(({ data }) => Array.from(data))).toEqual([
      [1, 2],
      [3, 4],
      [0, 2],
    ]);
    expect([...source.incomplete]).toEqual([['c', ['p']]]);
    expect([...source.missing.keys()]).toEqual(['d']);
    const error = await failure(openUrls(list, { channels }));
    expect(error.message).toMatch(
      /2 of 4 samples lack a file in the list of 4 samples: c lacks p; d lacks p, q/,
    );
  });

  it('is identified by a digest of what the URLs hold', async () => {
    await serve('/x', 1);
    const source = await one();
    const identity = await source.identify!(0);
    expect(identity.stamp).toBeUndefined();
    const first = await identity.digest();
    expect(await (await source.identify!(0)).digest()).toBe(first);
    await serve('/x', 2);
    expect(await (await source.identify!(0)).digest()).not.toBe(first);
  });

  it('refuses ids that stand there twice, and URLs that are none', async () => {
    const files = `${server.origin}/x`;
    await expect(
      openUrls([
        { id: 'a', files },
        { id: 'a', files },
      ]),
    ).rejects.toThrow(/"a" stands there twice/);
    const source = await openUrls([{ id: 'a', files: 'x.png' }], { channels: ['p'] });
    expect(await failure(source.load(0))).toMatchObject({ code: 'fetch-failed', file: 'x.png', sample: 'a' });
  });
});

describe('a server that', () => {
  it('is busy twice is asked a third time', async () => {
    const bytes = await pixel(9);
    routes.set('/x', (response) => {
      if (asked.length < 3) response.writeHead(503).end();
      else response.end(bytes);
    });
    expect((await (await one()).load(0)).data[0]).toBe(9);
    expect(asked).toHaveLength(3);
    expect(waits).toEqual([0.25, 0.5]);
  });

  it('says when to come back is obeyed, within bounds', async () => {
    const after = ['2', '4000', 'Fri, 31 Dec 1999 23:59:59 GMT'];
    routes.set('/x', (response) =>
      response.writeHead(429, { 'retry-after': after[asked.length - 1] ?? '0' }).end(),
    );
    const error = await failure((await one()).load(0));
    expect(error).toMatchObject({
      code: 'fetch-failed',
      file: `${server.origin}/x`,
      sample: 'a',
      channel: 'p',
    });
    expect(error.message).toMatch(/tried 4 times: the server answered 429/);
    expect(waits).toEqual([2, 30, 1]);
  });

  it('refuses is not asked again', async () => {
    routes.set('/x', (response) => response.writeHead(403).end());
    expect(await failure((await one()).load(0))).toMatchObject({
      code: 'fetch-failed',
      reason: 'The server answered 403',
    });
    expect(asked).toHaveLength(1);
  });

  it('hangs up is tried again, and then named with the cause', async () => {
    routes.set('/x', (response) => response.destroy());
    const error = await failure((await one({ retries: 2 })).load(0));
    expect(error.code).toBe('fetch-failed');
    expect(error.message).toMatch(/tried 3 times: .*\(.+\)/);
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['before it answers', () => undefined],
    [
      'within the body',
      (response: ServerResponse) => response.writeHead(200, { 'content-length': 9 }).write('x'),
    ],
  ])('hangs %s lets an abort through', async (_, handler) => {
    const abort = new AbortController();
    routes.set('/x', (response) => {
      handler(response);
      setTimeout(() => {
        abort.abort();
      }, 20);
    });
    const error = await failure((await one()).load(0, { signal: abort.signal }));
    expect(error.code).toBe('aborted');
    expect(asked).toHaveLength(1);
  });

  it('hangs is given up after stallSeconds without a byte', async () => {
    routes.set('/x', () => undefined);
    const error = await failure((await one({ stallSeconds: 0.03, retries: 0 })).load(0));
    expect(error).toMatchObject({ code: 'fetch-failed' });
    expect(error.message).toMatch(/can't be fetched: nothing came for 0.03 s/);
  });

  it('is slow but steady is waited for', async () => {
    const bytes = await pixel(7);
    routes.set('/x', (response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      const parts = [0, 15, 30, 45].map((start) => bytes.slice(start, start < 45 ? start + 15 : undefined));
      parts.forEach((part, i) => setTimeout(() => response.write(part), i * 250));
    });
    expect((await (await one({ stallSeconds: 0.6, retries: 0 })).load(0)).data[0]).toBe(7);
  });

  it('waits between attempts lets an abort through', async () => {
    const abort = new AbortController();
    routes.set('/x', (response) => {
      response.writeHead(503, { 'retry-after': '20' }).end();
      setTimeout(() => {
        abort.abort();
      }, 20);
    });
    const start = performance.now();
    expect((await failure((await one()).load(0, { signal: abort.signal }))).code).toBe('aborted');
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('announces too much is cut off before the body', async () => {
    routes.set('/x', (response) => response.writeHead(200, { 'content-length': 2 ** 31 }).write('x'));
    const error = await failure((await one({ maxFileBytes: 1000 })).load(0));
    expect(error).toMatchObject({ code: 'file-too-large', sample: 'a' });
    expect(error.message).toMatch(/2147483648 bytes, more than the 1000/);
  });

  it.each([
    ['without announcing it', (response: ServerResponse) => response],
    ['compressed', (response: ServerResponse) => response.setHeader('content-encoding', 'gzip')],
  ])('sends too much %s is cut off within the body', async (_, prepare) => {
    routes.set('/x', (response) => {
      const zeros = Buffer.alloc(1_000_000);
      const compressed = prepare(response).hasHeader('content-encoding');
      response.end(compressed ? gzipSync(zeros) : zeros);
    });
    const error = await failure((await one({ maxFileBytes: 10_000 })).load(0));
    expect(error.code).toBe('file-too-large');
  });

  it('sends less than it announces is tried again', async () => {
    const bytes = await pixel(3);
    routes.set('/x', (response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      if (asked.length > 1) response.end(bytes);
      else {
        response.write(bytes.slice(0, 20));
        setImmediate(() => response.destroy());
      }
    });
    expect((await (await one()).load(0)).data[0]).toBe(3);
    expect(asked).toHaveLength(2);
  });

  it('compresses what it sends is understood', async () => {
    const bytes = await pixel(8);
    routes.set('/x', (response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(bytes)));
    expect((await (await one()).load(0)).data[0]).toBe(8);
  });

  it('sends a page instead of an image is told by the decoder', async () => {
    routes.set('/x', (response) => response.end('<!doctype html><title>Log in</title>'));
    const error = await failure((await one()).load(0));
    expect(error).toMatchObject({ sample: 'a', channel: 'p', file: `${server.origin}/x` });
    expect(error.message).toMatch(/HTML/i);
  });

  it('wants headers gets them, also through a fetch of the user', async () => {
    const bytes = await pixel(4);
    routes.set('/x', (response, { headers }) => {
      if (headers.authorization === 'Bearer t') response.end(bytes);
      else response.writeHead(401).end();
    });
    const headers = { authorization: 'Bearer t' };
    expect((await (await one({ headers })).load(0)).data[0]).toBe(4);
    expect((await failure((await one()).load(0))).reason).toBe('The server answered 401');
    const fetched: string[] = [];
    const own: OpenUrlsOptions['fetch'] = (url, init) => {
      fetched.push(url);
      return fetch(url, { ...init, headers });
    };
    expect((await (await one({ fetch: own })).load(0)).data[0]).toBe(4);
    expect(fetched).toEqual([`${server.origin}/x`]);
  });
});

it.each([
  [{ retries: -1 }, /retries must be an integer from 0/],
  [{ retries: 0.5 }, /retries must be an integer from 0/],
  [{ stallSeconds: 0 }, /stallSeconds must be positive/],
  [{ maxFileBytes: 1.5 }, /maxFileBytes must be a positive integer/],
])('openUrls refuses %j', async (options, message) => {
  await expect(one(options)).rejects.toThrow(message);
});
