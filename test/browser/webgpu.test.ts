import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CASES } from '../engine/webgpu-cases';
import type { WebgpuPage } from './webgpu-page';

/** Set CHROMIUM to a Chromium or Chrome of your own; without one these tests are skipped. */
const executablePath =
  process.env['CHROMIUM'] ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const { resolve } = createRequire(import.meta.url);
const wasmFolder = dirname(resolve('@tensorflow/tfjs-backend-wasm'));
const isInstalled = (() => {
  try {
    return resolve('@tensorflow/tfjs-backend-webgpu') !== '';
  } catch {
    return false;
  }
})();
const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));
const testFile = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const IMPORT_MAP =
  '<script type="importmap">{"imports":{"@tensorflow/tfjs-backend-webgpu":"/backend.js"}}</script>';
const html = (head: string) =>
  `<!doctype html><link rel="icon" href="data:,">${head}<script type="module" src="/app.js"></script>`;

/** The page's script and tfjs's WebGPU backend apart from it, on one tfjs. */
async function bundle(): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    entryPoints: {
      app: testFile('webgpu-page.ts'),
      backend: resolve('@tensorflow/tfjs-backend-webgpu/dist/index.js'),
    },
    outdir: '/',
    bundle: true,
    splitting: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    alias: { 'hpa-kit/browser': source('browser/index.ts'), 'hpa-kit': source('index.ts') },
  });
  return new Map(outputFiles.map(({ path, text }) => [path, text]));
}

// The adapter that computes on the CPU is the same on every machine.
describe.skipIf(executablePath === undefined || !isInstalled)('WebGPU in a browser', () => {
  let server: Server;
  let browser: Browser;
  let origin: string;
  beforeAll(async () => {
    const scripts = await bundle();
    server = createServer((request, response) => {
      const path = request.url ?? '/';
      const answer = async (): Promise<[string, string | Buffer]> => {
        if (path === '/') return ['text/html', html('')];
        if (path === '/mapped') return ['text/html', html(IMPORT_MAP)];
        const script = scripts.get(path);
        if (script !== undefined) return ['text/javascript', script];
        return ['application/wasm', await readFile(join(wasmFolder, path.replace('/wasm/', '')))];
      };
      answer().then(
        ([type, body]) => response.writeHead(200, { 'content-type': type }).end(body),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
    });
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  async function openPage(path: string): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(origin + path);
    await page.waitForFunction(() => 'page' in globalThis);
    return page;
  }

  it('computes what the cpu backend does, and leaks nothing', async () => {
    const page = await openPage('/mapped');
    const { engine, comparisons } = await page.evaluate(async () => {
      const { page } = globalThis as unknown as { page: WebgpuPage };
      const engine = await page.browser.useEngine({ engine: 'webgpu' });
      return { engine, comparisons: await page.compare() };
    });
    expect(engine).toMatchObject({ name: 'webgpu', backend: 'webgpu' });
    expect(comparisons).toHaveLength(CASES.length);
    expect(comparisons.filter(({ error, tolerance }) => !(error <= tolerance))).toEqual([]);
    expect(comparisons.filter(({ leaked }) => leaked !== 0)).toEqual([]);
    await page.close();
  }, 150_000);

  it('trains to the same losses as the cpu backend, in memory that stays flat', async () => {
    const page = await openPage('/');
    const { webgpu, cpu, diverged } = await page.evaluate(async () => {
      const { page } = globalThis as unknown as { page: WebgpuPage };
      const { useEngine } = page.browser;
      await useEngine({ engine: 'webgpu', webgpu: page.importBackend });
      const webgpu = await page.train(5);
      const diverged = await page.lossAfterDivergence();
      await useEngine({ engine: 'cpu' });
      return { webgpu, diverged, cpu: await page.train(5) };
    });
    expect(cpu.losses.at(-1)).toBeLessThan(0.95 * cpu.losses[0]!);
    // Rounding grows from step to step, as a maximum or ReLU may switch sides.
    webgpu.losses.forEach((loss, step) => {
      expect(Math.abs(loss / cpu.losses[step]! - 1)).toBeLessThan(step < 3 ? 1e-4 : 2e-3);
    });
    expect(new Set(webgpu.tensors).size).toBe(1);
    expect(webgpu.gpuBytes.at(-1)).toBe(webgpu.gpuBytes.at(-2));
    expect(diverged).toBeNaN();
    await page.close();
  }, 60_000);

  it('is not taken by itself where the adapter computes on the CPU, nor is its backend fetched', async () => {
    const page = await openPage('/mapped');
    const fetched: string[] = [];
    page.on('request', (request) => fetched.push(request.url()));
    const engine = await page.evaluate(async () => {
      const { page } = globalThis as unknown as { page: WebgpuPage };
      return page.browser.useEngine({ wasmPaths: '/wasm/' });
    });
    expect(engine.name).toBe('wasm');
    const refusal = engine.tried.find(({ name }) => name === 'webgpu');
    expect(refusal?.reason).toContain('computes on the CPU');
    expect(fetched.filter((url) => url.includes('backend.js'))).toEqual([]);
    await page.close();
  });

  it('says how to import the backend where the page has not', async () => {
    const page = await openPage('/');
    const message = await page.evaluate(async () => {
      const { page } = globalThis as unknown as { page: WebgpuPage };
      return page.browser.useEngine({ engine: 'webgpu' }).catch((error: unknown) => String(error));
    });
    expect(message).toContain("useEngine({ webgpu: () => import('@tensorflow/tfjs-backend-webgpu') })");
    await page.close();
  });
});
