/** Where things are in the app that gets native TensorFlow. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export const TFJS_NODE = '@tensorflow/tfjs-node';

/** The folder of a package as a file in `from` would import it; undefined where it is not installed. */
export function packageFolder(from: string, name: string): string | undefined {
  try {
    return dirname(realpathSync(createRequire(join(from, 'package.json')).resolve(`${name}/package.json`)));
  } catch {
    return undefined;
  }
}

export interface PackageJson {
  version?: string;
  [group: string]: unknown;
}

export function readPackage(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
}

/** Where tfjs-node 4 looks for its binding, on every Node that this package supports. */
export function bindingFile(tfjsNode: string): string {
  return join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node');
}

/** The lock file of a package manager other than npm, where the app has one. */
export function foreignLockFile(app: string): string | undefined {
  return ['pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'].find((name) => existsSync(join(app, name)));
}
