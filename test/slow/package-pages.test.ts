import { existsSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { build as vite, createServer as createViteServer } from 'vite';
import webpack from 'webpack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json';
import { packIntoProject, type Project } from '../package/tarball';

/** Set CHROMIUM to a Chromium or Chrome of your own; without one these tests are skipped. */
const executablePath =
  process.env['CHROMIUM'] ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

/** A page's script as a user writes it: a worker decodes a dropped file, and a small network looks at it. */
const PAGE = `
  import { buildModel, encodePng, HpaDataset, predictDataset, versions } from 'hpa-kit';
  import { decoderPool, openFiles, useEngine } from 'hpa-kit/browser';

  async function job() {
    const data = Uint8Array.from({ length: 64 * 64 }, (_, i) => i % 251);
    const png = await encodePng({ width: 64, height: 64, channels: 1, data });
    const decoder = decoderPool({ workers: 1 });
    const source = await openFiles([new File([png], 'a_green.png')], { channels: ['green'], decoder });
    const decoded = await source.load(0);
    const engine = await useEngine({
      threads: 2,
      wasmPaths: {
        'tfjs-backend-wasm.wasm': new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm', import.meta.url).href,
        'tfjs-backend-wasm-simd.wasm': new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url).href,
        'tfjs-backend-wasm-threaded-simd.wasm': new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm', import.meta.url).href,
      },
    });
    const model = await buildModel('smallCnn', { inputShape: [64, 64, 1], seed: 1 });
    const { scores } = await predictDataset(model, new HpaDataset(source));
    decoder.close();
    const wrong = decoded.data.findIndex((value, i) => value !== data[i]);
    const { name, details } = engine;
    return { wrong, engine: name, threads: details.threads, scores: scores.filter(Number.isFinite).length, version: versions()['hpa-kit'] };
  }
  globalThis.result = job();`;

const html = (script: string) => `<!doctype html><link rel="icon" href="data:,"><script ${script}></script>`;

/** Each bundler with nothing said but what goes in and where it goes. */
const BUILDS = {
  async vite(dir: string, out: string) {
    await vite({ root: dir, configFile: false, logLevel: 'error', build: { outDir: out } });
  },
  async webpack(dir: string, out: string) {
    const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
      webpack(
        { mode: 'production', context: dir, entry: './page.js', output: { path: out }, performance: false },
        (error, done) => {
          if (error) reject(error);
          else resolve(done);
        },
      );
    });
    expect(stats!.toJson({ all: false, errors: true, warnings: true })).toMatchObject({
      errors: [],
      warnings: [],
    });
    writeFileSync(join(out, 'index.html'), html('src="./main.js"'));
  },
};

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** Serves a folder; isolated pages may share memory among threads. */
async function serve(dir: string, isolated: boolean): Promise<{ origin: string; server: Server }> {
  const server = createServer((request, response) => {
    const path = request.url!.replace(/\/$/, '/index.html');
    readFile(join(dir, path)).then(
      (body) => {
        response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
        if (isolated) {
          response.setHeader('cross-origin-opener-policy', 'same-origin');
          response.setHeader('cross-origin-embedder-policy', 'require-corp');
        }
        response.end(body);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

describe.skipIf(executablePath === undefined)('a page built by', () => {
  let project: Project;
  let browser: Browser;
  beforeAll(async () => {
    project = packIntoProject();
    writeFileSync(join(project.dir, 'page.js'), PAGE);
    writeFileSync(join(project.dir, 'index.html'), html('type="module" src="/page.js"'));
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox', '--disable-gpu'],
    });
  });
  afterAll(async () => {
    await browser.close();
    project.remove();
  });

  async function visit(url: string) {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(url);
    await page.waitForFunction(() => 'result' in globalThis);
    const result = await page.evaluate(() => (globalThis as unknown as { result: Promise<unknown> }).result);
    await page.close();
    return { result, complaints };
  }
  const expected = { wrong: -1, engine: 'wasm', scores: 28, version: packageJson.version };

  describe.each(Object.keys(BUILDS) as (keyof typeof BUILDS)[])('%s', (bundler) => {
    let out: string;
    beforeAll(async () => {
      out = join(project.dir, 'built', bundler);
      await BUILDS[bundler](project.dir, out);
    });

    it.each([
      ['one thread', false, 1],
      ['two threads where it is isolated', true, 2],
    ])('decodes in a worker and predicts on WebAssembly, on %s', async (_, isolated, threads) => {
      const { origin, server } = await serve(out, isolated);
      expect(await visit(origin)).toEqual({ result: { ...expected, threads }, complaints: [] });
      server.close();
    });
  });

  it("vite's development server does so too", async () => {
    const server = await createViteServer({
      root: project.dir,
      configFile: false,
      logLevel: 'error',
      cacheDir: join(project.dir, 'vite-cache'),
      // The packages here are links to where the repository has them.
      server: { host: '127.0.0.1', port: 0, fs: { strict: false } },
    });
    await server.listen();
    const { port } = server.httpServer!.address() as AddressInfo;
    const found = await visit(`http://127.0.0.1:${port}/`);
    expect(found).toEqual({ result: { ...expected, threads: 1 }, complaints: [] });
    await server.close();
  });
});
