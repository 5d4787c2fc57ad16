/** What the docs site says: the home page tells the truth, and all of the API is documented. */
import { readFile } from 'node:fs/promises';
import { Logger, LogLevel } from 'typedoc';
import { expect, it } from 'vitest';
import { programOf, promisesOf, runPage } from '../../docs/run-snippets';
import { readApi } from '../../docs/site/api';

const docs = new URL('../../docs/', import.meta.url);

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
