import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from 'hpa-kit/report';
import { fullReport } from './full-report';

/** Set CHROMIUM to a Chromium or Chrome of your own; without one these tests are skipped. */
const executablePath =
  process.env['CHROMIUM'] ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

describe.skipIf(executablePath === undefined)('a report with every part, in a browser', () => {
  let folder: string;
  let browser: Browser;
  let url: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hpa-kit-report-'));
    const file = join(folder, 'report.html');
    await writeFile(file, renderReport(await fullReport()));
    url = pathToFileURL(file).href;
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    // Not there when the browser does not start.
    await (browser as Browser | undefined)?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs a check on the open page, and holds that the page said nothing and asked for nothing. */
  async function onPage<T>(
    options: { width: number; colorScheme?: 'light' | 'dark'; media?: 'print' },
    check: (page: Page) => Promise<T>,
  ): Promise<T> {
    const { width, colorScheme = 'light', media = 'screen' } = options;
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => {
      if (request.url() !== url && !request.url().startsWith('data:')) said.push(request.url());
    });
    try {
      await page.emulateMedia({ media, colorScheme });
      await page.goto(url);
      const result = await check(page);
      expect(said).toEqual([]);
      return result;
    } finally {
      await page.close();
    }
  }

  it.each([320, 390, 768, 1280])('never scrolls sideways as a whole, %i pixels wide', async (width) => {
    expect(await onPage({ width }, (page) => page.evaluate(() => document.documentElement.scrollWidth))).toBe(
      width,
    );
  });

  it.each([390, 1280])(
    'keeps all text of a chart in its frame and off other text, %i pixels wide',
    async (width) => {
      const misplaced = await onPage({ width }, (page) =>
        page.evaluate(() =>
          [...document.querySelectorAll('figure')].flatMap((figure) => {
            const frame = figure.getBoundingClientRect();
            const texts = [...figure.querySelectorAll('text')].map((text) => ({
              text: text.textContent,
              box: text.getBoundingClientRect(),
            }));
            const isOutside = (box: DOMRect) =>
              box.left < frame.left ||
              box.right > frame.right ||
              box.top < frame.top ||
              box.bottom > frame.bottom;
            // Boxes are higher than their letters.
            const meet = (a: DOMRect, b: DOMRect) =>
              Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
              Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) >
                0.3 * Math.min(a.height, a.width, b.height, b.width);
            return texts.flatMap(({ text, box }, i) => [
              ...(isOutside(box) ? [`${text} leaves its frame`] : []),
              ...texts
                .slice(0, i)
                .filter((other) => meet(box, other.box))
                .map((other) => `${text} on ${other.text}`),
            ]);
          }),
        ),
      );
      expect(misplaced).toEqual([]);
    },
  );

  it('has headings in order, a name for each chart, image and box that scrolls, and links that lead somewhere', async () => {
    const found = await onPage({ width: 1280 }, (page) =>
      page.evaluate(() => {
        const all = (selector: string) => [...document.querySelectorAll(selector)];
        return {
          levels: all('h1, h2, h3, h4').map(({ tagName }) => Number(tagName.slice(1))),
          nameless: all('svg:not([aria-hidden]), img, [role=region], nav').filter(
            (element) => !(element.getAttribute('aria-label') ?? element.getAttribute('alt')),
          ).length,
          lost: all('a').filter((link) => !document.querySelector(link.getAttribute('href')!)).length,
          unreachable: all('div, pre').filter(
            (box) => getComputedStyle(box).overflowX === 'auto' && !box.hasAttribute('tabindex'),
          ).length,
        };
      }),
    );
    const { levels } = found;
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    levels.forEach((level, i) => {
      expect(level).toBeLessThanOrEqual((levels[i - 1] ?? 0) + 1);
    });
    expect(found).toMatchObject({ nameless: 0, lost: 0, unreachable: 0 });
  });

  it.each(['light', 'dark'] as const)('has text that stands out from its ground, %s', async (colorScheme) => {
    const ratios = await onPage({ width: 1280, colorScheme }, (page) => page.evaluate(measureContrast));
    expect(ratios.length).toBeGreaterThan(800);
    expect(ratios.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
  });

  it('prints everything, with nothing folded, scrolled or cut', async () => {
    const found = await onPage({ width: 720, media: 'print', colorScheme: 'dark' }, (page) =>
      page.evaluate(() => {
        const all = (selector: string) => [...document.querySelectorAll(selector)];
        return {
          folded: all('details > :not(summary)').filter((content) => !content.checkVisibility()).length,
          cut: all('.scroll, .wide, pre')
            .filter((box) => box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1)
            .map((box) => box.getAttribute('aria-label')),
          ground: getComputedStyle(document.body).backgroundColor,
        };
      }),
    );
    expect(found).toEqual({ folded: 0, cut: [], ground: 'rgb(255, 255, 255)' });
  });
});

/** The WCAG contrast of every text on the page, in HTML and in SVG, against what lies behind it. Runs in the page. */
function measureContrast(): { text: string; ratio: number }[] {
  type Color = [red: number, green: number, blue: number, alpha: number];
  const parse = (css: string, opacity = 1): Color => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (css.match(/[\d.]+/g) ?? []).map(Number);
    return [red, green, blue, css === 'none' ? 0 : alpha * opacity];
  };
  const over = ([r, g, b, a]: Color, [R, G, B]: Color): Color =>
    [r, g, b].map((c, i) => a * c + (1 - a) * [R, G, B][i]!).concat(1) as Color;
  const luminance = (color: Color) => {
    const [r, g, b] = color.map((c) =>
      c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const groundOf = (element: Element): Color => {
    const layers: Color[] = [];
    for (let at: Element | null = element; at; at = at.parentElement)
      layers.unshift(parse(getComputedStyle(at).backgroundColor));
    return layers.reduce<Color>((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const shapesBehind = (text: Element, svg: Element): Color[] => {
    const { x, y, width, height } = text.getBoundingClientRect();
    return [...svg.querySelectorAll('rect')]
      .filter((rect) => {
        const box = rect.getBoundingClientRect();
        const [middleX, middleY] = [x + width / 2, y + height / 2];
        return box.left <= middleX && box.right >= middleX && box.top <= middleY && box.bottom >= middleY;
      })
      .map((rect) => parse(getComputedStyle(rect).fill, Number(getComputedStyle(rect).fillOpacity)));
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const ratios: { text: string; ratio: number }[] = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement!;
    const text = walker.currentNode.textContent!.trim();
    if (text === '') continue;
    const style = getComputedStyle(element);
    const svg = element.closest('svg');
    const ground = svg
      ? shapesBehind(element, svg).reduce((below, layer) => over(layer, below), groundOf(svg))
      : groundOf(element);
    const ink = over(svg ? parse(style.fill, Number(style.fillOpacity)) : parse(style.color), ground);
    const [light, dark] = [luminance(ink), luminance(ground)].sort((a, b) => b - a);
    ratios.push({ text, ratio: (light! + 0.05) / (dark! + 0.05) });
  }
  return ratios;
}
