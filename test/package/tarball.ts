/** The package as users get it: packed, and unpacked or installed into a project of its own. */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Project {
  dir: string;
  /** Files of the package, relative to it. */
  files: string[];
  /** Writes a script into the project and runs it with Node; answers its standard output. */
  run(name: string, script: string, node?: string): string;
  /** Complaints of TypeScript about the files of the project, and about all types that they use. */
  complaints(files: string[], options: Record<string, unknown>): string[];
  remove(): void;
}

/** The dependencies are those of the repository, linked: quick, and without a network. */
export function packIntoProject(): Project {
  const { project, tarball } = packed();
  const modules = join(project.dir, 'node_modules');
  mkdirSync(modules);
  execFileSync('tar', ['-xzf', tarball], { cwd: project.dir });
  renameSync(join(project.dir, 'package'), join(modules, 'hpa-kit'));
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
  return project;
}

/** As `npm install hpa-kit` does it: the dependencies come from the registry, and the optional ones stay away. */
export function installIntoProject(): Project {
  const { project, tarball } = packed();
  writeFileSync(join(project.dir, 'package.json'), '{ "private": true }');
  npm(project.dir, 'install', `./${tarball}`);
  return project;
}

/** npm is a script of its own; on Windows it takes a shell to start it. */
export function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, NPM_CONFIG_AUDIT: 'false', NPM_CONFIG_FUND: 'false' },
  });
}

export function emptyFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'hpa-kit-package-')));
}

function packed(): { project: Project; tarball: string } {
  const dir = emptyFolder();
  const answer = npm(root, 'pack', '--ignore-scripts', '--json', '--pack-destination', dir);
  const [{ filename, files }] = JSON.parse(answer) as [{ filename: string; files: { path: string }[] }];
  const project: Project = {
    dir,
    files: files.map(({ path }) => path),
    run(name, script, node = process.execPath) {
      writeFileSync(join(dir, name), script);
      return execFileSync(node, [name], { cwd: dir, encoding: 'utf8', timeout: 120_000 });
    },
    complaints(names, options) {
      const compilerOptions = { strict: true, target: 'es2022', noEmit: true, types: [], ...options };
      writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: names }));
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      try {
        execFileSync(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], { cwd: dir, stdio: 'pipe' });
        return [];
      } catch (error) {
        const { stdout } = error as { stdout: Buffer };
        // Details of a complaint are indented.
        return stdout
          .toString()
          .split('\n')
          .filter((line) => /^\S/.test(line));
      }
    },
    remove() {
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return { project, tarball: filename };
}
