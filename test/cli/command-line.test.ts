import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fasterThanChoice, type DoctorReport } from '../../src/cli/doctor';
import { listModels } from 'hpa-kit';
import type { EngineName } from 'hpa-kit/node';
import { run } from '../../src/cli/run';
import { runProbe } from '../../src/cli/run-probe';
import { runCli } from './app';

describe('hpa-kit', () => {
  it('prints its commands, each one its options, and its version', () => {
    expect(runCli(['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/doctor .*native .*models /s) as string,
      stderr: '',
    });
    for (const command of ['doctor', 'native', 'models'])
      expect(runCli([command, '--help'])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(`npx hpa-kit ${command} [options]`) as string,
      });
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(runCli(['--version']).stdout).toBe(`${version}\n`);
  });

  it.each([
    [[], 'Usage: npx hpa-kit <command>'],
    [['paint'], 'command must be one of doctor, native, models. Received "paint"'],
    [['toString'], 'command must be one of doctor, native, models. Received "toString"'],
    [['doctor', '--loud'], "Unknown option '--loud'"],
    [['doctor', 'wasm'], "Unexpected argument 'wasm'"],
    [
      ['doctor', '--engine', 'gpu'],
      '--engine must be one of native, webgpu, webgl, wasm, cpu. Received "gpu"',
    ],
    [['models', '--json', 'vgg16'], "Unexpected argument 'vgg16'"],
    [['native', '--wheel'], "Option '--wheel <value>' argument missing"],
    [['native', '--wheel', 'a.whl', '--tensorflow', 'b'], '--wheel and --tensorflow exclude each other'],
  ])('refuses %j with exit code 2', (args, message) => {
    expect(runCli(args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(message) as string,
    });
  });
});

describe('hpa-kit models', () => {
  it('lists what the registry holds', () => {
    const { code, stdout } = runCli(['models']);
    expect(code).toBe(0);
    expect(stdout.split('\n').length).toBe(listModels().length + 2);
    expect(stdout).toMatch(/^haltufBaseline +192×192×4 +194,024 +red, green, blue, yellow +1\/255 +0 +1$/m);
    expect(stdout).toMatch(/^vgg16 .* blue, green, red, yellow +1\/1 +103.939, 116.779, 123.68, 123.68 +1$/m);
    expect(JSON.parse(runCli(['models', '--json']).stdout)).toEqual(JSON.parse(JSON.stringify(listModels())));
  });
});

describe('hpa-kit doctor', () => {
  it('reports what works, how fast, and why an engine is missing', () => {
    const { code, stdout } = runCli(['doctor', '--json', '--engine', 'wasm', '--engine', 'webgl']);
    const report = JSON.parse(stdout) as DoctorReport;
    expect(code).toBe(0);
    expect(report).toMatchObject({ node: process.versions.node, choice: { available: true } });
    expect(report.engines.map(({ name }) => name)).toEqual(['webgl', 'wasm']);
    expect(report.engines[0]).toMatchObject({
      available: false,
      reason: expect.stringContaining('does not run on this platform') as string,
    });
    const wasm = report.engines[1]!;
    expect(wasm).toMatchObject({ available: true, details: { simd: true } });
    expect(wasm.available && wasm.imagesPerSecond).toBeGreaterThan(0.1);
  });

  it('says the same in words, and fails when no engine works', () => {
    const { code, stdout } = runCli(['doctor', '--engine', 'webgl']);
    expect(stdout).toMatch(
      /^hpa-kit .*, Node .*\n\d+ cores? .*\n\nwebgl {3}missing {2}Engine 'webgl' does not/,
    );
    expect(stdout).toContain("useEngine(): Took '");
    expect(code).toBe(1);
  });
});

describe('the advice of hpa-kit doctor', () => {
  const result = (name: EngineName, imagesPerSecond?: number) => ({
    ...{ available: true as const, name, reason: '', details: {} },
    ...(imagesPerSecond === undefined ? {} : { imagesPerSecond }),
  });
  it.each<[string, (number | undefined)[], EngineName | undefined]>([
    ['another engine that trained clearly faster', [20, 50, undefined], 'wasm'],
    ['nothing where the choice is the fastest', [50, 20, undefined], undefined],
    ['nothing where they differ by noise', [50, 52, undefined], undefined],
    ['nothing where the choice was not measured', [undefined, 50, 1], undefined],
  ])('is %s', (_, [native, wasm, cpu], expected) => {
    const engines = [result('native', native), result('wasm', wasm), result('cpu', cpu)];
    expect(fasterThanChoice(engines, result('native'))).toBe(expected);
  });
});

describe('the probe of an engine', () => {
  let dir: string;
  const script = (code: string) => {
    const cli = join(dir, 'cli.cjs');
    writeFileSync(cli, code);
    return runProbe({ cli, engine: 'native', timeoutSeconds: 2 });
  };
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'hpa-kit-probe-'));
  });
  afterAll(() => {
    rmSync(dir, { recursive: true });
  });

  it('outlives a library that ends its process, and says how it ended', async () => {
    expect(
      await script(`console.error('illegal instruction'); process.kill(process.pid, 'SIGILL');`),
    ).toEqual({
      available: false,
      reason: 'its process ended with SIGILL: illegal instruction',
    });
    expect(await script(`console.log('{"available":true}'); process.exit(3)`)).toEqual({
      available: false,
      reason: 'its process ended with 3',
    });
  });

  it('ends an engine that hangs, and keeps what it has said', async () => {
    expect(await script('setInterval(() => 0, 1000)')).toEqual({
      available: false,
      reason: 'it took more than 2 s',
    });
    const hangs = `console.log('noise\\n{"available":true,"name":"native"}'); setInterval(() => 0, 1000)`;
    expect(await script(hangs)).toEqual({ available: true, name: 'native' });
  });

  it('ends what the process has started too, which keeps its output open', async () => {
    const begin = performance.now();
    const { timedOut } = await run('sh', ['-c', 'sleep 60 & wait'], { timeoutSeconds: 0.5 });
    expect(timedOut).toBe(true);
    expect(performance.now() - begin).toBeLessThan(20_000);
  });
});
