import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    augment: 'src/augment/index.ts',
    report: 'src/report/index.ts',
    node: 'src/node/index.ts',
    browser: 'src/browser/index.ts',
    worker: 'src/browser/worker.ts',
    'node-worker': 'src/node/worker.ts',
    cli: 'src/cli/index.ts',
  },
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  external: [/^node:/],
  removeNodeProtocol: false,
  // Shared chunks keep one HpaError class across the subpaths, in CommonJS too.
  splitting: true,
  treeshake: true,
  clean: true,
  dts: true,
  // The pool of workers asks where its script is.
  shims: true,
  // Tree-shaken into the report's chunk: the whole package is 62 MB on disk.
  noExternal: ['echarts', 'zrender', 'tslib'],
  // ECharts asks for it, and pages without a bundler have no `process`.
  define: { 'process.env.NODE_ENV': '"production"' },
});
