/** Shows a notebook as a page of the site: its text, its code, and under each cell what it gave. */
import { stripVTControlCharacters } from 'node:util';
import type { Notebook, Output } from '../notebooks/notebook.ts';

/** A page, and the pictures in its folder that it shows, by name. */
export interface NotebookPage {
  markdown: string;
  pictures: Map<string, Buffer>;
}

/** The page of a notebook; the names of its pictures begin with `name`. */
export function notebookPage(notebook: Notebook, name: string): NotebookPage {
  const pictures = new Map<string, Buffer>();
  const show = (output: Output): string => {
    if (output.output_type === 'stream') return box(output.name, output.text);
    if (output.output_type === 'error') return box('error', output.traceback.join('\n'));
    const { 'text/plain': path, ...files } = output.data;
    const [mime, data] = Object.entries(files)[0]!;
    const isSvg = mime === 'image/svg+xml';
    const file = `${name}-${pictures.size + 1}.${isSvg ? 'svg' : mime.replace('image/', '')}`;
    pictures.set(file, Buffer.from(data, isSvg ? 'utf8' : 'base64'));
    return `![${path}](./${file})`;
  };
  const parts = notebook.cells.flatMap((cell) =>
    cell.cell_type === 'markdown' ? [cell.source] : [fence('ts', cell.source), ...cell.outputs.map(show)],
  );
  const { script, arguments: args } = notebook.metadata.hpa_kit;
  const command = ['npm run example --', `examples/${script}`, ...args].join(' ');
  parts.splice(
    1,
    0,
    `Run as \`${command}\`. [Download the notebook](../notebooks/${name}.ipynb){target="_self" download}`,
  );
  return { markdown: `${parts.join('\n\n')}\n`, pictures };
}

const box = (kind: string, text: string): string =>
  `<div class="cell-output ${kind}">\n\n${fence('txt', stripVTControlCharacters(text).trimEnd())}\n\n</div>`;

/** A fence longer than any in the text. */
function fence(language: string, text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`{3,}/g), ([ticks]) => ticks.length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}${language}\n${text}\n${ticks}`;
}
