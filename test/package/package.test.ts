import { execFileSync } from 'node:child_process';
import { builtinModules } from 'node:module';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildFailure } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packIntoProject, type Project } from './tarball';

let project: Project;
beforeAll(() => {
  project = packIntoProject();
});
afterAll(() => {
  project.remove();
});

/** The main job at its smallest: both decode paths, a worker, a training step on the WebAssembly engine, thresholds, a report. */
const job = `
  const image = { width: 3, height: 2, channels: 1, data: Uint8Array.from([0, 50, 100, 150, 200, 255]) };
  const png = await kit.encodePng(image);
  const decoded = {};
  for (const inflate of ['zlib', 'web']) decoded[inflate] = Array.from((await kit.decodePng(png, { inflate })).data);
  await node.saveFolder({ name: 's', ids: ['a'], channels: ['g'], classes: [], load: async () => image }, 'cells');
  const folder = await node.openFolder('cells', { channels: ['g'], decoder: node.decoderPool({ workers: 1 }) });
  decoded.worker = Array.from((await folder.load(0)).data);
  const broken = await kit.decodePng(png.slice(0, 40)).catch((error) => error);
  const { name } = await node.useEngine({ engine: 'wasm' });
  const source = kit.syntheticCells({ count: 8, size: 94, seed: 1 });
  const dataset = new kit.HpaDataset(source).augmented([augment.flip()]);
  const model = await kit.buildModel('haltufBaseline', { inputShape: [94, 94, 4], seed: 1 });
  const { history } = await kit.trainModel(model, { train: dataset, epochs: 1, batchSize: 4 });
  const { labels, scores, numClasses } = await kit.predictDataset(model, dataset);
  const { macroF1 } = kit.findThresholds(labels, scores, { numClasses });
  const missing = await node.openFolder('nowhere').catch((error) => error);
  console.log(JSON.stringify({
    decoded, name, loss: history[0].loss, macroF1, scores: scores.length,
    errors: [broken, missing].map((error) => [error instanceof kit.HpaError, kit.isHpaError(error), error.code]),
    report: report.renderReport({ title: 'r', history }).includes('<svg'),
    isTensor: model.inputs[0].constructor.name,
  }));`;

function expectJobDone(output: string): void {
  const result = JSON.parse(output) as { loss: number; macroF1: number };
  const samples = [0, 50, 100, 150, 200, 255];
  expect(result).toMatchObject({
    decoded: { zlib: samples, web: samples, worker: samples },
    name: 'wasm',
    scores: 224,
    errors: [
      [true, true, 'png-truncated'],
      [true, true, 'file-missing'],
    ],
    report: true,
  });
  expect(result.loss).toBeGreaterThan(0);
  expect(result.macroF1).toBeGreaterThan(0);
}

describe('the packed package', () => {
  it('holds the built code, its types and its papers, and nothing else', () => {
    const odd = project.files.filter((file) => !/^dist\/[\w-]+\.(js|cjs|d\.ts|d\.cts)$/.test(file));
    expect(odd.sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'THIRD-PARTY-NOTICES.md',
      'package.json',
    ]);
    for (const entry of ['index', 'augment', 'report', 'node', 'browser'])
      for (const ending of ['js', 'cjs', 'd.ts', 'd.cts'])
        expect(project.files).toContain(`dist/${entry}.${ending}`);
  });

  it('does the whole job as ES modules', () => {
    const imports = `import * as kit from 'hpa-kit'; import * as augment from 'hpa-kit/augment';
      import * as node from 'hpa-kit/node'; import * as report from 'hpa-kit/report';`;
    expectJobDone(project.run('job.mjs', imports + job));
  });

  it('does the whole job as CommonJS', () => {
    const imports = `const kit = require('hpa-kit'), augment = require('hpa-kit/augment'),
      node = require('hpa-kit/node'), report = require('hpa-kit/report');`;
    expectJobDone(project.run('job.cjs', `${imports} (async () => {${job}})();`));
  });

  it('types a script in either module format', () => {
    const script = `import { HpaDataset, buildModel, focalLoss, syntheticCells, trainModel, type TrainResult } from 'hpa-kit';
      import { flip } from 'hpa-kit/augment';
      import { openFolder } from 'hpa-kit/node';
      import { openFiles } from 'hpa-kit/browser';
      import { renderReport } from 'hpa-kit/report';
      export async function job(): Promise<TrainResult> {
        const train = new HpaDataset(syntheticCells({ count: 4 })).augmented([flip()]);
        const model = await buildModel('smallCnn', { numClasses: 28 });
        model.summary();
        return trainModel(model, { train, loss: focalLoss({ gamma: 2 }) });
      }
      // @ts-expect-error -- the size of a batch is a number
      new HpaDataset(syntheticCells()).batches({ batchSize: '4' });
      export const parts = [openFolder, openFiles, renderReport];`;
    for (const name of ['types.mts', 'types.cts']) writeFileSync(join(project.dir, name), script);
    const options = {
      strict: true,
      module: 'nodenext',
      target: 'es2022',
      noEmit: true,
      skipLibCheck: true,
      types: [],
    };
    const config = { compilerOptions: options, files: ['types.mts', 'types.cts'] };
    writeFileSync(join(project.dir, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(project.dir, 'node_modules/typescript/bin/tsc');
    expect(() =>
      execFileSync(process.execPath, [tsc, '-p', '.'], { cwd: project.dir, stdio: 'pipe' }),
    ).not.toThrow();
  });

  it.each(['hpa-kit', 'hpa-kit/augment', 'hpa-kit/report', 'hpa-kit/browser'])(
    'bundles %s for browsers without a Node built-in',
    async (entry) => {
      const { metafile } = await build({
        stdin: { contents: `export * from '${entry}'`, resolveDir: project.dir },
        bundle: true,
        write: false,
        metafile: true,
        platform: 'browser',
        format: 'esm',
        logLevel: 'silent',
      });
      const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
      const isBuiltin = (path: string) => path.startsWith('node:') || builtinModules.includes(path);
      expect(imports.map(({ path }) => path).filter(isBuiltin)).toEqual([]);
      const own = Object.keys(metafile.inputs).filter((path) => path.includes('hpa-kit/dist/'));
      expect(own.length).toBeGreaterThan(0);
    },
  );

  it('has a check on built-ins that can fail: the Node entry does not bundle for browsers', async () => {
    const bundle = build({
      stdin: { contents: `export * from 'hpa-kit/node'`, resolveDir: project.dir },
      bundle: true,
      write: false,
      platform: 'browser',
      logLevel: 'silent',
    });
    const errors = await bundle.then(
      () => [],
      (failure: unknown) => (failure as BuildFailure).errors.map(({ text }) => text),
    );
    expect(errors.join()).toContain('Could not resolve "node:fs/promises"');
  });
});
