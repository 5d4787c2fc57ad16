import { describe, expect, it } from 'vitest';
import { errorCooccurrence, reliabilityCurve } from 'hpa-kit';
import { renderReport, type ReportInput } from 'hpa-kit/report';
import { thresholdCurves } from 'hpa-kit';
import type { WeightHistogram } from 'hpa-kit';

const render = (parts: Partial<ReportInput>) => renderReport({ title: 'x', ...parts });
/** What a reader sees: text without tags. */
const textOf = (html: string) =>
  html
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
const headings = (html: string) => [...html.matchAll(/<h2[^>]*>(.*?)<\/h2>/g)].map(([, text]) => text);
const namesOf = (html: string) =>
  [...html.matchAll(/<svg role="img" aria-label="([^"]*)"/g)].map(([, name]) => name!);
const cellsOf = (html: string, table: string) => {
  const body = new RegExp(`<table class="${table}">[\\s\\S]*?<tbody>([\\s\\S]*?)</tbody>`).exec(html)?.[1];
  return [...(body ?? '').matchAll(/<tr[^>]*>(.*?)<\/tr>/g)].map(([, row]) =>
    [...row!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell]) => cell!),
  );
};
const empty = render({});

const labels = [1, 0, 0, 0, 1, 0, 1, 1, 0];
const scores = [0.2, 0.9, 0.1, 0.3, 0.8, 0.1, 0.1, 0.4, 0.7];
const classes = ['Nucleoli', 'Cytosol', 'Rods & rings'];
const histogram: WeightHistogram = {
  name: 'dense/kernel',
  shape: [3, 2],
  size: 6,
  nonFinite: 1,
  edges: [-1, 0, 1],
  counts: [2, 3],
  mean: 0.1,
  deviation: 0.5,
  zeros: 0.2,
};

