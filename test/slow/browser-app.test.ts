import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { encode as encodeJpeg } from 'jpeg-js';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  compositeRgb,
  createPredictor,
  drawHeatMap,
  gradCam,
  resize,
  syntheticCells,
  type LayersModelScorer,
  type Predictor,
} from 'hpa-kit';
import { saveFolder, savePredictor, useEngine } from 'hpa-kit/node';
import { newestOnly } from '../../examples/browser/newest';
import { writeSamples } from '../../examples/browser/write-samples';
import {
  drop,
  filesFor,
  onApp,
  shownPicture,
  shownScores,
  type DroppedFile,
} from '../examples/browser-app-page';
import { serveFolder, type SiteServer } from '../examples/browser-app-server';

/** Set CHROMIUM to a Chromium or Chrome of your own; without one these tests are skipped. */
const executablePath =
  process.env['CHROMIUM'] ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const repository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const CLASSES = ['Nucleoplasm', 'Nucleoli', 'Mitochondria', 'Plasma membrane'];
const CHANNELS = ['red', 'green', 'blue', 'yellow'];
const ID = 'synthetic-00000';

const samples = syntheticCells({ count: 2, size: 96, classes: CLASSES, seed: 3 });

/** Each class is the mean of a map of its own, so that Grad-CAM of a class is its map. */
function smallPredictor(): Predictor {
  const model = sequential({
    layers: [
      layers.conv2d({
        inputShape: [48, 48, 4],
        filters: CLASSES.length,
        kernelSize: 5,
        strides: 4,
        activation: 'relu',
        kernelInitializer: initializers.glorotUniform({ seed: 1 }),
      }),
      layers.globalAveragePooling2d({}),
      layers.dense({
        units: CLASSES.length,
        activation: 'sigmoid',
        kernelInitializer: initializers.identity({ gain: 4 }),
      }),
    ],
  });
  return createPredictor({
    model,
    classes: CLASSES,
    thresholds: [0.9, 0.1, 0.95, 0.2],
    preprocessing: { normalization: { mean: 0.1, std: 0.2 } },
  });
}

