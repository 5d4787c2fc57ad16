import fc from 'fast-check';
import { HpaError, syntheticCells } from 'hpa-kit';
import { describe, expect, it } from 'vitest';
import { HPA_CLASS_COUNTS, HPA_LABELS_PER_ROW, HPA_ROW_COUNT } from '../../src/data/synthetic/frequencies';
import { PAINTERS } from '../../src/data/synthetic/painters';
import { contactDistance } from '../../src/data/synthetic/painters/cytoplasm';
import { renderField, type Rendering } from '../../src/data/synthetic/render';
import { poleOf } from '../../src/data/synthetic/stains';
import { HPA_CLASSES } from '../../src/labels';

const GREEN = 1;
const SIZE = 160;

/** Positives per class, and rows per number of labels. */
function tally(labels: Uint8Array, classes: number) {
  const positives = new Array<number>(classes).fill(0);
  const rows = new Map<number, number>();
  for (let start = 0; start < labels.length; start += classes) {
    let number = 0;
    for (let c = 0; c < classes; c++) {
      positives[c]! += labels[start + c]!;
      number += labels[start + c]!;
    }
    rows.set(number, (rows.get(number) ?? 0) + 1);
  }
  return { positives, rows };
}

describe('the table of frequencies', () => {
  it('adds up as the task does', () => {
    const rows = HPA_LABELS_PER_ROW.reduce((a, b) => a + b, 0);
    const positives = HPA_LABELS_PER_ROW.reduce((sum, count, i) => sum + count * (i + 1), 0);
    expect(rows).toBe(HPA_ROW_COUNT);
    expect(HPA_CLASS_COUNTS.reduce((a, b) => a + b, 0)).toBe(positives);
    expect(HPA_CLASS_COUNTS).toHaveLength(HPA_CLASSES.length);
  });
});

