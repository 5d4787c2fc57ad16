/** The docs site. `docs/site/build.ts` assembles its pages, and says by DOCS_FOLDER where. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type DefaultTheme } from 'vitepress';

const folder = process.env['DOCS_FOLDER'];
if (folder === undefined) throw new Error('Build the site with `npm run docs:site`.');
const sidebar = JSON.parse(readFileSync(join(folder, 'sidebar.json'), 'utf8')) as DefaultTheme.SidebarItem[];

export default defineConfig({
  title: 'hpa-kit',
  description: 'Multi-label cell-image modelling in TypeScript.',
  lang: 'en',
  /** The path that the site lies under, with a slash at both ends. */
  base: process.env['DOCS_BASE'] ?? '/',
  srcDir: join(folder, 'pages'),
  outDir: join(folder, 'html'),
  cacheDir: join(folder, 'cache'),
  // An icon that needs no request.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar,
    nav: [
      { text: 'Guide', link: '/data' },
      { text: 'Examples', link: '/examples/first-image' },
      { text: 'Experiments', link: '/experiments/models' },
      { text: 'API', link: '/api/' },
    ],
  },
});
