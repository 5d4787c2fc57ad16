/** The package as users get it: packed, unpacked into a project of its own, dependencies linked beside it. */
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
  run(name: string, script: string): string;
  remove(): void;
}

export function packIntoProject(): Project {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hpa-kit-package-')));
  // npm is a script of its own; on Windows it takes a shell to start it.
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', dir], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
  const modules = join(dir, 'node_modules');
  mkdirSync(modules);
  execFileSync('tar', ['-xzf', filename], { cwd: dir });
  renameSync(join(dir, 'package'), join(modules, 'hpa-kit'));
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
  return {
    dir,
    files: files.map(({ path }) => path),
    run(name, script) {
      writeFileSync(join(dir, name), script);
      return execFileSync(process.execPath, [name], { cwd: dir, encoding: 'utf8', timeout: 120_000 });
    },
    remove() {
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