describe('labels', () => {
  const count = HPA_ROW_COUNT;
  const { positives, rows } = tally(syntheticCells({ count, seed: 3 }).labels!, 28);

  it.each(HPA_CLASSES.map((name, index) => [name, index] as const))(
    '%s occurs as often as in the task',
    (_, index) => {
      const expected = HPA_CLASS_COUNTS[index]!;
      // Four standard deviations of a binomial count: one class in 16,000 seeds falls outside.
      const deviation = Math.sqrt(expected * (1 - expected / count));
      expect(Math.abs(positives[index]! - expected)).toBeLessThan(4 * deviation + 1);
    },
  );

  it('come 1 to 5 a sample, in the shares of the task', () => {
    expect(Math.min(...rows.keys())).toBe(1);
    expect(Math.max(...rows.keys())).toBeLessThanOrEqual(5);
    HPA_LABELS_PER_ROW.forEach((expected, i) => {
      expect(Math.abs((rows.get(i + 1) ?? 0) - expected)).toBeLessThan(4 * Math.sqrt(expected) + 1);
    });
  });

  it('of a subset keep the proportions of its classes', () => {
    const classes = ['Cytosol', 'Nucleoplasm', 'Plasma membrane', 'Rods & rings'];
    const source = syntheticCells({ count: 20_000, seed: 4, classes });
    expect(source.classes).toEqual(classes);
    const subset = tally(source.labels!, 4);
    expect(subset.rows.has(0)).toBe(false);
    const ratio = subset.positives[0]! / subset.positives[1]!;
    expect(ratio).toBeCloseTo(8228 / 12885, 1);
    expect(subset.positives[2]! / subset.positives[1]!).toBeCloseTo(3777 / 12885, 1);
    expect(subset.positives[3]!).toBeLessThan(60);
  });

  it('of one class are all positive', () => {
    expect(syntheticCells({ count: 9, classes: ['Rods & rings'] }).labels).toEqual(new Uint8Array(9).fill(1));
  });

  it('reach minPositives without changing any number of labels', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 0, max: 4 }),
        fc.shuffledSubarray([...HPA_CLASSES], { minLength: 1 }),
        (seed, minPositives, classes) => {
          const count = Math.max(1, minPositives * classes.length);
          const plain = tally(syntheticCells({ count, seed, classes }).labels!, classes.length);
          const raised = tally(
            syntheticCells({ count, seed, classes, minPositives }).labels!,
            classes.length,
          );
          expect(Math.min(...raised.positives)).toBeGreaterThanOrEqual(minPositives);
          expect(raised.rows).toEqual(plain.rows);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('images', () => {
  it('are [size, size, 4] in 8 bits, with every channel showing something on a dark ground', async () => {
    for (const size of [96, 128, 300, 512]) {
      const image = await syntheticCells({ count: 2, size, seed: 1 }).load(1);
      expect([image.width, image.height, image.channels]).toEqual([size, size, 4]);
      expect(image.data).toBeInstanceOf(Uint8Array);
      expect(image.data).toHaveLength(size * size * 4);
      for (let channel = 0; channel < 4; channel++) {
        const values = image.data.filter((_, i) => i % 4 === channel).sort();
        expect(values[Math.floor(values.length * 0.995)]).toBeGreaterThan(60);
        expect(values[Math.floor(values.length * 0.02)]).toBeLessThan(20);
      }
    }
  });

  it('depend on the seed and the index alone, not on the order of loading', async () => {
    const load = async (order: number[], seed = 11) => {
      const source = syntheticCells({ count: 4, size: 96, seed });
      const images = new Map<number, Uint8Array>();
      for (const index of order) images.set(index, (await source.load(index)).data as Uint8Array);
      return order.toSorted((a, b) => a - b).map((index) => images.get(index)!);
    };
    const images = await load([0, 1, 2, 3]);
    expect(await load([3, 1, 0, 2])).toEqual(images);
    expect(await load([2, 2, 0, 3, 1].slice(1))).toEqual(images);
    const other = await load([0, 1, 2, 3], 12);
    images.forEach((image, index) => {
      expect(other[index]).not.toEqual(image);
      expect(images[(index + 1) % 4]).not.toEqual(image);
    });
  });

  it('do not change when more samples are asked for', async () => {
    const [few, many] = [syntheticCells({ count: 5, size: 96 }), syntheticCells({ count: 50, size: 96 })];
    expect(many.labels!.slice(0, 5 * 28)).toEqual(few.labels);
    expect((await many.load(4)).data).toEqual((await few.load(4)).data);
  });

  it('belong to the caller: editing one, or the labels, changes nothing that is loaded later', async () => {
    const source = syntheticCells({ count: 2, size: 96 });
    const first = await source.load(0);
    const kept = first.data.slice();
    first.data.fill(0);
    source.labels!.fill(1);
    expect((await source.load(0)).data).toEqual(kept);
  });

  it('have ids, channels and classes in order', () => {
    const source = syntheticCells({ count: 43 });
    expect(source.ids[42]).toBe('synthetic-00042');
    expect(new Set(source.ids).size).toBe(43);
    expect(source.channels).toEqual(['red', 'green', 'blue', 'yellow']);
    expect(source.classes).toEqual(HPA_CLASSES);
  });
});

/** Mean of a channel over the pixels that `where` picks. */
function mean({ image }: Rendering, where: (pixel: number) => boolean, channel = GREEN): number {
  let [sum, number] = [0, 0];
  for (let pixel = 0; pixel < image.width * image.height; pixel++) {
    if (!where(pixel)) continue;
    sum += image.data[pixel * image.channels + channel]!;
    number++;
  }
  expect(number).toBeGreaterThan(0);
  return sum / number;
}

/** Where a protein of each class should show, and where it should not, as pixel tests on the field's maps. */
type Zone = (scene: Rendering['scene'], contact: Float32Array) => (pixel: number) => boolean;
const inNucleus: Zone = (s) => (p) => s.nucleus[p]! >= 0 && s.cells[s.nucleus[p]!]!.phase !== 'metaphase';
const inCytoplasm: Zone = (s) => (p) => s.owner[p]! >= 0 && s.rim[p]! > 2;
const inNucleolus: Zone = (s) => (p) => s.nucleoli[p]! > 0.5;
const betweenNucleoli: Zone = (s) => (p) => inNucleus(s, s.rim)(p) && s.nucleoli[p] === 0;
const nearNucleus: Zone = (s) => (p) => inCytoplasm(s, s.rim)(p) && s.rim[p]! < 12 * s.unit;
const farFromNucleus: Zone = (s) => (p) => inCytoplasm(s, s.rim)(p) && s.rim[p]! > 30 * s.unit;
const atEdge: Zone = (s) => (p) => s.owner[p]! >= 0 && s.edge[p]! < 2;
const inner: Zone = (s) => (p) => inCytoplasm(s, s.rim)(p) && s.edge[p]! > 8 * s.unit + 3;
const atCentre: Zone = (s) => (p) => centreDistance(s, p) < 5 * s.unit;
const offCentre: Zone = (s) => (p) => s.owner[p]! >= 0 && centreDistance(s, p) > 20 * s.unit;
const onSpindle: Zone = (s) => (p) =>
  s.cells.some((cell) => cell.phase === 'metaphase' && distance(s, p, cell.body) < 18 * s.unit);
const offSpindle: Zone = (s) => (p) => s.owner[p]! >= 0 && s.cells[s.owner[p]!]!.phase !== 'metaphase';
const onBridge: Zone = (s) => (p) => distance(s, p, s.bridge!) < 2.5 * s.unit + 1;
const offBridge: Zone = (s) => (p) => s.owner[p]! >= 0 && distance(s, p, s.bridge!) > 40 * s.unit;

function distance(s: Rendering['scene'], pixel: number, to: { x: number; y: number }): number {
  return Math.hypot((pixel % s.size) - to.x, Math.floor(pixel / s.size) - to.y);
}

function centreDistance(s: Rendering['scene'], pixel: number): number {
  const cell = s.cells[s.owner[pixel]!];
  if (!cell) return Infinity;
  const poles = cell.phase === 'metaphase' ? [0, 1] : [0];
  return Math.min(...poles.map((side) => distance(s, pixel, poleOf(cell, side))));
}

const ZONES: [name: string, bright: Zone, dark: Zone, ratio: number][] = [
  ['Nucleoplasm', betweenNucleoli, inCytoplasm, 3],
  ['Nuclear membrane', (s) => (p) => s.owner[p]! >= 0 && Math.abs(s.rim[p]!) < 1.2, betweenNucleoli, 1.5],
  ['Nucleoli', inNucleolus, betweenNucleoli, 3],
  ['Nucleoli fibrillar center', inNucleolus, betweenNucleoli, 2],
  ['Nuclear speckles', betweenNucleoli, inNucleolus, 1.2],
  ['Nuclear bodies', inNucleus, inCytoplasm, 1.5],
  ['Endoplasmic reticulum', nearNucleus, farFromNucleus, 1.3],
  ['Golgi apparatus', nearNucleus, farFromNucleus, 2],
  ['Peroxisomes', inCytoplasm, inNucleus, 1.2],
  ['Endosomes', inCytoplasm, inNucleus, 1.2],
  ['Lysosomes', inCytoplasm, inNucleus, 1.3],
  ['Intermediate filaments', nearNucleus, farFromNucleus, 1.5],
  ['Actin filaments', inCytoplasm, (s) => (p) => s.owner[p]! < 0 && s.edge[p]! > 3, 5],
  [
    'Focal adhesion sites',
    (s) => (p) => s.owner[p]! >= 0 && s.edge[p]! > 1 && s.edge[p]! < 12 * s.unit,
    inner,
    1.2,
  ],
  ['Microtubules', inCytoplasm, inNucleus, 1.5],
  ['Microtubule ends', farFromNucleus, nearNucleus, 1.05],
  ['Cytokinetic bridge', onBridge, offBridge, 5],
  ['Mitotic spindle', onSpindle, offSpindle, 4],
  ['Microtubule organizing center', atCentre, offCentre, 3],
  ['Centrosome', atCentre, offCentre, 2],
  ['Lipid droplets', inCytoplasm, inNucleus, 1.3],
  ['Plasma membrane', atEdge, inner, 2.5],
  [
    'Cell junctions',
    (s, c) => (p) => s.owner[p]! >= 0 && c[p]! < 2,
    (s, c) => (p) => atEdge(s, c)(p) && c[p]! > 9,
    3,
  ],
  ['Mitochondria', inCytoplasm, inNucleus, 1.7],
  ['Aggresome', atCentre, offCentre, 3],
  ['Cytosol', inCytoplasm, inNucleus, 1.7],
  ['Cytoplasmic bodies', inCytoplasm, inNucleus, 1.05],
  ['Rods & rings', inCytoplasm, inNucleus, 1.05],
];

describe('the protein channel', () => {
  it('is checked for every class', () => {
    expect(ZONES.map(([name]) => name)).toEqual(HPA_CLASSES);
    expect([...PAINTERS.keys()]).toEqual(HPA_CLASSES);
  });

  // Over a few fields together, since a single one may have its bodies or rods out of sight.
  it.each(ZONES)('shows %s where it belongs', (name, bright, dark, ratio) => {
    let [there, elsewhere, without] = [0, 0, 0];
    for (let field = 0; field < 4; field++) {
      const request = { key: ['zones', field], size: SIZE };
      const rendering = renderField({ ...request, labels: [name] });
      const contact = contactDistance(SIZE, rendering.scene.owner);
      there += mean(rendering, bright(rendering.scene, contact));
      elsewhere += mean(rendering, dark(rendering.scene, contact));
      // The same zone of the same place in the image, of the protein-free field.
      without += mean(renderField({ ...request, labels: [] }), bright(rendering.scene, contact));
    }
    expect(there).toBeGreaterThan(ratio * elsewhere);
    expect(there).toBeGreaterThan(1.15 * without);
  });

  it('adds labels up and leaves the other channels as they are', () => {
    const labels = ['Nucleoplasm', 'Golgi apparatus', 'Mitochondria'];
    const request = { key: [5], size: 128 };
    const one = renderField({ ...request, labels: labels.slice(0, 1) });
    const all = renderField({ ...request, labels });
    const cytoplasm = inCytoplasm(all.scene, all.scene.rim);
    const nuclei = betweenNucleoli(all.scene, all.scene.rim);
    expect(mean(all, cytoplasm)).toBeGreaterThan(1.5 * mean(one, cytoplasm));
    expect(mean(all, nuclei)).toBeGreaterThan(0.6 * mean(one, nuclei));
    for (const channel of [0, 2, 3])
      expect(all.image.data.filter((_, i) => i % 4 === channel)).toEqual(
        one.image.data.filter((_, i) => i % 4 === channel),
      );
  });
});

describe('the reference channels', () => {
  const fields = [0, 1, 2].map((field) => renderField({ key: ['stains', field], size: 192, labels: [] }));

  it.each([
    ['microtubules in red', 0, inCytoplasm, inNucleus, 1.5],
    ['nuclei in blue', 2, inNucleus, inCytoplasm, 8],
    ['endoplasmic reticulum in yellow, densest by the nucleus', 3, nearNucleus, farFromNucleus, 1.3],
  ] as const)('show %s', (_, channel, bright, dark, ratio) => {
    for (const rendering of fields) {
      const { scene } = rendering;
      const there = mean(rendering, bright(scene, scene.rim), channel);
      expect(there).toBeGreaterThan(ratio * mean(rendering, dark(scene, scene.rim), channel));
    }
  });
});

describe('misuse', () => {
  it.each([
    [{ count: 0 }, RangeError, /count must be an integer from 1 .* Received 0/],
    [{ count: 2.5 }, RangeError, /count/],
    [{ seed: NaN }, RangeError, /seed must be an integer/],
    [{ size: 16 }, RangeError, /size must be an integer from 32 to 4096. Received 16/],
    [{ classes: [] }, TypeError, /at least one/],
    [{ classes: ['Cytosol', 'Cytosol'] }, TypeError, /Cytosol/],
    [{ classes: ['Cytosol', 'cytosol', 'Lipids'] }, RangeError, /Unknown: "cytosol", "Lipids"/],
    [{ count: 55, minPositives: 2 }, RangeError, /minPositives must be an integer from 0 to 1/],
    [{ minPositives: -1 }, RangeError, /minPositives/],
  ])('%j is refused', (options, type, message) => {
    expect(() => syntheticCells(options)).toThrow(type);
    expect(() => syntheticCells(options)).toThrow(message);
  });

  it('an index out of range is refused, and an aborted signal heeded', async () => {
    const source = syntheticCells({ count: 2, size: 96 });
    await expect(source.load(2)).rejects.toThrow(RangeError);
    await expect(source.load(-1)).rejects.toThrow(RangeError);
    await expect(source.load(0, { signal: AbortSignal.abort() })).rejects.toThrow(HpaError);
  });
});
