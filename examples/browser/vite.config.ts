/** How the page is built and served. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { precache } from './precache.ts';

const root = import.meta.dirname;

/** What makes a page cross-origin isolated, and so lets the engine share memory among threads. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

function preparedFiles(): Plugin {
  return {
    name: 'prepared-files',
    configResolved({ publicDir }) {
      if (!existsSync(join(publicDir, 'model', 'predictor.json')))
        throw new Error(
          `There is no model in ${publicDir}: run npm run example -- examples/browser/prepare.ts`,
        );
    },
  };
}

export default defineConfig({
  root,
  // The page may be served from any folder.
  base: './',
  appType: 'mpa',
  publicDir: resolve(root, '../../out/app/public'),
  plugins: [preparedFiles(), precache()],
  worker: { format: 'es' },
  build: {
    outDir: resolve(root, '../../out/app/site'),
    emptyOutDir: true,
    rolldownOptions: {
      input: [join(root, 'index.html'), join(root, 'service-worker.ts')],
      output: {
        entryFileNames: ({ name }) => (name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: { headers },
  preview: { headers },
});
