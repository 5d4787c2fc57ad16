/** Compiles tfjs-node's binding against TensorFlow's C library, and puts both where tfjs-node looks for them. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { answers, runOrFail } from '../run';
import { linkOrCopy } from './snapshot';
import { bindingFile } from './paths';
import { LIBRARIES, type Library } from './tensorflow';

/** Node-API is the same C interface in every Node that this package supports, so any copy of its headers will do. */
export const HEADERS_PACKAGE = 'node-api-headers';

/** The folder of `node_api.h` that came with Node. */
export function findHeaders(): string | undefined {
  const prefix = join(dirname(process.execPath), '..');
  return [prefix, '/usr', '/usr/local']
    .map((folder) => join(folder, 'include', 'node'))
    .find((folder) => existsSync(join(folder, 'node_api.h')));
}

/** The first C++17 compiler here. */
export async function findCompiler(): Promise<string | undefined> {
  const names = [process.env['CXX'] ?? '', 'g++', 'c++', 'clang++'].filter(Boolean);
  for (const name of names) {
    const program = '#include <string_view>\nint main() { return std::string_view("").size(); }\n';
    if (await answers(name, ['-std=c++17', '-fsyntax-only', '-x', 'c++', '-'], program)) return name;
  }
  return undefined;
}

export interface BuildOptions {
  tfjsNode: string;
  library: Library;
  compiler: string;
  headers: string;
  /** A folder of our own on the same file system as tfjs-node. */
  work: string;
  signal: AbortSignal;
}

/** Existing files are replaced, never written into: they may be hard links. */
export async function build(options: BuildOptions): Promise<void> {
  const { tfjsNode, library, compiler, headers, work, signal } = options;
  const libraries = join(tfjsNode, 'deps', 'lib');
  mkdirSync(libraries, { recursive: true });
  for (const [i, name] of LIBRARIES.entries()) {
    const target = join(libraries, name);
    rmSync(target, { force: true });
    if (library.temporary) renameSync(library.files[i]!, target);
    else linkOrCopy(library.files[i]!, target);
  }

  const sources = readdirSync(join(tfjsNode, 'binding')).filter((name) => name.endsWith('.cc'));
  const output = join(work, 'tfjs_binding.node');
  const args = [
    ['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding'],
    [`-I${library.include}`, `-I${headers}`],
    sources.map((name) => join(tfjsNode, 'binding', name)),
    ['-o', output, `-L${libraries}`, ...LIBRARIES.map((name) => `-l:${name}`)],
    // Found beside the binding, wherever the app is moved.
    ['-Wl,-rpath,$ORIGIN/../../deps/lib'],
  ].flat();
  await runOrFail(compiler, args, { signal });
  const binding = bindingFile(tfjsNode);
  mkdirSync(dirname(binding), { recursive: true });
  rmSync(binding, { force: true });
  renameSync(output, binding);
}