describe('renderReport', () => {
  it('leaves no trace of parts that are missing or empty', () => {
    const nothing: Partial<ReportInput> = {
      steps: [],
      thresholdCurves: [],
      calibration: [],
      best: [],
      worst: [],
      weights: { after: [] },
      rangeTest: undefined,
      history: [],
    };
    expect(render(nothing)).toBe(empty);
  });

  it('begins with links to its sections where there are more than three', () => {
    const parts: Partial<ReportInput> = { notes: ['a'], configuration: {}, weights: { after: [histogram] } };
    expect(render(parts)).not.toContain('<nav');
    const html = render({ ...parts, thresholdCurves: thresholdCurves(labels, scores, { numClasses: 3 }) });
    const targets = [...html.matchAll(/<a href="#([^"]*)">/g)].map(([, id]) => id!);
    expect(targets).toHaveLength(4);
    for (const id of targets) expect(html).toContain(`<h2 id="${id}">`);
  });

  it('draws rates by epoch and by step, on a log scale where they span much', () => {
    const history = [1, 2, 3].map((epoch) => ({ epoch, loss: 1, learningRate: 10 ** -epoch }));
    const html = render({ history, steps: [0, 1].map((step) => ({ step, learningRate: 0.1 + step })) });
    expect(headings(html)).toEqual(['Training', 'Schedule']);
    expect(namesOf(html).slice(1)).toEqual([
      'Learning rate by epoch: Learning rate by Epoch. Learning rate: 0.1 at 1 to 0.001 at 3',
      'Learning rate by step: Learning rate by Step. Learning rate: 0.1 at 0 to 1.1 at 1',
    ]);
    const constant = history.map((row) => ({ ...row, learningRate: 0.01 }));
    expect(headings(render({ history: constant }))).toEqual(['Training']);
  });

  it('averages stretches of many steps', () => {
    const steps = Array.from({ length: 1000 }, (_, step) => ({ step, loss: step % 2 }));
    const html = render({ steps });
    expect(textOf(html)).toContain('Each point of a step is the mean of 4 steps.');
    expect(namesOf(html)).toEqual(['Loss by step: Loss by Step. Loss: 0.5 at 0 to 0.5 at 996']);
    expect(html.length - empty.length).toBeLessThan(12_000);
  });

  it('shows each class with samples over its thresholds, and marks the chosen one', () => {
    const curves = thresholdCurves(labels, scores, {
      numClasses: 3,
      thresholds: [0.15, Infinity, 0.5],
      classes,
    });
    const html = render({ thresholdCurves: curves });
    expect(namesOf(html)).toHaveLength(2);
    expect(namesOf(html)[0]).toMatch(/^Nucleoli: Score by Threshold. F1: 0.8 at 0.1 .*; 0.15 at 0.15$/);
    expect(textOf(html)).toContain('Nucleoli F1 0.500 at 0.150, 2 samples');
    expect(textOf(html)).toContain('Cytosol never predicted, F1 0.000, 2 samples');
    expect(textOf(html)).toContain('One class without a sample or a score is left out.');
  });

  it('draws no more points than a small chart can show', () => {
    const points = Array.from({ length: 5000 }, (_, i) => ({
      threshold: i / 5000,
      f1: 0.5,
      precision: 0.5,
      recall: 0.5,
    }));
    const html = render({ thresholdCurves: [{ name: 'a', support: 1, chosen: points[7]!, points }] });
    expect(html.length - empty.length).toBeLessThan(9000);
    expect(namesOf(html)[0]).toContain('F1: 0.5 at 0 to 0.5 at 0.9998');
  });

  it('sets calibrated probabilities beside those before', () => {
    const [before] = reliabilityCurve([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1], { numClasses: 1, bins: 2 });
    const part = { name: 'Nucleoli', before: before!, errorBefore: 0.1234 };
    const alone = render({ calibration: [part] });
    expect(textOf(alone)).toContain('Nucleoli: error 0.1234');
    expect(namesOf(alone)[0]).not.toContain('Calibrated');
    const both = render({ calibration: [{ ...part, after: before!, errorAfter: 0.05 }] });
    expect(textOf(both)).toContain('Nucleoli: error 0.1234 → 0.0500');
    expect(namesOf(both)[0]).toMatch(/Before: .*; Calibrated: /);
  });

  it('lists which classes are predicted where others are missed', () => {
    const errors = errorCooccurrence(labels, scores, { numClasses: 3, thresholds: 0.5 });
    const html = render({ confusions: { classes, errors } });
    expect(cellsOf(html, 'confusions')).toEqual([
      ['Nucleoli', 'Cytosol', '1', '50 %'],
      ['Nucleoli', 'Rods &amp; rings', '1', '50 %'],
      ['Cytosol', 'Rods &amp; rings', '1', '100 %'],
    ]);
    expect(namesOf(html)[0]).toContain(
      'Nucleoli: Cytosol 1, Rods &amp; rings 1; Cytosol: Rods &amp; rings 1',
    );
    const none = errorCooccurrence([1, 0], [0.9, 0.1], { numClasses: 2 });
    expect(textOf(render({ confusions: { classes: ['a', 'b'], errors: none } }))).toContain(
      'Where a class was missed, no other was wrongly predicted.',
    );
  });

  it('shows weights before and after, names what is not finite, and draws only the largest of many', () => {
    const constant = { ...histogram, edges: [-0.5, 0, 0.5], counts: [0, 6], deviation: 0, mean: 0 };
    const html = render({ weights: { after: [histogram], before: [constant] } });
    expect(textOf(html)).toContain('1 weight holds NaN or infinities.');
    expect(namesOf(html)).toEqual([
      'dense/kernel: Density by Value. After training: 0.4 at -1 to 0.6 at 1; before: 0 at 0',
    ]);
    expect(cellsOf(html, 'weights')).toEqual([['dense/kernel', '3×2', '0.1', '0.5', '0', '20.0 %', '1']]);
    const lost = { ...histogram, edges: [], counts: [], mean: null, deviation: null, zeros: null };
    expect(cellsOf(render({ weights: { after: [lost] } }), 'weights')).toEqual([
      ['dense/kernel', '3×2', '–', '–', '–', '1'],
    ]);
    const many = Array.from({ length: 300 }, (_, i) => ({ ...histogram, name: `w${i}`, size: i }));
    const long = render({ weights: { after: many } });
    expect(namesOf(long)).toHaveLength(40);
    expect(namesOf(long)[0]).toMatch(/^w260:/);
    expect(cellsOf(long, 'weights')).toHaveLength(300);
  });

  it('lists the best trials of a search', () => {
    const trials = Array.from({ length: 12 }, (_, i) => ({
      values: [10 ** -i],
      score: i === 5 ? null : i / 10,
    }));
    const html = render({
      search: { axes: [{ name: 'Rate', scale: 'log' }], trials, goal: 'min', scoreName: 'Loss' },
    });
    expect(cellsOf(html, 'trials')).toHaveLength(10);
    expect(cellsOf(html, 'trials')[0]).toEqual(['Trial 1', '0', '1']);
    expect(textOf(html)).toContain('Best of 12 trials: 0 . 1 ended without a score and is dotted.');
  });

  it('writes the configuration as JSON that can be copied, and loses nothing in silence', () => {
    const configuration = {
      text: '[  1,   2  ] <b> & "quoted"\n',
      shape: [96, 96, 4],
      thresholds: Float64Array.of(0.25, Infinity),
      nested: { rate: NaN, loss: function focal() {} },
    };
    const html = render({ configuration, versions: { 'hpa-kit': '1.2.3', engine: '<wasm>' } });
    const pre = /<pre[^>]*>([\s\S]*?)<\/pre>/.exec(html)![1]!;
    const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
    const copied = pre.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name]!);
    expect(JSON.parse(copied)).toEqual({
      text: configuration.text,
      shape: [96, 96, 4],
      thresholds: [0.25, 'Infinity'],
      nested: { rate: 'NaN', loss: 'function focal' },
    });
    expect(copied).toContain('"shape": [ 96, 96, 4 ]');
    expect(textOf(html)).toContain('hpa-kit 1.2.3 engine &lt;wasm&gt;');
  });

  const curve = {
    name: 'a',
    support: 1,
    chosen: { threshold: 0.5, f1: 1, precision: 1, recall: 1 },
    points: [],
  };
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  it.each<[string, Partial<ReportInput>, RegExp]>([
    [
      'steps that fall',
      { steps: [{ step: 2 }, { step: 1 }] },
      /steps\[1\].step must be larger .* Received 1 after 2/,
    ],
    [
      'an F1 of 71',
      { thresholdCurves: [{ ...curve, chosen: { ...curve.chosen, f1: 71 } }] },
      /thresholdCurves\[0\].chosen.f1 .* Received 71/,
    ],
    [
      'thresholds that fall',
      { thresholdCurves: [{ ...curve, points: [curve.chosen, curve.chosen] }] },
      /thresholdCurves\[0\].points\[1\].threshold must be larger/,
    ],
    [
      'an error of 3',
      { calibration: [{ name: 'a', before: [], errorBefore: 3 }] },
      /calibration\[0\].errorBefore .* Received 3/,
    ],
    [
      'too few names',
      { confusions: { classes: ['a'], errors: errorCooccurrence([0, 0], [0, 0], { numClasses: 2 }) } },
      /confusions.classes must be 2 names. Received 1/,
    ],
    [
      'too few edges',
      { weights: { after: [{ ...histogram, edges: [1] }] } },
      /weights.after\[0\].edges must be one more/,
    ],
    [
      'edges of NaN',
      { weights: { after: [{ ...histogram, edges: [0, NaN, 1] }] } },
      /weights.after\[0\].edges must be finite/,
    ],
    [
      'a worst sample of two channels',
      {
        worst: [
          {
            id: 'a',
            predictedLabels: [],
            image: { width: 1, height: 1, channels: 2, data: new Uint8Array(2) },
          },
        ],
      },
      /worst\[0\].image must have 3 or 4 channels/,
    ],
    [
      'a configuration that holds itself',
      { configuration: circular },
      /configuration must be a plain object/,
    ],
  ])('refuses %s', (_, parts, message) => {
    expect(() => render(parts)).toThrow(message);
  });
});
