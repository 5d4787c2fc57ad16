import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUNDLERS } from '../package/bundlers';
import { packIntoProject, type Project } from '../package/tarball';

let project: Project;
beforeAll(() => {
  project = packIntoProject();
});
afterAll(() => {
  project.remove();
});

const bundlers = Object.keys(BUNDLERS) as (keyof typeof BUNDLERS)[];
/** A script that keeps what it imports. */
const taking = (imports: Record<string, string>) =>
  Object.entries(imports)
    .map(([entry, names]) => `import { ${names} } from '${entry}'; globalThis.taken = [${names}];`)
    .join('\n');

/** Bytes after gzip, a tenth above the largest of the three bundlers' when written. */
const ALONE: [name: string, entry: string, maxBytes: number][] = [
  ['findThresholds', 'hpa-kit', 11_600],
  ['applyThresholds', 'hpa-kit', 1_400],
  ['f1Score', 'hpa-kit', 1_200],
  ['averagePrecisionScore', 'hpa-kit', 1_000],
  ['classReport', 'hpa-kit', 1_000],
  ['fitCalibration', 'hpa-kit', 4_000],
  ['bootstrapInterval', 'hpa-kit', 4_000],
  ['stratifiedSplit', 'hpa-kit', 2_800],
  ['parseTarget', 'hpa-kit', 1_000],
  ['compositeRgb', 'hpa-kit', 1_400],
  ['decodePng', 'hpa-kit', 23_800],
  ['flip', 'hpa-kit/augment', 19_100],
  ['decoderPool', 'hpa-kit/browser', 1_900],
  ['weightCache', 'hpa-kit/browser', 1_000],
];

describe.each(bundlers)('%s', (bundler) => {
  it.each(ALONE)('takes %s of %s alone, without tfjs', async (name, entry, maxBytes) => {
    const { gzippedBytes, tfjs } = await BUNDLERS[bundler](project.dir, taking({ [entry]: name }));
    expect(tfjs).toEqual([]);
    expect(gzippedBytes).toBeLessThan(maxBytes);
  });

  it('has a check on tfjs that can fail: training needs it', async () => {
    const { tfjs } = await BUNDLERS[bundler](project.dir, taking({ 'hpa-kit': 'trainModel' }));
    expect(tfjs).toContain('@tensorflow/tfjs-core');
  });
});

it('the script of a decoding worker starts small and without tfjs', async () => {
  const { gzippedBytes, tfjs } = await BUNDLERS.vite(project.dir, `import 'hpa-kit/worker'`);
  expect(tfjs).toEqual([]);
  expect(gzippedBytes).toBeLessThan(28_600);
});

it('a page that opens files and predicts has less than 60 kB of ours', async () => {
  const page = taking({
    'hpa-kit': 'loadPredictor, Predictor',
    'hpa-kit/browser': 'openFiles, useEngine, decoderPool',
  });
  const { gzippedBytes: atStart } = await BUNDLERS.vite(project.dir, page);
  const { gzippedBytes } = await BUNDLERS.vite(project.dir, page, ['model-files', 'layers-model-scorer']);
  expect(gzippedBytes).toBeGreaterThan(atStart);
  // The kernels of the engine that is taken, and the decoders of TIFF, JPEG and ZIP, come when they are wanted.
  expect(gzippedBytes).toBeLessThan(60_000);
});
