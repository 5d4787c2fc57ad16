/** The docs site, built and looked at in a browser: under a sub-path, narrow and wide, light and dark. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Set CHROMIUM to a Chromium or Chrome of your own; without one these tests are skipped. */
const executablePath =
  process.env['CHROMIUM'] ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const root = fileURLToPath(new URL('../..', import.meta.url));
const BASE = '/some/kit/';
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};
let folder: string;
beforeAll(async () => {
  await mkdir(join(root, 'out'), { recursive: true });
  folder = await mkdtemp(join(root, 'out', 'site-'));
  const node = ['--disable-warning=ExperimentalWarning', '--loader', 'ts-node/esm', 'docs/site/build.ts'];
  await promisify(execFile)(process.execPath, [...node, '--out', folder, '--examples', 'first-image'], {
    cwd: root,
    env: { ...process.env, DOCS_BASE: BASE, NODE_ENV: 'production' },
    maxBuffer: 1e8,
  });
}, 600_000);
afterAll(() => rm(folder, { recursive: true }));

/** Paths of all files in the built site. */
const filesOf = async () => {
  const html = join(folder, 'html');
  const entries = await readdir(html, { recursive: true });
  const isFile = await Promise.all(entries.map(async (file) => (await stat(join(html, file))).isFile()));
  return entries.filter((_, i) => isFile[i]);
};

it('holds a page of each kind, and asks no other host for anything', async () => {
  const files = await filesOf();
  expect(files).toEqual(
    expect.arrayContaining([
      'index.html',
      'images.html',
      'examples/first-image.html',
      'notebooks/first-image.ipynb',
      'experiments/velocity.html',
      'api/hpa-kit/functions/findThresholds.html',
      'api/hpa-kit/augment/functions/compose.html',
      'api/hpa-kit/node/functions/openFolder.html',
      'api/hpa-kit/browser/functions/openFiles.html',
      'api/hpa-kit/report/functions/renderReport.html',
    ]),
  );
  expect(files.filter((file) => file.endsWith('.woff2'))).toEqual([]);
  for (const file of files.filter((name) => name.endsWith('.html'))) {
    const html = await readFile(join(folder, 'html', file), 'utf8');
    const asked = Array.from(
      html.matchAll(/<(?:script|link|img)\b[^>]*(?:src|href)="([^"]+)"/g),
      ([, url]) => url!,
    );
    expect(
      asked.filter((url) => !url.startsWith(BASE) && !url.startsWith('data:')),
      file,
    ).toEqual([]);
  }
});

describe.skipIf(executablePath === undefined)('in a browser', () => {
  let server: Server;
  let browser: Browser;
  let origin: string;
  beforeAll(async () => {
    const answer = async (url: string): Promise<[string, Buffer]> => {
      const path = new URL(url, 'http://localhost').pathname;
      if (!path.startsWith(BASE)) throw new Error(`Outside of the site: ${path}`);
      let file = path.slice(BASE.length);
      if (file === '' || file.endsWith('/')) file += 'index.html';
      if (extname(file) === '') file += '.html';
      const type = TYPES[extname(file)] ?? 'application/octet-stream';
      return [type, await readFile(join(folder, 'html', file))];
    };
    server = createServer((request, response) => {
      answer(request.url!).then(
        ([type, body]) => response.writeHead(200, { 'content-type': type }).end(body),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  async function look(
    options: { width: number; colorScheme?: 'light' | 'dark' },
    visit: (page: Page) => Promise<void>,
  ): Promise<string[]> {
    const { width, colorScheme = 'light' } = options;
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(origin + BASE))
        complaints.push(`asks for ${request.url()}`);
    });
    await visit(page);
    await page.close();
    return complaints;
  }
  const go = (page: Page, path: string) => page.goto(origin + BASE + path, { waitUntil: 'networkidle' });

  it.each([
    [390, 'light'],
    [390, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const)('fits %i pixels in %s colours, without a complaint', async (width, colorScheme) => {
    const complaints = await look({ width, colorScheme }, async (page) => {
      for (const path of [
        '',
        'thresholds',
        'examples/first-image',
        'experiments/velocity',
        'api/',
        'api/hpa-kit/functions/buildModel',
      ]) {
        await go(page, path);
        const seen = await page.evaluate(() => {
          const luminance = (colour: string) => {
            const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
            return 0.3 * r + 0.6 * g + 0.1 * b;
          };
          const { color, backgroundColor } = getComputedStyle(document.body);
          return {
            wide: document.documentElement.scrollWidth,
            contrast: luminance(color) - luminance(backgroundColor),
            broken: [...document.images].filter((image) => image.complete && image.naturalWidth === 0).length,
          };
        });
        expect(seen.wide, path).toBeLessThanOrEqual(width);
        if (colorScheme === 'dark') expect(seen.contrast, path).toBeGreaterThan(120);
        else expect(seen.contrast, path).toBeLessThan(-120);
        expect(seen.broken, path).toBe(0);
      }
    });
    expect(complaints).toEqual([]);
  });

  it('shows a notebook with what its cells gave, and gives the file', async () => {
    await look({ width: 1280 }, async (page) => {
      await go(page, 'examples/first-image');
      const outputs = await page.locator('.cell-output.stdout').allInnerTexts();
      expect(outputs[0]).toContain('4 samples with the channels red, green, blue, yellow.');
      expect(outputs.at(-1)).toContain('images [2, 192, 192, 4], labels [2, 28]');
      const link = page.locator('a', { hasText: 'Download the notebook' });
      const response = await page.request.get(new URL((await link.getAttribute('href'))!, page.url()).href);
      expect(await response.json()).toMatchObject({ nbformat: 4 });
    });
  });

  it('finds a function by its name, and follows the link', async () => {
    const complaints = await look({ width: 1280 }, async (page) => {
      await go(page, '');
      await page.locator('.VPNavBarSearch button').click();
      await page.locator('.search-input').fill('findThresholds');
      const result = page.locator('.result', { hasText: 'findThresholds' }).first();
      await result.waitFor();
      await result.click();
      await page.waitForURL(/thresholds/i);
    });
    expect(complaints).toEqual([]);
  });
});