describe.skipIf(executablePath === undefined)('the example page', () => {
  let folder: string;
  let site: string;
  let predictor: Predictor;
  let cell: DroppedFile[];
  let isolated: SiteServer;
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hpa-kit-page-'));
    site = join(folder, 'site');
    await useEngine({ engine: 'wasm' });
    predictor = smallPredictor();
    await savePredictor(predictor, join(folder, 'public', 'model'));
    await writeSamples(samples, join(folder, 'public', 'samples'));
    cell = await readCell(join(folder, 'public', 'samples'));
    // Vite builds for development where tests run, and so without the service worker.
    vi.stubEnv('NODE_ENV', 'production');
    await build({
      configFile: repository('examples/browser/vite.config.ts'),
      publicDir: join(folder, 'public'),
      build: { outDir: site },
      resolve: {
        alias: [
          { find: /^hpa-kit$/, replacement: repository('src/index.ts') },
          { find: /^hpa-kit\/browser$/, replacement: repository('src/browser/index.ts') },
        ],
      },
      logLevel: 'error',
    });
    vi.unstubAllEnvs();
    isolated = await serveFolder(site, ISOLATION);
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
    // Not there when the page isn't built or the browser doesn't start.
    await (browser as Browser | undefined)?.close();
    await (isolated as SiteServer | undefined)?.close();
    await predictor.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('shows of dropped files what Node makes of them, and where it sees each class', async () => {
    const expected = await predictor.predict(filesByChannel(cell), { id: ID });
    const image = await samples.load(0);
    const composite = compositeRgb(image);
    const { model } = predictor.scorers[0] as LayersModelScorer;
    const maps = await gradCam(model, await predictor.prepare(image), {
      classIndices: [0, 1],
      normalization: predictor.preprocessing.normalization,
    });
    await onApp(browser, isolated.origin, async (page) => {
      expect(await page.textContent('#engine')).toMatch(/^wasm, \d+ threads?, SIMD$/);
      await drop(page, await filesFor(page, cell));
      const scores = await shownScores(page, ID);
      expect(scores.map(({ name }) => name).sort()).toEqual([...CLASSES].sort());
      for (const { name, probability, threshold, predicted } of scores) {
        expect(Math.abs(probability - expected.probabilities[name]!)).toBeLessThan(1e-4);
        expect(threshold).toBe(predictor.thresholds[CLASSES.indexOf(name)]);
        expect(predicted).toBe(expected.labels.includes(name));
      }
      const predicted = scores.filter((score) => score.predicted).map(({ name }) => name);
      expect(predicted.length).toBeGreaterThan(0);
      expect(predicted.length).toBeLessThan(CLASSES.length);
      expect(scores.slice(0, predicted.length).map(({ name }) => name)).toEqual(expected.labels);
      expect(await shownPicture(page, `Cell ${ID}`)).toEqual(composite.data);

      const overlays: Uint8Array[] = [];
      for (const map of maps) {
        const name = CLASSES[map.classIndex]!;
        await page.getByRole('radio', { name }).check();
        overlays.push(await shownPicture(page, `Grad-CAM of ${name}`));
        expect(largestDifference(overlays.at(-1)!, drawHeatMap(composite, map).data)).toBeLessThan(3);
      }
      expect(largestDifference(overlays[0]!, overlays[1]!)).toBeGreaterThan(50);
      await page.getByRole('radio', { name: 'The cell alone' }).check();
      expect(await shownPicture(page, `Cell ${ID}`)).toEqual(composite.data);
    });
  });

  it('is used by keyboard alone, with the focus in sight', async () => {
    await onApp(browser, isolated.origin, async (page) => {
      // Early, since the browser must know of it before the key is pressed.
      const asked = page.waitForEvent('filechooser');
      await tabTo(page, 'button');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await shownScores(page, samples.ids[1]!);
      await tabTo(page, 'input[type=radio]');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      const second = (await shownScores(page, samples.ids[1]!))[1]!;
      await shownPicture(page, `Grad-CAM of ${second.name}`);

      await tabTo(page, 'input[type=file]', 'Shift+Tab');
      await page.keyboard.press('Enter');
      const chooser = await asked;
      await chooser.setFiles(
        cell.map(({ name, bytes }) => ({ name, mimeType: 'image/png', buffer: Buffer.from(bytes) })),
      );
      await shownScores(page, ID);
    });
  });

  it.each(['light', 'dark'] as const)('fits a phone, %s', async (colorScheme) => {
    const check = async (page: Page) => {
      await page.getByRole('button').first().click();
      await shownScores(page, ID);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
      for (const control of await page.locator('button, #drop, .choice').all()) {
        // Only what nothing covers can be hovered.
        await control.hover();
        const { x, width, height } = (await control.boundingBox())!;
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x + width).toBeLessThanOrEqual(390);
        expect(Math.min(width, height)).toBeGreaterThanOrEqual(24);
      }
    };
    await onApp(browser, isolated.origin, check, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      colorScheme,
    });
  });

  it('says which file is wrong and why, and goes on', async () => {
    const [red, green, ...others] = cell as [DroppedFile, DroppedFile, ...DroppedFile[]];
    const jpeg = encodeJpeg({ width: 96, height: 96, data: new Uint8Array(96 * 96 * 4).fill(90) }).data;
    const wrong: [files: DroppedFile[], RegExp][] = [
      [[{ ...red, bytes: red.bytes.slice(0, 300) }, green, ...others], /IDAT.*synthetic-00000_red\.png/s],
      [[red, ...others], /^synthetic-00000 lacks green: give synthetic-00000_green\.png too/],
      [[{ ...red, bytes: jpeg }, green, ...others], /3 channels.*synthetic-00000_red\.png/s],
      [
        [{ ...red, bytes: new TextEncoder().encode('GIF89a and so on') }, green, ...others],
        /GIF.*_red\.png/s,
      ],
      [
        [...cell, { ...red, name: 'other_red.png' }],
        /^other lacks green, blue, yellow: give other_green\.png too/,
      ],
      [[{ ...red, name: 'photo.png' }], /called as cell_red\.png.* Received photo\.png/],
      [
        [...cell, ...cell.map(({ name, bytes }) => ({ name: name.replace(ID, 'other'), bytes }))],
        /2 cells.*other/,
      ],
    ];
    await onApp(browser, isolated.origin, async (page) => {
      const alert = page.getByRole('alert');
      for (const [files, message] of wrong) {
        await drop(page, await filesFor(page, files));
        await alert.filter({ hasText: /./ }).waitFor();
        expect(await alert.textContent()).toMatch(message);
        expect(await page.isVisible('#result')).toBe(false);
        await drop(page, await filesFor(page, cell));
        await shownScores(page, ID);
        expect(await alert.textContent()).toBe('');
      }
    });
  });

  it('works offline once it was loaded', async () => {
    const server = await serveFolder(site, ISOLATION);
    await onApp(browser, server.origin, async (page) => {
      await page.getByText('Works offline').waitFor();
      await page.getByRole('button').first().click();
      const online = await shownScores(page, ID);
      await server.close();
      await page.reload();
      await page.locator('#status', { hasText: 'Ready' }).waitFor();
      await page.getByRole('button').first().click();
      expect(await shownScores(page, ID)).toEqual(online);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    });
  });

  it('takes a new version as a whole, once the former is closed', async () => {
    const next = join(folder, 'next');
    await cp(site, next, { recursive: true });
    await edit(join(next, 'index.html'), (html) => html.replace('<title>', '<title>Next: '));
    await edit(join(next, 'service-worker.js'), (script) =>
      script.replace(/"version":"\w+"/, '"version":"next"'),
    );
    const server = await serveFolder(site, ISOLATION);
    await onApp(browser, server.origin, async (page) => {
      await page.getByText('Works offline').waitFor();
      server.folder = next;
      await page.reload();
      expect(await page.title()).not.toContain('Next');
      await expect.poll(() => page.evaluate(waitsForItsTurn), { timeout: 10_000 }).toBe(true);
      await page.close();
      const later = await reopen(page.context(), server.origin, 'Next');
      expect(await later.evaluate(() => caches.keys())).toEqual([`hpa-kit ${server.origin}/ next`]);
    });
    await server.close();
  });

  it('works on a server without isolation headers, on one thread', async () => {
    const expected = await predictor.predict(filesByChannel(cell));
    const plain = await serveFolder(site, {});
    await onApp(browser, plain.origin, async (page) => {
      expect(await page.textContent('#engine')).toBe('wasm, 1 thread, SIMD');
      await drop(page, await filesFor(page, cell));
      for (const { name, probability } of await shownScores(page, ID))
        expect(Math.abs(probability - expected.probabilities[name]!)).toBeLessThan(1e-4);
    });
    await plain.close();
  });

  it('stays responsive while it reads and predicts', async () => {
    const large = join(folder, 'large');
    const image = resize(await samples.load(0), { width: 2048, height: 2048 });
    await saveFolder({ ...samples, ids: [ID], labels: undefined, load: () => Promise.resolve(image) }, large);
    const files = await readCell(large);
    await onApp(browser, isolated.origin, async (page) => {
      await drop(page, await filesFor(page, cell));
      await shownScores(page, ID);
      const gaps: number[] = [];
      // Other processes may hold this one up; a page that freezes does so each time.
      while (gaps.length < 5 && !gaps.some((gap) => gap < 200)) {
        await drop(page, await filesFor(page, cell));
        await page.waitForFunction(() => document.querySelector('canvas')!.width < 2048);
        const transfer = await filesFor(page, files);
        await page.evaluate(() => {
          const clock = { last: performance.now(), gap: 0 };
          const timer = setInterval(() => {
            clock.gap = Math.max(clock.gap, performance.now() - clock.last);
            clock.last = performance.now();
          }, 5);
          Object.assign(globalThis, { clock, timer });
        });
        await drop(page, transfer);
        await page.waitForFunction(() => document.querySelector('canvas')!.width === 2048);
        const { clock } = await page.evaluate(() => {
          const { clock, timer } = globalThis as unknown as { clock: { gap: number }; timer: number };
          clearInterval(timer);
          return { clock };
        });
        gaps.push(clock.gap);
      }
      expect(Math.min(...gaps)).toBeLessThan(200);
    });
  });
});

