/** Gets TensorFlow's C library and its headers out of a tensorflow-cpu Python wheel. */
import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CliError } from '../errors';
import { answers, run, runOrFail } from '../run';

/** The release that this command is tried with, and the wheel of it that is asked for: any Python's will do. */
export const TENSORFLOW = 'tensorflow-cpu==2.21.0';
const WHEEL_TAGS = [
  ['--implementation', 'cp'],
  ['--python-version', '3.12'],
  ['--abi', 'cp312'],
  ['--platform', 'manylinux_2_27_x86_64'],
].flat();

export const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;
const HEADER = 'include/tensorflow/c/c_api.h';
const UNPACKED = ['tensorflow/include/tensorflow/', 'tensorflow/include/tsl/', 'tensorflow/include/xla/'];

/** Where TensorFlow comes from. */
export type Source = { kind: 'pip' } | { kind: 'wheel'; file: string } | { kind: 'folder'; folder: string };

/** Programs that the source needs. */
export interface Tools {
  pip: readonly string[] | undefined;
  unpack: 'python3' | 'unzip' | undefined;
}

export interface Library {
  include: string;
  files: string[];
  /** The files are only there for this and may be moved. */
  temporary: boolean;
}

/** Looks only for what the source needs. */
export async function findTools({ kind }: Source): Promise<Tools> {
  const tools: Tools = { pip: undefined, unpack: undefined };
  if (kind === 'folder') return tools;
  if (await answers('python3', ['-c', 'import zipfile'])) tools.unpack = 'python3';
  else if (await answers('unzip', ['-v'])) tools.unpack = 'unzip';
  if (kind === 'wheel') return tools;
  for (const [command = '', ...args] of [['python3', '-m', 'pip'], ['pip3'], ['pip']])
    if (!tools.pip && (await answers(command, [...args, '--version']))) tools.pip = [command, ...args];
  return tools;
}

/** The library in an unpacked wheel, a site-packages folder, or its `tensorflow` folder; undefined if not all is there. */
export function libraryIn(folder: string): Omit<Library, 'temporary'> | undefined {
  for (const root of [folder, join(folder, 'tensorflow')]) {
    const files = LIBRARIES.map((name) => join(root, name));
    if ([...files, join(root, HEADER)].every((file) => existsSync(file)))
      return { include: join(root, 'include'), files: files.map((file) => realpathSync(file)) };
  }
  return undefined;
}

/** What keeps the file from being a wheel of TensorFlow; undefined if nothing does. */
export async function wheelFault(file: string, { unpack }: Tools): Promise<string | undefined> {
  if (!existsSync(file) || !statSync(file).isFile()) return 'there is no such file';
  if (!unpack) return 'it takes python3 or unzip to unpack it, and neither is here';
  const list =
    unpack === 'python3'
      ? ['-c', 'import sys, zipfile; print("\\n".join(zipfile.ZipFile(sys.argv[1]).namelist()))', file]
      : ['-Z1', file];
  const { code, stdout } = await run(unpack, list);
  if (code !== 0) return 'it is not a wheel (a zip file)';
  const names = new Set(stdout.split('\n'));
  const missing = [...LIBRARIES, HEADER].filter((name) => !names.has(`tensorflow/${name}`));
  return missing.length > 0 ? `it does not hold tensorflow/${missing.join(', tensorflow/')}` : undefined;
}

/**
 * @param work an empty folder of our own
 * @throws CliError when it can't be had
 */
export async function getLibrary(
  source: Source,
  tools: Tools,
  work: string,
  signal: AbortSignal,
): Promise<Library> {
  if (source.kind === 'folder') {
    const library = libraryIn(source.folder);
    if (!library) throw new CliError(`${source.folder} no longer holds TensorFlow`);
    return { ...library, temporary: false };
  }
  const wheel = source.kind === 'wheel' ? resolve(source.file) : await download(tools, work, signal);
  const folder = join(work, 'wheel');
  mkdirSync(folder);
  await unpack(wheel, folder, tools, signal);
  if (source.kind === 'pip') rmSync(wheel);
  const library = libraryIn(folder);
  if (!library) throw new CliError(`${wheel} does not hold TensorFlow's C library`);
  return { ...library, temporary: true };
}

async function download({ pip }: Tools, work: string, signal: AbortSignal): Promise<string> {
  const [command = 'pip', ...args] = pip ?? [];
  const folder = join(work, 'download');
  const options = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--no-input'];
  await runOrFail(command, [...args, 'download', TENSORFLOW, ...options, ...WHEEL_TAGS, '--dest', folder], {
    show: true,
    signal,
  });
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new CliError('pip downloaded no wheel');
  return join(folder, wheel);
}

// Both check the checksums.
async function unpack(wheel: string, folder: string, tools: Tools, signal: AbortSignal): Promise<void> {
  const libraries = LIBRARIES.map((name) => `tensorflow/${name}`);
  if (tools.unpack === 'unzip') {
    const members = [...libraries, ...UNPACKED.map((prefix) => `${prefix}*`)];
    await runOrFail('unzip', ['-q', wheel, ...members, '-d', folder], { signal });
    return;
  }
  const script = `import sys, zipfile
wheel, folder, *names = sys.argv[1:]
with zipfile.ZipFile(wheel) as file:
    file.extractall(folder, [name for name in file.namelist() if name.startswith(tuple(names))])`;
  await runOrFail('python3', ['-c', script, wheel, folder, ...libraries, ...UNPACKED], { signal });
}
