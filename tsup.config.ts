import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { defineConfig } from 'tsup';

const entry = {
  index: 'src/index.ts',
  augment: 'src/augment/index.ts',
  report: 'src/report/index.ts',
  node: 'src/node/index.ts',
  browser: 'src/browser/index.ts',
  worker: 'src/browser/worker.ts',
  'node-worker': 'src/node/worker.ts',
  cli: 'src/cli/index.ts',
};

/** The modules that a barrel exports from, through other barrels too. */
function exportedModules(barrel: string): string[] {
  const paths = Array.from(readFileSync(barrel, 'utf8').matchAll(/from '(\.[^']+)'/g), ([, path]) => path!);
  return paths.flatMap((path) => {
    const file = join(dirname(barrel), path);
    if (!existsSync(`${file}.ts`)) return exportedModules(join(file, 'index.ts'));
    return basename(file) === 'index' ? exportedModules(`${file}.ts`) : [`${file}.ts`];
  });
}

// Bundlers keep or drop whole chunks of ours that import tfjs. As entries these modules get a chunk each, so that
// who imports `findThresholds` gets no tfjs.
const parts = [entry.index, entry.browser]
  .flatMap(exportedModules)
  .map((file) => [`parts/${file.slice('src/'.length, -'.ts'.length)}`, file]);

export default defineConfig({
  entry: { ...entry, ...(Object.fromEntries(parts) as Record<string, string>) },
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  external: [/^node:/],
  removeNodeProtocol: false,
  // Shared chunks keep one HpaError class across the subpaths, in CommonJS too.
  splitting: true,
  treeshake: true,
  clean: true,
  dts: { entry },
  // The pool of workers asks where its script is.
  shims: true,
  // Tree-shaken into the report's chunk: the whole package is 62 MB on disk.
  noExternal: ['echarts', 'zrender', 'tslib'],
  // ECharts asks for it, and pages without a bundler have no `process`.
  define: { 'process.env.NODE_ENV': '"production"' },
});
