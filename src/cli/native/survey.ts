/** Looks at what is there for `hpa-kit native`, and changes nothing. */
import { existsSync, realpathSync, statfsSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { run } from '../run';
import { findCompiler, findHeaders, HEADERS_PACKAGE } from './build';
import { foreignLockFile, packageFolder, readPackage, TFJS_NODE } from './paths';
import { findTools, libraryIn, TENSORFLOW, wheelFault, type Source, type Tools } from './tensorflow';

export interface Check {
  ok: boolean;
  /** What was found, or what to do where it was not. */
  text: string;
}

export interface Survey {
  checks: Check[];
  /** The app's own copy of hpa-kit. */
  hpaKit: string | undefined;
  /** The release of tfjs-node that belongs to the app's tfjs-core. */
  version: string | undefined;
  /** tfjs-node's folder where that release of it is there already. */
  tfjsNode: string | undefined;
  compiler: string | undefined;
  /** Without them the package of headers is fetched. */
  headers: string | undefined;
  tools: Tools;
}

/** GiB that it takes: the wheel, its library and headers unpacked. */
const SPACE = { pip: 1.4, wheel: 1.1, folder: 0.9 };

export async function survey(app: string, source: Source): Promise<Survey> {
  const checks: Check[] = [];
  const check = (ok: boolean, found: string, remedy: string) => {
    checks.push({ ok, text: ok ? found : remedy });
  };

  const hpaKit = packageFolder(app, 'hpa-kit');
  const core = hpaKit && packageFolder(hpaKit, '@tensorflow/tfjs-core');
  const version = core && readPackage(core).version;
  check(
    hpaKit !== undefined && existsSync(join(app, 'node_modules')),
    'hpa-kit is installed in this app',
    `hpa-kit is not installed in ${app}. Run \`npm install hpa-kit @tensorflow/tfjs-core @tensorflow/tfjs-layers\` there first`,
  );
  if (hpaKit !== undefined)
    check(
      version !== undefined,
      `tfjs-core ${version ?? ''}`,
      'tfjs-core is not installed. Run `npm install @tensorflow/tfjs-core @tensorflow/tfjs-layers`',
    );

  const present = hpaKit && packageFolder(hpaKit, TFJS_NODE);
  const tfjsNode = present !== undefined && readPackage(present).version === version ? present : undefined;
  if (tfjsNode === undefined) await checkNpm(app, version, check);
  else
    check(
      isInside(tfjsNode, join(app, 'node_modules')),
      `${TFJS_NODE} is there, without a binding that works`,
      `${TFJS_NODE} is a link to ${tfjsNode}, outside this app: run this in the app that it belongs to`,
    );

  const compiler = await findCompiler();
  check(
    compiler !== undefined,
    `a C++17 compiler: ${compiler ?? ''}`,
    'no C++17 compiler was found. Install one (`apt-get install g++`, `dnf install gcc-c++`), or name it in CXX',
  );
  const headers = findHeaders();
  check(
    true,
    headers ? `Node-API headers: ${headers}` : `Node-API headers: from npm's ${HEADERS_PACKAGE}`,
    '',
  );

  const tools = await findTools(source);
  await checkSource(source, tools, check);
  if (existsSync(join(app, 'node_modules'))) checkSpace(source, join(app, 'node_modules'), check);
  return { checks, hpaKit, version, tfjsNode, compiler, headers, tools };
}

type AddCheck = (ok: boolean, found: string, remedy: string) => void;

async function checkNpm(app: string, version: string | undefined, check: AddCheck): Promise<void> {
  const lock = foreignLockFile(app);
  if (lock !== undefined) {
    const spec = `${TFJS_NODE}@${version ?? '4'}`;
    const remedy = `this app has a ${lock}, so npm is not let at it. Add ${spec} to it with your package manager and without running its scripts, then run this again`;
    check(false, '', remedy);
    return;
  }
  const prefix = await run('npm', ['prefix'], { cwd: app }).catch(() => undefined);
  check(prefix?.code === 0, 'npm', 'npm was not found on the PATH');
  const root = prefix?.stdout.trim() ?? '';
  if (prefix?.code === 0 && realpathSync(root) !== app)
    check(false, '', `npm installs for this folder in ${root}: run this there`);
}

async function checkSource(source: Source, tools: Tools, check: AddCheck): Promise<void> {
  if (source.kind === 'pip') {
    const { pip, unpack } = tools;
    check(
      pip !== undefined && unpack !== undefined,
      `TensorFlow: ${TENSORFLOW} by \`${pip?.join(' ') ?? ''}\``,
      'pip was not found, nor what unpacks a wheel. Install python3 with pip (`apt-get install python3-pip`), or name a wheel with --wheel or a folder with --tensorflow',
    );
  } else if (source.kind === 'wheel') {
    const fault = await wheelFault(source.file, tools);
    check(fault === undefined, `TensorFlow: ${source.file}`, `${source.file} can't be used: ${fault ?? ''}`);
  } else {
    check(
      libraryIn(source.folder) !== undefined,
      `TensorFlow: ${source.folder}`,
      `${source.folder} can't be used: neither it nor its tensorflow folder holds libtensorflow_cc.so.2, libtensorflow_framework.so.2 and include/`,
    );
  }
}

function checkSpace(source: Source, modules: string, check: AddCheck): void {
  const { bavail, bsize } = statfsSync(modules);
  const sameFileSystem =
    source.kind === 'folder' &&
    existsSync(source.folder) &&
    statSync(source.folder).dev === statSync(modules).dev;
  const [free, needed] = [(bavail * bsize) / 2 ** 30, sameFileSystem ? 0.1 : SPACE[source.kind]];
  check(
    free >= needed,
    `${needed} GiB of disk space`,
    `it takes ${needed} GiB of disk space and only ${free.toFixed(1)} GiB are free in ${modules}`,
  );
}

function isInside(file: string, folder: string): boolean {
  return existsSync(folder) && file.startsWith(realpathSync(folder) + sep);
}
