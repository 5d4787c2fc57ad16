import { builtinModules } from 'node:module';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildFailure } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectJobDone, JOBS, TYPED } from './job';
import { BUNDLERS } from './bundlers';
import { packIntoProject, type Project } from './tarball';

let project: Project;
beforeAll(() => {
  project = packIntoProject();
});
afterAll(() => {
  project.remove();
});

describe('the packed package', () => {
  it('holds the built code, its types and its papers, and nothing else', () => {
    const odd = project.files.filter((file) => !/^dist\/[\w/-]+\.(js|cjs|d\.ts|d\.cts)$/.test(file));
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

  it.each(Object.entries(JOBS))('does the whole job in %s', (name, script) => {
    expectJobDone(project.run(name, script));
  });

  it('types a script in either module format', () => {
    const files = ['types.mts', 'types.cts'];
    for (const name of files) writeFileSync(join(project.dir, name), `${TYPED.anywhere}\n${TYPED.node}`);
    const options = { module: 'nodenext', skipLibCheck: true, types: ['node'] };
    expect(project.complaints(files, options)).toEqual([]);
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

  // test/slow has other bundlers, and how much each takes.
  it.each(['findThresholds', 'f1Score', 'decodePng'])(
    'gives esbuild %s alone, without tfjs',
    async (name) => {
      const script = `import { ${name} } from 'hpa-kit'; globalThis.taken = ${name};`;
      const { tfjs, gzippedBytes } = await BUNDLERS.esbuild(project.dir, script);
      expect(tfjs).toEqual([]);
      expect(gzippedBytes).toBeLessThan(25_000);
    },
  );
});
