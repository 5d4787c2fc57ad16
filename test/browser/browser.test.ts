import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as Kit from 'hpa-kit';
import type { DownloadProgress } from 'hpa-kit';
import { decodePng, encodePng, syntheticCells } from 'hpa-kit';
import type * as BrowserKit from 'hpa-kit/browser';
import { useEngine } from 'hpa-kit/node';
import { makeZip } from '../data/make-zip';
import { safetensors } from '../models/weights/safetensors-file';
import { job } from './page';

/** Set CHROMIUM to a Chromium or Chrome of your own; without one these tests are skipped. */
const executablePath =
  process.env['CHROMIUM'] ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));
const wasmFolder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));

/** What makes a page cross-origin isolated, and so lets it share memory among threads. */
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** The page's own names for what the tests call. */
interface Page {
  kit: typeof Kit;
  browser: typeof BrowserKit;
  job: typeof job;
}

describe.skipIf(executablePath === undefined)('in a browser', () => {
  let server: Server;
  let browser: Browser;
  let origin: string;
  beforeAll(async () => {
    const bundle = await build({
      stdin: {
        contents: `import * as kit from 'hpa-kit'; import * as browser from 'hpa-kit/browser';
          import { job } from './page'; Object.assign(globalThis, { kit, browser, job });`,
        resolveDir: dirname(fileURLToPath(import.meta.url)),
      },
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'esm',
      alias: {
        'hpa-kit/browser': source('browser/index.ts'),
        'hpa-kit/augment': source('augment/index.ts'),
        'hpa-kit': source('index.ts'),
      },
    });
    const script = bundle.outputFiles[0]!.text;
    const worker = await build({
      entryPoints: [source('browser/worker.ts')],
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'esm',
    });
    const workerScript = worker.outputFiles[0]!.text;
    server = createServer((request, response) => {
      const isolated = request.url === '/isolated' || request.headers.referer?.endsWith('/isolated') === true;
      const path = request.url === '/isolated' ? '/' : (request.url ?? '/');
      const answer = async (): Promise<[string, string | Buffer]> => {
        if (path === '/')
          return [
            'text/html',
            '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/app.js"></script>',
          ];
        if (path === '/app.js') return ['text/javascript', script];
        if (path === '/worker.js') return ['text/javascript', workerScript];
        return ['application/wasm', await readFile(join(wasmFolder, path.replace('/wasm/', '')))];
      };
      answer().then(
        ([type, body]) =>
          response.writeHead(200, { 'content-type': type, ...(isolated ? ISOLATION : {}) }).end(body),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
      ],
    });
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  async function openPage(path = '/') {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(origin + path);
    await page.waitForFunction(() => 'job' in globalThis);
    return { page, complaints };
  }

  it.each([
    ['one thread', '/', 1],
    ['two threads where the page is cross-origin isolated', '/isolated', 2],
  ])('trains on WebAssembly on %s to the same losses and scores as in Node', async (_, path, threads) => {
    const { page, complaints } = await openPage(path);
    const inPage = await page.evaluate(async () => {
      const { browser, job } = globalThis as unknown as Page;
      const { name, details } = await browser.useEngine({ wasmPaths: '/wasm/', threads: 2 });
      return { name, details, ...(await job()) };
    });
    expect(inPage.details).toEqual({ simd: true, relaxedSimd: true, threads });
    await useEngine({ engine: 'wasm' });
    const inNode = await job();
    expect(inPage.name).toBe('wasm');
    expect(inPage.scores).toHaveLength(inNode.scores.length);
    inNode.losses.forEach((loss, i) => {
      expect(inPage.losses[i]).toBeCloseTo(loss, 4);
    });
    inNode.scores.forEach((score, i) => {
      expect(inPage.scores[i]).toBeCloseTo(score, 4);
    });
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('reads dropped files, to the same pixels as Node', async () => {
    const { page } = await openPage();
    const image = await syntheticCells({ count: 1, size: 64 }).load(0);
    const channels = ['red', 'green', 'blue', 'yellow'];
    const files = await Promise.all(
      channels.map(async (channel, c) => {
        const data = image.data.filter((_, i) => i % 4 === c);
        return {
          name: `a_${channel}.png`,
          bytes: Array.from(await encodePng({ ...image, channels: 1, data })),
        };
      }),
    );
    const pixels = await page.evaluate(async (given) => {
      const { browser } = globalThis as unknown as Page;
      const dropped = given.map(({ name, bytes }) => new File([Uint8Array.from(bytes)], name));
      const labels = new File(['Id,Target\na,25 21\n'], 'train.csv');
      const opened = await browser.openFiles(dropped, { labels });
      return { ids: opened.ids, hot: opened.labels?.[21], data: Array.from((await opened.load(0)).data) };
    }, files);
    expect(pixels).toEqual({ ids: ['a'], hot: 1, data: Array.from(image.data) });
    expect((await decodePng(Uint8Array.from(files[1]!.bytes))).width).toBe(64);
    await page.close();
  });

  it('decodes dropped files in workers, to the same pixels, and names the file that is broken', async () => {
    const { page, complaints } = await openPage();
    const planes = await Promise.all(
      [3, 7].map((factor) =>
        encodePng({
          width: 40,
          height: 30,
          channels: 1,
          data: new Uint8Array(1200).map((_, i) => i * factor),
        }),
      ),
    );
    const found = await page.evaluate(
      async (given) => {
        const { browser } = globalThis as unknown as Page;
        const files = given.flatMap((bytes, i) => [
          new File([Uint8Array.from(bytes)], `a_${i}.png`),
          new File([Uint8Array.from(bytes).subarray(0, i === 0 ? 60 : bytes.length)], `b_${i}.png`),
        ]);
        const decoder = browser.decoderPool({ workers: 2 });
        const channels = ['0', '1'];
        const [here, there] = [
          await browser.openFiles(files, { channels }),
          await browser.openFiles(files, { channels, decoder }),
        ];
        const options = { size: [12, 16] as const };
        const broken = await there.load(1).catch((error: unknown) => ({ ...(error as object) }));
        const result = [await here.load(0, options), await there.load(0, options)];
        decoder.close();
        return { broken, result: result.map(({ data, ...size }) => ({ ...size, data: Array.from(data) })) };
      },
      planes.map((bytes) => Array.from(bytes)),
    );
    expect(found.result[1]).toEqual(found.result[0]);
    expect(found.result[1]).toMatchObject({ width: 16, height: 12, channels: 2 });
    expect(found.broken).toMatchObject({ code: 'png-truncated', file: 'b_0.png', sample: 'b', channel: '0' });
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('reads a dropped ZIP in place, and the files of a chosen folder', async () => {
    const { page } = await openPage();
    const green = await encodePng({ width: 2, height: 1, channels: 1, data: Uint8Array.of(5, 250) });
    const zip = makeZip([
      { name: 'train.csv', data: Buffer.from('Id,Target\na,25 21\n') },
      { name: 'train/a_green.png', data: green },
    ]);
    const found = await page.evaluate(
      async (given) => {
        const { browser } = globalThis as unknown as Page;
        const archive = new File([Uint8Array.from(given.zip)], 'train.zip');
        const zipped = await browser.openZip(archive, {
          channels: ['green'],
          labels: { entry: 'train.csv' },
        });
        const chosen = new File([Uint8Array.from(given.green)], 'a_green.png');
        Object.defineProperty(chosen, 'webkitRelativePath', { value: 'cells/train/a_green.png' });
        const folder = await browser.openFiles([chosen], { channels: ['green'] });
        return {
          labels: zipped.labels!.lastIndexOf(1),
          zipped: Array.from((await zipped.load(0)).data),
          folder: [...folder.ids, ...(await folder.load(0)).data],
        };
      },
      { zip: Array.from(zip), green: Array.from(green) },
    );
    expect(found).toEqual({ labels: 25, zipped: [5, 250], folder: ['a', 5, 250] });
    await page.close();
  });

  it('keeps fetched weights in CacheStorage, and fetches damaged ones again', async () => {
    const { page, complaints } = await openPage();
    const file = safetensors({ bias: [[3], [1, 2, 3]] });
    let asked = 0;
    await page.route('**/w.safetensors', (route) => {
      asked++;
      return route.fulfill({ body: Buffer.from(file) });
    });
    const found = await page.evaluate(async (sha256) => {
      const { kit, browser } = globalThis as unknown as Page;
      const reports: number[] = [];
      const take = async () => {
        const onProgress = ({ done }: DownloadProgress) => reports.push(done);
        const options = { sha256, cache: browser.weightCache(), onProgress };
        const { entries } = await kit.fetchWeights('/w.safetensors', options);
        return Array.from(await entries[0]!.read());
      };
      const taken = [await take(), await take()];
      const cache = await caches.open('hpa-kit-weights');
      const keys = await cache.keys();
      await cache.put(keys[0]!, new Response('damaged'));
      return { taken: [...taken, await take(), await take()], keys: keys.length, last: reports.at(-1) };
    }, createHash('sha256').update(file).digest('hex'));
    expect(found).toEqual({ taken: Array(4).fill([1, 2, 3]), keys: 1, last: file.length });
    expect(asked).toBe(2);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('says that insecure pages have no cache of weights and no digests', async () => {
    const { page } = await openPage();
    const messages = await page.evaluate(async () => {
      const { kit, browser } = globalThis as unknown as Page;
      // What a page served by plain HTTP from elsewhere lacks.
      Object.defineProperty(globalThis, 'caches', { value: undefined });
      Object.defineProperty(crypto, 'subtle', { value: undefined });
      const fetching = kit.fetchWeights('/w.safetensors', { sha256: '0'.repeat(64) });
      return [
        await Promise.resolve()
          .then(() => browser.weightCache())
          .catch(String),
        await fetching.catch(String),
      ];
    });
    expect(messages[0]).toMatch(/CacheStorage.*HTTPS/);
    expect(messages[1]).toMatch(/crypto.subtle.*HTTPS/);
    await page.close();
  });

  it('says what to do where the WebAssembly files are not served', async () => {
    const { page } = await openPage();
    const message = await page.evaluate(async () => {
      const { browser } = globalThis as unknown as Page;
      return browser.useEngine({ wasmPaths: '/nowhere/' }).catch((error: unknown) => String(error));
    });
    expect(message).toMatch(/wasmPaths/);
    await page.close();
  });
});
