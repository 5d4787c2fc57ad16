import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectJobDone, JOBS, TYPED } from '../package/job';
import { emptyFolder, installIntoProject, npm, type Project } from '../package/tarball';

const registry = npm('.', 'config', 'get', 'registry').trim();
const online = await fetch(new URL('@tensorflow%2ftfjs-core', registry), {
  method: 'HEAD',
  signal: AbortSignal.timeout(10_000),
}).then(
  ({ ok }) => ok,
  () => false,
);

/** The releases of Node that the package is for. */
const RELEASES = ['20', '22', '24'];
/** Node's own binary as a package, without an install script. */
const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const binary = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';

describe.skipIf(!online)('installed by npm into an empty project', () => {
  let project: Project;
  let tools: string;
  beforeAll(() => {
    project = installIntoProject();
    npm(project.dir, 'install', '--save-dev', '@types/node@20');
    tools = emptyFolder();
    writeFileSync(join(tools, 'package.json'), '{ "private": true }');
    npm(tools, 'install', ...RELEASES.map((release) => `node-${release}@npm:node-${platform}@${release}`));
  }, 600_000);
  afterAll(() => {
    project.remove();
    rmSync(tools, { recursive: true, force: true });
  });

  it('brings what it needs, each once, and no optional peer', () => {
    const modules = join(project.dir, 'node_modules');
    expect(readdirSync(join(modules, '@tensorflow')).sort()).toEqual([
      'tfjs-backend-cpu',
      'tfjs-backend-wasm',
      'tfjs-core',
      'tfjs-layers',
    ]);
    for (const name of ['onnxruntime-node', 'onnxruntime-web', 'webgpu', 'echarts'])
      expect(existsSync(join(modules, name)), name).toBe(false);
    expect(existsSync(join(modules, 'hpa-kit/node_modules'))).toBe(false);
  });

  describe.each(RELEASES)('Node %s', (release) => {
    it.each(Object.entries(JOBS))('does the whole job in %s', (name, script) => {
      const node = join(tools, 'node_modules', `node-${release}`, binary);
      expect(project.run('version.cjs', 'console.log(process.versions.node)', node)).toMatch(
        RegExp(`^${release}\\.`),
      );
      expectJobDone(project.run(name, script, node));
    });
  });

  describe.each([
    ['bundler', 'esnext'],
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
  ])('under moduleResolution %s', (moduleResolution, module) => {
    const files = ['types.mts', 'types.cts'];
    /** TypeScript's complaints about all declarations, but for those of tfjs, which contradict each other. */
    const complaints = (script: string, options: { lib: string[]; types: string[] }) => {
      for (const name of files) writeFileSync(join(project.dir, name), script);
      const found = project.complaints(files, { moduleResolution, module, skipLibCheck: false, ...options });
      return found.filter((line) => !/^node_modules\/@(tensorflow|webgpu)\//.test(line));
    };

    it('types a page, without the types of Node', () => {
      const lib = ['es2022', 'dom', 'dom.iterable'];
      expect(complaints(TYPED.anywhere, { lib, types: [] })).toEqual([]);
    });

    it('types a script for Node, without the types of pages', () => {
      expect(complaints(TYPED.node, { lib: ['es2023'], types: ['node'] })).toEqual([]);
    });
  });
});
