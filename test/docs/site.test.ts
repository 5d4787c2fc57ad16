/** What the docs site is made of: every page has its place, the home page tells the truth, all of the API is documented. */
import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { Logger, LogLevel } from 'typedoc';
import { programOf, promisesOf, runPage } from '../../docs/run-snippets';
import { readApi } from '../../docs/site/api';
import { guidePages } from '../../docs/site/pages';

const docs = new URL('../../docs/', import.meta.url);

it('every page of the guide is in the reading order once, and begins with its title', async () => {
  const files = (await readdir(docs)).filter((file) => file.endsWith('.md') && file !== 'index.md');
  const pages = await guidePages();
  expect(pages.map((name) => `${name}.md`).sort()).toEqual(files.sort());
  expect(pages.slice(0, 3)).toEqual(['images', 'data', 'models']);
  for (const file of files) expect(await readFile(new URL(file, docs), 'utf8'), file).toMatch(/^# /);
});

it('the example of the home page does what it says, with thresholds that pay', async () => {
  const [promise] = promisesOf(programOf(await readFile(new URL('index.md', docs), 'utf8')));
  const { output } = await runPage('index.md');
  expect(promise).toBe('Macro F1: … at 0.5, … with thresholds tuned.');
  const [, flat, tuned] = /^Macro F1: (0\.\d\d) at 0\.5, (0\.\d\d) with thresholds tuned\.$/.exec(
    output.join('\n'),
  )!;
  expect(Number(tuned)).toBeGreaterThan(Number(flat));
});

it('the example of the page about engines runs', async () => {
  const { output } = await runPage('engines.md');
  expect(output.join('\n')).toMatch(/^Took '(wasm|native)'/);
});

it('every export, and every field and method of it, is documented, and links in docstrings lead somewhere', async () => {
  class Recorder extends Logger {
    readonly warnings: string[] = [];
    override log(message: string, level: LogLevel): void {
      if (level >= LogLevel.Warn) this.warnings.push(message);
    }
  }
  const { app, project } = await readApi();
  const recorder = (app.logger = new Recorder());
  app.validate(project);
  // Fields of a type that has no name are part of what names them.
  expect(recorder.warnings.filter((warning) => !/\.__type\b/.test(warning))).toEqual([]);
  const modules = project.children!.map(({ name }) => name).sort();
  expect(modules).toEqual([
    'hpa-kit',
    ...['augment', 'browser', 'node', 'report'].map((name) => `hpa-kit/${name}`),
  ]);
  const names = project.children!.flatMap(({ children }) => children ?? []);
  expect(names.length).toBeGreaterThan(400);
});
