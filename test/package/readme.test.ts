import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syntheticCells } from 'hpa-kit';
import { saveFolder } from 'hpa-kit/node';
import { join } from 'node:path';
import { packIntoProject, type Project } from './tarball';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const snippets = Array.from(readme.matchAll(/```js\n(.*?)```/gs), ([, code]) => code!);

describe('each snippet of the README', () => {
  let project: Project;
  beforeAll(async () => {
    project = packIntoProject();
    const cells = syntheticCells({ count: 40, size: 96, seed: 1 });
    await saveFolder(cells, join(project.dir, 'train'), { labels: join(project.dir, 'train.csv') });
    await saveFolder(
      { ...syntheticCells({ count: 2, size: 96 }), ids: ['a1', 'b2'] },
      join(project.dir, 'test'),
    );
  });
  afterAll(() => {
    project.remove();
  });

  it('is found', () => {
    expect(snippets).toHaveLength(4);
  });

  it.each(snippets.map((code) => [code.split('\n')[0]!, code]))(
    'runs and prints what it says: %s',
    (_, code) => {
      const output = project.run(code.includes('require(') ? 'snippet.cjs' : 'snippet.mjs', code);
      for (const [, promised] of code.matchAll(/console\.log\(.*\); \/\/ (.+)$/gm))
        expect(output).toContain(promised);
      if (code.includes('test.jsonl')) expect(output).toMatch(/^\[[^\]]+\] [01]\.?\d*/);
      if (code.includes('engine.reason')) expect(output).toMatch(/^Took '(wasm|native)'/);
    },
  );

  it('names only what the package exports', async () => {
    const table = readme.slice(readme.indexOf('## The parts'), readme.indexOf('What they promise'));
    for (const [, entry, names] of table.matchAll(/^\| `(hpa-kit[\w/]*)`\s*\| (.*) \|$/gm)) {
      const exported = Object.keys((await import(entry!)) as object);
      for (const [, name] of names!.matchAll(/`(\w+)`/g))
        expect(exported, `${name} of ${entry}`).toContain(name);
    }
  });
});
