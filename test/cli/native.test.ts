import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeSnapshot } from '../../src/cli/native/snapshot';
import { App, builtCli, canBuildNative, contents, interruptCli, runCli } from './app';

let app: App;
beforeEach(() => {
  app = new App();
});
afterEach(() => {
  app.remove();
});

/** Runs a try that must fail and leave no trace. */
function expectUndone(args: string[], said: RegExp): string {
  const before = contents(app.dir);
  const { code, stdout, stderr } = app.run('native', ...args);
  expect(code).toBe(1);
  expect(stdout + stderr).toMatch(said);
  expect(contents(app.dir)).toEqual(before);
  return stdout;
}

describe.skipIf(!canBuildNative)('hpa-kit native', () => {
  it('says what is there and what it would do, and changes nothing, in a dry run', () => {
    const tensorflow = app.addTensorflow('tensorflow', 'no library', false);
    const before = contents(app.dir);
    const { code, stdout } = app.run('native', '--dry-run', '--tensorflow', tensorflow);
    expect(stdout).toMatch(/✓ hpa-kit is installed.*✓ tfjs-core 4\..*✓ a C\+\+17 compiler: g\+\+/s);
    expect(stdout).toMatch(/1\. Take .*2\. Run `npm install --save-optional .*3\. Compile .*4\. Train /s);
    expect(stdout).toContain('Dry run: nothing was changed.');
    expect(code).toBe(0);
    expect(contents(app.dir)).toEqual(before);
    expect(app.run('native', '--dry-run', '--no-save', '--tensorflow', tensorflow).stdout).toContain(
      '--no-save',
    );
  });

  it('refuses a file that is no wheel, a wheel without TensorFlow and a folder without it', () => {
    app.addUnbuiltTfjsNode();
    const garbage = app.write('garbage.whl', 'not a zip file');
    expectUndone(['--wheel', garbage], /✗ .*garbage\.whl can't be used: it is not a wheel/);
    expectUndone(['--wheel', 'none.whl'], /✗ .*none\.whl can't be used: there is no such file/);
    const wheel = join(app.dir, 'other.whl');
    execFileSync('python3', ['-m', 'zipfile', '-c', wheel, garbage]);
    expectUndone(['--wheel', wheel], /does not hold tensorflow\/libtensorflow_cc\.so\.2/);
    expectUndone(['--tensorflow', app.dir], /✗ .* can't be used: neither it nor its tensorflow folder holds/);
  });

  it('names the remedy outside an app, in one without hpa-kit and in one of another package manager', () => {
    const empty = realpathSync(mkdtempSync(join(tmpdir(), 'hpa-kit-cli-')));
    expect(runCli(['native'], builtCli, empty).stderr).toContain(`there is no package.json in ${empty}`);
    writeFileSync(join(empty, 'package.json'), '{}');
    const { stdout, code } = runCli(['native', '--dry-run', '--tensorflow', empty], builtCli, empty);
    expect(stdout).toContain('Run `npm install hpa-kit @tensorflow/tfjs-core');
    expect(code).toBe(1);
    rmSync(empty, { recursive: true });
    app.write('pnpm-lock.yaml', '');
    expectUndone(['--tensorflow', app.dir], /✗ this app has a pnpm-lock\.yaml/);
  });

  it('undoes a build that fails, and clears away what a killed try has left', () => {
    app.addUnbuiltTfjsNode();
    const tensorflow = app.addTensorflow('garbage', 'no library', false);
    const output = expectUndone(['--tensorflow', tensorflow], /g\+\+.* failed \(1\)/);
    expect(output).toContain('[2/3] Compile');
    expect(output).toContain('Undone');
    const killed = join(app.dir, 'node_modules', '.hpa-kit-native-999999999');
    mkdirSync(killed);
    const before = contents(app.dir);
    expect(app.run('native', '--tensorflow', tensorflow).code).toBe(1);
    delete before['node_modules/.hpa-kit-native-999999999'];
    expect(contents(app.dir)).toEqual(before);
  });

  it('undoes a build that compiles and does not work', () => {
    app.addUnbuiltTfjsNode();
    const tensorflow = app.addTensorflow('stub', '', true);
    const output = expectUndone(
      ['--tensorflow', tensorflow],
      /the build does not work: .*undefined symbol: TF_Nothing/,
    );
    expect(output).toContain('[3/3] Train');
  });

  it('undoes on Ctrl-C', async () => {
    // A pip that never ends.
    app.write('bin/python3', '#!/bin/sh\ncase "$*" in *download*) sleep 60 ;; esac\n');
    chmodSync(join(app.dir, 'bin', 'python3'), 0o755);
    const before = contents(app.dir);
    const env = { ...process.env, PATH: [join(app.dir, 'bin'), process.env['PATH']].join(delimiter) };
    const { cli, dir: cwd } = app;
    const { code, stderr } = await interruptCli(['native'], { cli, cwd, env, after: '[1/4] Download' });
    expect(stderr).toContain('interrupted by SIGINT');
    expect(code).toBe(130);
    expect(contents(app.dir)).toEqual(before);
  });
});

describe('a snapshot of an app', () => {
  it('puts back what a package manager has added, removed, replaced and rewritten', () => {
    app.write('node_modules/.package-lock.json', '{ "packages": 1 }');
    app.write('node_modules/a/index.js', 'a');
    app.write('node_modules/b/index.js', 'b');
    const before = contents(app.dir);
    const store = join(app.dir, 'node_modules', '.store');
    mkdirSync(store);
    const undo = takeSnapshot(app.dir, store);
    app.write('node_modules/.package-lock.json', '{ "packages": 2 }');
    rmSync(join(app.dir, 'node_modules/a'), { recursive: true });
    rmSync(join(app.dir, 'node_modules/b/index.js'));
    app.write('node_modules/b/index.js', 'b 2');
    app.write('node_modules/c/index.js', 'c');
    app.write('package.json', '{}');
    rmSync(join(app.dir, 'package-lock.json'));
    app.write('npm-shrinkwrap.json', '{}');
    undo();
    expect(contents(app.dir)).toEqual(before);
  });
});

/**
 * The whole of it: minutes, and packages from npm's registry. Asked for by the folder of an unpacked
 * tensorflow-cpu wheel in HPA_KIT_TEST_TENSORFLOW.
 */
const tensorflow = process.env['HPA_KIT_TEST_TENSORFLOW'];
describe.skipIf(!canBuildNative || !tensorflow)('hpa-kit native, with TensorFlow', () => {
  it('installs it, finds it working, and undoes a try that comes to nothing', { timeout: 600_000 }, () => {
    const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hpa-kit-cli-')));
    const sh = (command: string, ...args: string[]) =>
      execFileSync(command, args, { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      writeFileSync(join(dir, 'package.json'), '{}');
      execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', dir], { stdio: 'ignore' });
      const flags = ['--no-audit', '--no-fund', '@tensorflow/tfjs-core@4', '@tensorflow/tfjs-layers@4'];
      sh('sh', '-c', `npm install ${flags.join(' ')} ./hpa-kit-*.tgz`);
      const cli = join(dir, 'node_modules', 'hpa-kit', 'dist', 'cli.js');

      const before = contents(dir);
      const stub = app.addTensorflow('stub', '', true);
      expect(runCli(['native', '--tensorflow', stub], cli, dir).stderr).toMatch(/g\+\+|does not work/);
      expect(contents(dir)).toEqual(before);

      const { code, stdout } = runCli(['native', '--tensorflow', tensorflow!], cli, dir);
      expect(stdout).toMatch(/Done: TensorFlow 2\.\d+\.\d+ trains to the right losses/);
      expect(code).toBe(0);
      expect(sh('cat', 'package.json')).toContain('"optionalDependencies"');
      expect(runCli(['native'], cli, dir)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('works here already: nothing to do') as string,
      });
      const script = `const { useEngine } = require('hpa-kit/node');
        useEngine().then((engine) => console.log(engine.name));`;
      expect(sh(process.execPath, '-e', script)).toBe('native\n');
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
