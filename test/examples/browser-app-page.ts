/** The example's page as its tests use it: opened, with ears for all that goes wrong. */
import { expect } from 'vitest';
import type { Browser, BrowserContextOptions, JSHandle, Page } from 'playwright-core';

/** A file to drop. */
export interface DroppedFile {
  name: string;
  bytes: Uint8Array;
}

/** What a class's row shows. */
export interface ShownScore {
  name: string;
  predicted: boolean;
  probability: number;
  threshold: number;
}

/**
 * Opens the page in a profile of its own, runs a check, and holds that nothing was said on the console and nothing
 * asked of another origin.
 */
export async function onApp(
  browser: Browser,
  origin: string,
  check: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const context = await browser.newContext(options);
  const said: string[] = [];
  context.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  context.on('weberror', (error) => said.push(error.error().message));
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !/^(blob|data):/.test(url)) said.push(`asked for ${url}`);
  });
  try {
    const page = await context.newPage();
    await page.goto(`${origin}/`);
    await page.locator('#status', { hasText: 'Ready' }).waitFor();
    await check(page);
    expect(said).toEqual([]);
  } finally {
    await context.close();
  }
}

/** Files as a page gets them, for `drop`. */
export async function filesFor(page: Page, files: readonly DroppedFile[]): Promise<JSHandle<DataTransfer>> {
  const given = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') }));
  return page.evaluateHandle((all) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of all)
      transfer.items.add(new File([Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))], name));
    return transfer;
  }, given);
}

export async function drop(page: Page, dataTransfer: JSHandle<DataTransfer>): Promise<void> {
  await page.dispatchEvent('#drop', 'drop', { dataTransfer });
}

/** Waits for a result of the sample and reads it. */
export async function shownScores(page: Page, id: string): Promise<ShownScore[]> {
  await page.locator('#status', { hasText: `${id}:` }).waitFor();
  return page.evaluate(() =>
    Array.from(document.querySelectorAll<HTMLElement>('.choice:has(.bar)'), (row) => {
      const style = row.querySelector<HTMLElement>('.bar')!.style;
      return {
        name: row.querySelector('.name')!.firstChild!.textContent!,
        predicted: row.querySelector('strong') !== null,
        probability: Number(style.getPropertyValue('--probability')),
        threshold: Number(style.getPropertyValue('--threshold')),
      };
    }),
  );
}

/** Waits for the picture whose caption starts so, and reads its pixels, RGB. */
export async function shownPicture(page: Page, caption: string): Promise<Uint8Array> {
  await page.locator('#caption', { hasText: caption }).waitFor();
  const rgba = await page.evaluate(() => {
    const canvas = document.querySelector('canvas')!;
    // A copy, since a canvas that is read grows slow and complains.
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d')!;
    copy.drawImage(canvas, 0, 0);
    return Array.from(copy.getImageData(0, 0, canvas.width, canvas.height).data);
  });
  return Uint8Array.from(rgba.filter((_, i) => i % 4 !== 3));
}
