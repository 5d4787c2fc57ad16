/** `hpa-kit native`: installs @tensorflow/tfjs-node from a tensorflow-cpu Python wheel. */
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { readOptions } from '../arguments';
import { CliError, UsageError } from '../errors';
import { runProbe } from '../run-probe';
import { describe, install } from './install';
import { bindingFile, packageFolder, TFJS_NODE } from './paths';
import { survey } from './survey';
import { TENSORFLOW, type Source } from './tensorflow';

const HELP = `Installs @tensorflow/tfjs-node, the 'native' engine, in the app of the current folder,
with the TensorFlow of a tensorflow-cpu Python wheel. For Linux x64, where the
download of \`npm install @tensorflow/tfjs-node\` cannot be reached.

Usage: npx hpa-kit native [options]

Says what is there and what it will do, does it, and verifies the result by training
a small network. If a step fails, or on Ctrl-C, node_modules, package.json and the lock
file are put back as they were.

It needs a C++17 compiler (g++) and npm; neither node-gyp nor make.

TensorFlow comes from pip (${TENSORFLOW}, by your pip's settings), or from:
  --wheel FILE       a tensorflow-cpu wheel (.whl) for Linux x64, of any Python version
  --tensorflow DIR   an unpacked wheel, or a site-packages folder with tensorflow in it;
                     its library is hard-linked where possible, else copied

Options:
  --dry-run   say what is there and what would be done, and change nothing
  --no-save   leave package.json and the lock file alone; the next \`npm install\` then
              removes tfjs-node again. Without it, it becomes an optional dependency:
              \`npm ci\` goes on without it where it can't be downloaded
  --help      print this

Exit code: 0 when 'native' works (or would be tried), 1 when not, 2 for a wrong option.
\`npm uninstall @tensorflow/tfjs-node\` takes it away.
`;

export async function native(args: string[]): Promise<number> {
  const options = readOptions('native', args, {
    wheel: { type: 'string' },
    tensorflow: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    'no-save': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const source = sourceOf(options.wheel, options.tensorflow);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  checkPlatform();
  const app = realpathSync(process.cwd());
  if (!existsSync(join(app, 'package.json')))
    throw new CliError(`there is no package.json in ${app}. Run this in the folder of your app`);
  const signal = untilInterrupted();

  if (await alreadyWorks(app, say, signal)) return 0;
  const found = await survey(app, source);
  say('Here:');
  for (const { ok, text } of found.checks) say(`  ${ok ? '✓' : '✗'} ${text}`);
  const { hpaKit, version, compiler } = found;
  if (!hpaKit || !version || !compiler || found.checks.some(({ ok }) => !ok))
    throw new CliError('native TensorFlow can not be installed here yet (see ✗). Nothing was changed');
  const plan = { ...found, app, hpaKit, version, compiler, source, save: !options['no-save'] };
  say(`\nTo be done in ${app}:`);
  for (const [i, step] of describe(plan).entries()) say(`  ${i + 1}. ${step}`);
  say('If a step fails, or on Ctrl-C, everything is put back as it was.');
  if (options['dry-run']) {
    say('\nDry run: nothing was changed.');
    return 0;
  }
  say('');
  const verified = await install(plan, say, signal);
  say(`\nDone: ${verified}. \`useEngine()\` now takes 'native'.`);
  return 0;
}

function sourceOf(wheel: string | undefined, folder: string | undefined): Source {
  if (wheel !== undefined && folder !== undefined)
    throw new UsageError('--wheel and --tensorflow exclude each other', 'native');
  if (wheel !== undefined) return { kind: 'wheel', file: resolve(wheel) };
  return folder === undefined ? { kind: 'pip' } : { kind: 'folder', folder: resolve(folder) };
}

function checkPlatform(): void {
  const { platform, arch } = process;
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  const glibc = header?.glibcVersionRuntime;
  const [, minor = 0] = glibc?.split('.').map(Number) ?? [];
  if (platform === 'linux' && arch === 'x64' && minor >= 27) return;
  const libc = platform === 'linux' ? `, ${glibc ? `glibc ${glibc}` : 'without glibc'}` : '';
  throw new CliError(
    `\`hpa-kit native\` is for Linux x64 with glibc 2.27 or later, and this is ${platform} ${arch}${libc}. ` +
      `Run \`npm install ${TFJS_NODE}\`, which downloads TensorFlow where there is one for this platform, ` +
      "or use the 'wasm' engine, which needs no native code",
  );
}

async function alreadyWorks(app: string, say: (line: string) => void, signal: AbortSignal): Promise<boolean> {
  const hpaKit = packageFolder(app, 'hpa-kit');
  const tfjsNode = hpaKit && packageFolder(hpaKit, TFJS_NODE);
  if (!hpaKit || !tfjsNode || !existsSync(bindingFile(tfjsNode))) return false;
  const cli = join(hpaKit, 'dist', 'cli.js');
  const result = await runProbe({ cli, engine: 'native', cwd: app, timeoutSeconds: 180, signal });
  const { available } = result;
  if (available)
    say(`Native TensorFlow ${result.details.tensorflow ?? ''} works here already: nothing to do.`);
  else say(`${TFJS_NODE} is here and does not work: ${result.reason}`);
  return available;
}

/** Aborts on the signals that end a program, so that it can undo first. */
function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      controller.abort(new CliError(`interrupted by ${name}`, 128 + constants.signals[name]));
    });
  }
  return controller.signal;
}
