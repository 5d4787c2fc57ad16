/** The steps of `hpa-kit native`, and how they are undone. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../errors';
import { runOrFail } from '../run';
import { runProbe } from '../run-probe';
import { build, HEADERS_PACKAGE } from './build';
import { packageFolder, readPackage, TFJS_NODE } from './paths';
import { takeSnapshot } from './snapshot';
import { getLibrary, TENSORFLOW, type Source, type Tools } from './tensorflow';

/** All that is settled before anything is changed. */
export interface Plan {
  app: string;
  hpaKit: string;
  version: string;
  tfjsNode: string | undefined;
  compiler: string;
  headers: string | undefined;
  tools: Tools;
  source: Source;
  save: boolean;
}

const WORK = '.hpa-kit-native-';
const VERIFY_SECONDS = 180;

/** Each step in words, in the order of `install`. */
export function describe(plan: Plan): string[] {
  const { app, tfjsNode, source, compiler, headers } = plan;
  const folder = tfjsNode ?? join(app, 'node_modules', TFJS_NODE);
  return [
    {
      pip: `Download ${TENSORFLOW} with pip (274 MB) and unpack its C library (853 MB)`,
      wheel: source.kind === 'wheel' ? `Unpack TensorFlow's C library from ${source.file} (853 MB)` : '',
      folder: source.kind === 'folder' ? `Take TensorFlow's C library from ${source.folder}` : '',
    }[source.kind],
    ...(tfjsNode === undefined ? [`Run \`npm ${npmArgs(plan).join(' ')}\``] : []),
    `Compile tfjs-node's binding with ${compiler}${headers ? '' : ` and the headers of ${HEADERS_PACKAGE}`}; it and the library go into ${folder}`,
    'Train a small network with it, in a process of its own, to known losses',
  ];
}

/** @throws CliError when a step fails or by the signal; everything is then as it was */
export async function install(plan: Plan, say: (line: string) => void, signal: AbortSignal): Promise<string> {
  const { app, tools, source } = plan;
  const modules = join(app, 'node_modules');
  const titles = describe(plan);
  let step = 0;
  const next = () => {
    signal.throwIfAborted();
    say(`[${step + 1}/${titles.length}] ${titles[step] ?? ''}`);
    step++;
  };

  const work = join(modules, `${WORK}${process.pid}`);
  removeLeftovers(modules);
  mkdirSync(work);
  let undo = () => {
    rmSync(work, { recursive: true, force: true });
  };
  try {
    next();
    const library = await getLibrary(source, tools, work, signal);
    const headers = plan.headers ?? (await fetchHeaders(work, signal));
    undo = takeSnapshot(app, work);
    let { tfjsNode } = plan;
    if (tfjsNode === undefined) {
      next();
      tfjsNode = await installPackage(plan, signal);
    }
    next();
    await build({ ...plan, tfjsNode, library, headers, work, signal });
    next();
    const words = await verify(plan, signal);
    rmSync(work, { recursive: true, force: true });
    return words;
  } catch (error) {
    try {
      undo();
    } catch (cause) {
      const message = `Putting things back failed: ${String(cause)}. What was there before is in ${work}`;
      throw new CliError(message, 1, { cause: error });
    }
    say('Undone: node_modules, package.json and its lock file are as they were.');
    throw error;
  }
}

/** What a try that was killed has left. */
function removeLeftovers(modules: string): void {
  for (const name of readdirSync(modules).filter((entry) => entry.startsWith(WORK))) {
    const pid = Number(name.slice(WORK.length));
    if (isRunning(pid)) throw new CliError(`another \`hpa-kit native\` is at work here (process ${pid})`);
    rmSync(join(modules, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function fetchHeaders(work: string, signal: AbortSignal): Promise<string> {
  const folder = join(work, 'headers');
  mkdirSync(folder);
  const flags = ['--prefix', folder, '--ignore-scripts', '--no-save', '--no-audit', '--no-fund'];
  await runOrFail('npm', ['install', ...flags, HEADERS_PACKAGE], { cwd: folder, signal });
  return join(folder, 'node_modules', HEADERS_PACKAGE, 'include');
}

/**
 * Optional, so that `npm ci` goes on where TensorFlow can't be downloaded. Where the app lists it, it stays in
 * that list; npm would take it out of a library's peers, so then nothing is saved.
 */
function npmArgs({ app, version, save }: Plan): string[] {
  const lists = readPackage(app);
  const isIn = (...groups: string[]) => groups.some((group) => TFJS_NODE in Object(lists[group] ?? {}));
  const flags = [
    ...(isIn('dependencies', 'devDependencies', 'optionalDependencies') ? [] : ['--save-optional']),
    ...(save && !isIn('peerDependencies') ? [] : ['--no-save']),
  ];
  return ['install', ...flags, '--ignore-scripts', '--no-audit', '--no-fund', `${TFJS_NODE}@${version}`];
}

async function installPackage(plan: Plan, signal: AbortSignal): Promise<string> {
  await runOrFail('npm', npmArgs(plan), { cwd: plan.app, signal });
  const folder = join(plan.app, 'node_modules', TFJS_NODE);
  if (!existsSync(folder)) throw new CliError(`npm did not put ${TFJS_NODE} into node_modules`);
  const tfjs = packageFolder(folder, '@tensorflow/tfjs');
  const [own, theirs] = [plan.hpaKit, tfjs ?? folder].map((from) =>
    packageFolder(from, '@tensorflow/tfjs-core'),
  );
  if (own !== theirs)
    throw new CliError(
      `${TFJS_NODE} got a copy of tfjs-core of its own (${String(theirs)}) beside ${String(own)}`,
    );
  return folder;
}

async function verify({ app, hpaKit }: Plan, signal: AbortSignal): Promise<string> {
  const cli = join(hpaKit, 'dist', 'cli.js');
  const result = await runProbe({ cli, engine: 'native', cwd: app, timeoutSeconds: VERIFY_SECONDS, signal });
  if (!result.available) throw new CliError(`the build does not work: ${result.reason}`);
  const rate = result.imagesPerSecond?.toPrecision(3);
  return `TensorFlow ${result.details.tensorflow ?? ''} trains to the right losses${rate ? `, at ${rate} images/s` : ''}`;
}