it('does one task of the page at a time, and leaves out what newer ones overtake', async () => {
  const log: string[] = [];
  const run = newestOnly(({ message }) => log.push(message));
  const task =
    (name: string, fails = false) =>
    async () => {
      log.push(`begin ${name}`);
      await Promise.resolve();
      if (fails) throw new Error(`${name} fails`);
      return () => log.push(`show ${name}`);
    };
  const first = run(task('a'));
  await Promise.all([run(task('b')), run(task('c')), first]);
  await run(task('d', true));
  await run(task('e'));
  expect(log).toEqual(['begin a', 'begin c', 'show c', 'begin d', 'd fails', 'begin e', 'show e']);
});

/** The first sample of a folder, a file a channel. */
function readCell(folder: string): Promise<DroppedFile[]> {
  return Promise.all(
    CHANNELS.map(async (channel) => {
      const name = `${ID}_${channel}.png`;
      return { name, bytes: new Uint8Array(await readFile(join(folder, name))) };
    }),
  );
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, 'utf8')));
}

function filesByChannel(files: readonly DroppedFile[]): Record<string, Uint8Array> {
  return Object.fromEntries(files.map(({ bytes }, i) => [CHANNELS[i]!, bytes]));
}

function largestDifference(a: Uint8Array, b: ArrayLike<number>): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

async function waitsForItsTurn(): Promise<boolean> {
  const registration = await navigator.serviceWorker.getRegistration();
  return (registration?.waiting ?? undefined) !== undefined;
}

/** Opens a site until its title is this: a browser takes a moment to see that the former pages are gone. */
async function reopen(context: BrowserContext, origin: string, title: string): Promise<Page> {
  for (let tries = 0; tries < 20; tries++) {
    const page = await context.newPage();
    await page.goto(`${origin}/`);
    if ((await page.title()).includes(title)) return page;
    await page.close();
    await setTimeout(100);
  }
  throw new Error(`The page never had the title ${title}`);
}

/** Presses Tab until an element of this kind has the focus, and holds that each stop on the way can be seen. */
async function tabTo(page: Page, selector: string, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press(key);
    const { isThere, outline } = await page.evaluate((wanted) => {
      const focused = document.activeElement!;
      const widths = [focused, focused.closest('label')].map((at) =>
        at && getComputedStyle(at).outlineStyle !== 'none'
          ? parseFloat(getComputedStyle(at).outlineWidth)
          : 0,
      );
      return { isThere: focused.matches(wanted), outline: Math.max(...widths) };
    }, selector);
    expect(outline).toBeGreaterThanOrEqual(2);
    if (isThere) return;
  }
  throw new Error(`Tab does not lead to ${selector}`);
}
