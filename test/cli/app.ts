/** The command line as users have it: built, installed in an app of its own. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const builtCli = join(root, 'dist', 'cli.js');

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function runCli(args: string[], cli = builtCli, cwd = root): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

/** As `runCli`, but ended by a signal once it has printed what is waited for. */
export function interruptCli(
  args: string[],
  options: { cli: string; cwd: string; after: string; env: NodeJS.ProcessEnv },
): Promise<Finished> {
  const { cli, cwd, after, env } = options;
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd, env });
    let [stdout, stderr, sent] = ['', '', false];
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (!sent && stdout.includes(after)) sent = child.kill('SIGINT');
    });
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

/** Where native TensorFlow can be installed by the command line, and there is a compiler to do it. */
export const canBuildNative =
  process.platform === 'linux' &&
  process.arch === 'x64' &&
  spawnSync('g++', ['--version']).status === 0 &&
  spawnSync('python3', ['-c', 'import zipfile']).status === 0;

/** An app with hpa-kit and tfjs, without tfjs-node. */
export class App {
  readonly dir = realpathSync(mkdtempSync(join(tmpdir(), 'hpa-kit-cli-')));
  readonly cli = join(this.dir, 'node_modules', 'hpa-kit', 'dist', 'cli.js');

  constructor() {
    this.write('package.json', '{ "name": "app",\n "private": true }\n');
    this.write('package-lock.json', '{}\n');
    const modules = join(this.dir, 'node_modules');
    for (const name of ['dist', 'package.json'])
      cpSync(join(root, name), join(modules, 'hpa-kit', name), { recursive: true });
    const link = (name: string) => {
      symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
    };
    const names = readdirSync(join(root, 'node_modules'));
    for (const name of names) if (!name.startsWith('.') && name !== '@tensorflow') link(name);
    mkdirSync(join(modules, '@tensorflow'));
    for (const name of ['tfjs-core', 'tfjs-layers', 'tfjs-backend-cpu', 'tfjs-backend-wasm'])
      link(join('@tensorflow', name));
  }

  write(path: string, content: string | Uint8Array): string {
    const file = join(this.dir, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  run(...args: string[]): Finished {
    return runCli(args, this.cli, this.dir);
  }

  /** tfjs-node as npm leaves it when its scripts do not run, cut down to what the command line touches. */
  addUnbuiltTfjsNode(): void {
    const folder = join('node_modules', '@tensorflow', 'tfjs-node');
    const { version } = JSON.parse(
      readFileSync(join(root, 'node_modules/@tensorflow/tfjs-core/package.json'), 'utf8'),
    ) as { version: string };
    this.write(join(folder, 'package.json'), JSON.stringify({ version, main: 'index.js' }));
    this.write(join(folder, 'index.js'), "require('./lib/napi-v8/tfjs_binding.node');");
    // Data, unlike a function, is looked up when the binding is loaded.
    this.write(
      join(folder, 'binding', 'a.cc'),
      'extern "C" int TF_Nothing; int *f() { return &TF_Nothing; }',
    );
    this.write(join(folder, 'lib', 'napi-v8', 'old.txt'), 'kept');
  }

  /** A folder laid out as an unpacked wheel; its libraries hold the text, or are compiled from it. */
  addTensorflow(name: string, library: string, compiled: boolean): string {
    const folder = `${this.dir}-${name}`;
    mkdirSync(join(folder, 'tensorflow', 'include', 'tensorflow', 'c'), { recursive: true });
    writeFileSync(join(folder, 'tensorflow', 'include', 'tensorflow', 'c', 'c_api.h'), '');
    for (const file of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
      const target = join(folder, 'tensorflow', file);
      if (compiled) execFileSync('g++', ['-shared', '-x', 'c++', '-', '-o', target], { input: library });
      else writeFileSync(target, library);
    }
    this.#others.push(folder);
    return folder;
  }

  remove(): void {
    for (const folder of [this.dir, ...this.#others]) rmSync(folder, { recursive: true, force: true });
  }

  readonly #others: string[] = [];
}

/** Every file below a folder, with its content and permissions. */
export function contents(folder: string, below = ''): Record<string, string> {
  const all: Record<string, string> = {};
  for (const name of readdirSync(join(folder, below)).sort()) {
    const path = join(below, name);
    const file = join(folder, path);
    const stats = lstatSync(file);
    if (stats.isSymbolicLink()) all[path] = `link to ${readlinkSync(file)}`;
    else if (stats.isDirectory()) Object.assign(all, { [path]: 'folder' }, contents(folder, path));
    else all[path] = `${stats.mode} ${readFileSync(file, 'base64')}`;
  }
  return all;
}
