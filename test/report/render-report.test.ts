import { describe, expect, it } from 'vitest';
import { classReport, countConfusion, type EpochLog } from 'hpa-kit';
import { renderReport, type ReportInput } from 'hpa-kit/report';
import { compositeRgb } from '../../src/image/composite-rgb';
import { decodePng } from '../../src/image/decode-png';

const pixels = (width: number, height: number, channels: number) => ({
  width,
  height,
  channels,
  data: Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 37) % 256),
});

const full: ReportInput = {
  title: 'A run',
  highlights: [['Macro F1', 0.41234]],
  summary: [
    ['Weights', 194024],
    ['Engine', 'wasm'],
  ],
  history: [
    { epoch: 1, loss: 0.7, validLoss: 0.8, validMacroF1: 0.1, seconds: 3 },
    { epoch: 2, loss: 0.4, validLoss: NaN, validMacroF1: 0.3, seconds: 2.5 },
    { epoch: 3, loss: 0.2, validLoss: 0.5, validMacroF1: 0.2, seconds: 2.5 },
  ],
  classes: [
    { name: 'Nucleoplasm', f1: 0.7126, precision: 0.8, recall: 0.6425, support: 1288, threshold: 0.31 },
    { name: 'Nucleoli', f1: 0.25, precision: 0.125, recall: 1, support: 3, threshold: Infinity },
    { name: 'Rods & rings', f1: 0, precision: 0, recall: 0, support: 0, threshold: 0.5 },
  ],
  samples: [
    {
      id: 'cell-1',
      image: pixels(5, 3, 3),
      trueLabels: ['Nucleoplasm', 'Nucleoli'],
      predictedLabels: ['Nucleoplasm', 'Cytosol'],
      scores: [
        { label: 'Nucleoplasm', score: 0.91 },
        { label: 'Cytosol', score: 0.55 },
        { label: 'Nucleoli', score: 0.2 },
        { label: 'Golgi apparatus', score: 0.1 },
      ],
    },
    { id: 'cell-2', image: pixels(4, 4, 4), predictedLabels: [] },
  ],
  notes: ['A note.'],
};

/** What a reader sees: text without tags. */
const textOf = (html: string) =>
  html
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
const cellsOf = (html: string, table: string) => {
  const body = new RegExp(`<table class="${table}">[\\s\\S]*?<tbody>([\\s\\S]*?)</tbody>`).exec(html)?.[1];
  return [...(body ?? '').matchAll(/<tr[^>]*>(.*?)<\/tr>/g)].map(([, row]) =>
    [...row!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell]) => cell!),
  );
};
const headings = (html: string) => [...html.matchAll(/<h2[^>]*>(.*?)<\/h2>/g)].map(([, text]) => text);

