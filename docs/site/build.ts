/**
 * `npm run docs:site`: builds the docs site into `out/site/html`, of the pages of `docs`, the notebooks of the examples
 * and the API reference. The variable DOCS_BASE is the path that it will lie under; `--out DIR` and `--examples LIST`
 * say where to build and which examples to show. A dead link fails the build.
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { DefaultTheme } from 'vitepress';
import { exampleNames, keptNotebook, writeNotebook } from '../notebooks/examples.ts';
import type { Notebook } from '../notebooks/notebook.ts';
import { readApi } from './api.ts';
import { notebookPage } from './notebook-page.ts';
import { guidePages, linksTo, namesIn } from './pages.ts';

const docs = fileURLToPath(new URL('..', import.meta.url));

/** Builds the site of these notebooks into `html` in a folder, which is emptied. */
async function buildSite(folder: string, notebooks: ReadonlyMap<string, Notebook>): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const pages = join(folder, 'pages');
  for (const part of ['experiments', 'pictures'])
    await cp(join(docs, part), join(pages, part), {
      recursive: true,
      filter: (path) => !path.endsWith('.json'),
    });
  const guide = await guidePages();
  for (const name of ['index', ...guide]) await cp(join(docs, `${name}.md`), join(pages, `${name}.md`));
  await writeNotebookPages(pages, notebooks);
  const api = await writeApiPages(pages);
  const sidebar: DefaultTheme.SidebarItem[] = [
    { text: 'Guide', items: await linksTo(pages, '', guide) },
    { text: 'Examples', items: await linksTo(pages, 'examples', [...notebooks.keys()]) },
    {
      text: 'Experiments',
      items: await linksTo(pages, 'experiments', await namesIn(join(pages, 'experiments'))),
    },
    { text: 'API', link: '/api/', items: api },
  ];
  await writeFile(join(folder, 'sidebar.json'), JSON.stringify(sidebar));
  process.env['DOCS_FOLDER'] = folder;
  const { build } = await import('vitepress');
  await build(docs);
}

async function writeNotebookPages(pages: string, notebooks: ReadonlyMap<string, Notebook>): Promise<void> {
  await mkdir(join(pages, 'examples'));
  await mkdir(join(pages, 'public', 'notebooks'), { recursive: true });
  for (const [name, notebook] of notebooks) {
    const { markdown, pictures } = notebookPage(notebook, name);
    await writeFile(join(pages, 'examples', `${name}.md`), markdown);
    for (const [file, bytes] of pictures) await writeFile(join(pages, 'examples', file), bytes);
    await writeFile(join(pages, 'public', 'notebooks', `${name}.ipynb`), JSON.stringify(notebook, null, 1));
  }
}

async function writeApiPages(pages: string): Promise<DefaultTheme.SidebarItem[]> {
  const { app, project } = await readApi();
  app.options.setValue('docsRoot', pages);
  app.options.setValue('out', join(pages, 'api'));
  await app.generateOutputs(project);
  const sidebar = await readFile(join(pages, 'api', 'typedoc-sidebar.json'), 'utf8');
  // Modules alone: every page holds the sidebar, and there are hundreds of both.
  return (JSON.parse(sidebar) as DefaultTheme.SidebarItem[]).map(({ text, link }) => ({ text, link }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values: flags } = parseArgs({
    options: {
      out: { type: 'string', default: fileURLToPath(new URL('../../out/site', import.meta.url)) },
      examples: { type: 'string' },
    },
  });
  const notebooks = new Map<string, Notebook>();
  for (const name of flags.examples?.split(',') ?? (await exampleNames())) {
    const kept = await keptNotebook(name);
    if (!kept) console.log(`Running examples/${name}.ts`);
    const { notebook, status } = kept ? { notebook: kept, status: 0 } : await writeNotebook(name);
    if (status !== 0) throw new Error(`examples/${name}.ts failed; out/notebooks/${name}.ipynb shows how.`);
    notebooks.set(name, notebook);
  }
  await buildSite(resolve(flags.out), notebooks);
}
