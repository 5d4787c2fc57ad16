/** Keeps an app's packages as they are, so that they can be put back. */
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { basename, join } from 'node:path';

const FILES = ['package.json', 'package-lock.json', 'npm-shrinkwrap.json'];

/**
 * Keeps an app's `node_modules`, as hard links, and the files in which npm writes what is installed. Here and
 * in putting it back all is synchronous, so that no signal comes between.
 *
 * @param store a folder directly in `node_modules`, which is itself left out
 * @returns puts everything back, byte for byte
 */
export function takeSnapshot(app: string, store: string): () => void {
  const modules = join(app, 'node_modules');
  const packages = () => readdirSync(modules).filter((name) => name !== basename(store));
  const before = join(store, 'before');
  const { atime, mtime } = statSync(modules);
  const names = packages();
  mkdirSync(before);
  for (const name of names) copy(join(modules, name), join(before, name));
  const files = FILES.map((name) => join(app, name)).map((file) => ({
    file,
    bytes: existsSync(file) ? readFileSync(file) : undefined,
  }));

  return () => {
    for (const name of packages()) rmSync(join(modules, name), { recursive: true, force: true });
    for (const name of names) renameSync(join(before, name), join(modules, name));
    for (const { file, bytes } of files) {
      if (bytes === undefined) rmSync(file, { force: true });
      else if (!existsSync(file) || !readFileSync(file).equals(bytes)) writeFileSync(file, bytes);
    }
    rmSync(store, { recursive: true, force: true });
    utimesSync(modules, atime, mtime);
  };
}

function copy(from: string, to: string): void {
  const stats = lstatSync(from);
  if (stats.isDirectory()) {
    copyFolder(from, to, stats);
  } else if (stats.isSymbolicLink()) {
    symlinkSync(readlinkSync(from), to);
  } else if (basename(from) === '.package-lock.json') {
    // npm writes its own list in place: a hard link would change with it.
    copyFileSync(from, to);
    utimesSync(to, stats.atime, stats.mtime);
  } else {
    linkOrCopy(from, to);
  }
}

function copyFolder(from: string, to: string, { mode, atime, mtime }: Stats): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) copy(join(from, name), join(to, name));
  chmodSync(to, mode);
  utimesSync(to, atime, mtime);
}

/** A hard link; where the file system has none, a copy. */
export function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  }
}