describe('renderReport', () => {
  const html = renderReport(full);

  it('refers to nothing outside itself and forbids it', () => {
    const rest = html
      .replaceAll(/data:image\/png;base64,[\w+/=]+/g, '')
      .replaceAll('"http://www.w3.org/2000/svg"', '');
    expect(rest).not.toMatch(/https?:|\/\//i);
    expect(html).not.toMatch(/<(script|link|iframe|object|base)\b|@import|url\(|javascript:/i);
    const targets = [...html.matchAll(/\s(?:src|href|xlink:href)="([^"]{0,22})/g)].map(([, start]) => start);
    expect(targets.filter((target) => !target!.startsWith('#'))).toEqual([
      'data:image/png;base64,',
      'data:image/png;base64,',
    ]);
    expect(html).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
  });

  it('has each section once, each id once, and a name for each chart', () => {
    expect(headings(html)).toEqual(['Training', 'Classes', 'Samples', 'Notes']);
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(
      [...html.matchAll(/<svg [^>]*>/g)].map(([tag]) => /role="img" aria-label="(\w+)/.exec(tag)?.[1]),
    ).toEqual(['Loss', 'Validation', 'F1']);
  });

  it('shows the figures of the input', () => {
    expect(cellsOf(html, 'scores')).toEqual([
      ['Nucleoplasm', '0.713', '0.800', '0.642', '1,288', '0.310'],
      ['Nucleoli', '0.250', '0.125', '1.000', '3', '∞'],
      ['Rods &amp; rings', '–', '–', '–', '0', '0.500'],
    ]);
    expect(html.match(/<tr class="absent">/g)).toHaveLength(1);
    expect(textOf(html)).toContain('Mean F1 0.481 over the 2 classes with samples.');
    expect(textOf(html)).toContain('One class has no sample');
    expect(textOf(html)).toContain('Macro F1 0.4123 Weights 194,024 Engine wasm');
  });

  it('shows each epoch, a gap for a missing value, and the best one', () => {
    expect(cellsOf(html, 'epochs')).toEqual([
      ['1', '0.7000', '0.8000', '0.100', '3.0'],
      ['2', '0.4000', '–', '0.300', '2.5'],
      ['3', '0.2000', '0.5000', '0.200', '2.5'],
    ]);
    expect(textOf(html)).toContain('Best validation macro F1 0.300 at epoch 2.');
  });

  it('takes the logs of trainModel, and sets tuned scores beside those before', () => {
    const log = {
      images: 20,
      steps: 4,
      learningRate: 0.001,
      seconds: 2,
      waitSeconds: 0.1,
      imagesPerSecond: 10,
      validLoss: 0.5,
    };
    const history: EpochLog[] = [
      { ...log, epoch: 1, loss: 0.6, validMacroF1: 0.2, validMacroF1Tuned: 0.45 },
      { ...log, epoch: 2, loss: 0.5, validMacroF1: 0.3, validMacroF1Tuned: 0.4 },
    ];
    expect(renderReport({ title: 'x', history })).toContain(
      'Before tuning: 0.2 at 1 to 0.3 at 2; Tuned on the same part: 0.45 at 1 to 0.4 at 2',
    );
  });

  it('takes the rows of classReport', () => {
    const counts = countConfusion(
      Uint8Array.of(1, 0, 1, 0, 0, 0),
      Float32Array.of(0.9, 0.1, 0.2, 0.1, 0.8, 0.1),
      {
        numClasses: 2,
      },
    );
    const classes = classReport(counts, { classes: ['Nucleoli', 'Cytosol'] });
    expect(cellsOf(renderReport({ title: 'x', classes }), 'scores')).toEqual([
      ['Nucleoli', '0.500', '0.500', '0.500', '2', '0.500'],
      ['Cytosol', '–', '–', '–', '0', '0.500'],
    ]);
  });

  it('takes null for NaN, as JSON does', () => {
    const history = JSON.parse(JSON.stringify(full.history)) as ReportInput['history'];
    expect(renderReport({ ...full, history })).toBe(html);
  });

  it('orders the bars from best to worst, classes without support last', () => {
    const name = /aria-label="F1 by class: F1\. ([^"]*)"/.exec(html)?.[1];
    expect(name).toBe('Nucleoplasm 0.71, Nucleoli 0.25, Rods &amp; rings –');
  });

  it('shows the pixels that it was given', async () => {
    const uris = [...html.matchAll(/src="data:image\/png;base64,([^"]*)"/g)].map(([, base64]) => base64!);
    const decoded = await Promise.all(
      uris.map((base64) => decodePng(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)))),
    );
    expect(decoded).toMatchObject([pixels(5, 3, 3), compositeRgb(pixels(4, 4, 4))]);
  });

  it('tells hits, misses and false alarms apart in words', () => {
    const [first, second] = [...html.matchAll(/<article[\s\S]*?<\/article>/g)].map(([card]) => textOf(card));
    expect(first).toBe(
      ' cell-1 ✓ Hit: Nucleoplasm 0.91 ○ Missed: Nucleoli 0.20 ✕ False alarm: Cytosol 0.55 Next: Golgi apparatus 0.10 ',
    );
    expect(second).toBe(' cell-2 No label ');
  });

  it('does not judge predictions without truth', () => {
    const samples = [{ id: 'a', image: pixels(2, 2, 3), predictedLabels: ['Cytosol'] }];
    const page = textOf(renderReport({ title: 'x', samples }));
    expect(page).toContain('Predicted: Cytosol');
    expect(page).not.toMatch(/Hit|Missed|False alarm/);
  });

  it('escapes all text', () => {
    const hostile = `"'><img src=x onerror=alert(1)></svg></style></title><script>alert(2)</script>`;
    const page = renderReport({
      title: hostile,
      highlights: [[hostile, hostile]],
      summary: [[hostile, hostile]],
      classes: [{ ...full.classes![0]!, name: hostile }],
      samples: [
        {
          id: hostile,
          image: pixels(2, 2, 3),
          trueLabels: [hostile],
          predictedLabels: [hostile, `${hostile}2`],
          scores: [{ label: `${hostile}3`, score: 0.3 }],
        },
      ],
      notes: [hostile],
    });
    const clean = renderReport({ ...full, history: undefined });
    const tagsOf = (html: string) => new Set([...html.matchAll(/<\/?\w+/g)].map(([tag]) => tag));
    expect([...tagsOf(page)].filter((tag) => !tagsOf(clean).has(tag))).toEqual([]);
    expect(page.match(/<img/g)).toHaveLength(1);
    // No attribute ends early: outside of quotes, nothing of the text remains.
    expect(page.replace(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*(?:onerror|alert)[^>]*>/);
  });

  it('does not touch Object.prototype for classes named like its properties', () => {
    const names = [
      '__proto__',
      'constructor',
      'toString',
      '__proto__ and a tail that is far too long for its axis',
    ];
    const before = Object.getOwnPropertyNames(Object.prototype);
    const rows = names.map((name) => ({ ...full.classes![0]!, name }));
    const page = renderReport({ ...full, classes: rows });
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect(Object.keys(Object)).toEqual([]);
    expect(cellsOf(page, 'scores').map(([name]) => name)).toEqual(names);
  });

  it('leaves out what is missing or empty', () => {
    for (const parts of [
      {},
      { highlights: [], summary: [], history: [], classes: [], samples: [], notes: [] },
    ]) {
      const page = renderReport({ title: 'Nothing yet', ...parts });
      expect(page).not.toMatch(/<svg|<h2|<table|<dl|<img/);
      expect(textOf(page)).toBe(' Nothing yet Nothing yet ');
    }
    const unscored = renderReport({ title: 'x', history: [{ epoch: 0, loss: 0.5 }] });
    expect(unscored.match(/<svg/g)).toHaveLength(1);
    expect(unscored).not.toMatch(/Validation/);
  });

  it('shows a run that diverged at once without a curve', () => {
    const page = renderReport({ title: 'x', history: [{ epoch: 1, loss: NaN, seconds: 2 }] });
    expect(page).not.toContain('<svg');
    expect(cellsOf(page, 'epochs')).toEqual([['1', '2.0']]);
  });

  it('is the same each time', () => {
    expect(renderReport(full)).toBe(html);
  });

  it.each<[string, unknown, new (message: string) => Error, RegExp]>([
    ['no input', undefined, TypeError, /title must be a string/],
    ['no title', { classes: [] }, TypeError, /title must be a string. Received undefined/],
    ['an epoch of 1.5', { history: [{ epoch: 1.5, loss: 1 }] }, RangeError, /history\[0\].epoch/],
    [
      'epochs that fall',
      { history: [2, 1].map((epoch) => ({ epoch, loss: 1 })) },
      RangeError,
      /history\[1\].epoch must be larger .* Received 1 after 2/,
    ],
    [
      'an F1 of 71',
      { classes: [{ ...full.classes![0], f1: 71 }] },
      RangeError,
      /classes\[0\].f1 .* Received 71/,
    ],
    [
      'a support of −1',
      { classes: [{ ...full.classes![0], support: -1 }] },
      RangeError,
      /classes\[0\].support/,
    ],
    [
      'two channels',
      { samples: [{ id: 'a', image: pixels(2, 2, 2), predictedLabels: [] }] },
      RangeError,
      /samples\[0\].image must have 3 or 4 channels. Received 2/,
    ],
    [
      'too few pixels',
      { samples: [{ id: 'a', image: { ...pixels(2, 2, 3), width: 3 }, predictedLabels: [] }] },
      RangeError,
      /18 samples. Received 12/,
    ],
  ])('refuses %s', (_, input, type, message) => {
    const given = input && !/title/.test(message.source) ? { title: 'x', ...input } : input;
    expect(() => renderReport(given as ReportInput)).toThrow(type);
    expect(() => renderReport(given as ReportInput)).toThrow(message);
  });
});
