import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { MENDED } from './webgpu-cases';
import type { Report } from './webgpu-in-node';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const root = path('../..');
const CHROMIUM = ['/usr/lib/chromium', '/opt/google/chrome'].find((folder) =>
  existsSync(join(folder, 'vk_swiftshader_icd.json')),
);

/** The driver of Chromium that computes on the CPU, and its loader of drivers. */
const softwareDriver = CHROMIUM && {
  VK_DRIVER_FILES: join(CHROMIUM, 'vk_swiftshader_icd.json'),
  VK_ICD_FILENAMES: join(CHROMIUM, 'vk_swiftshader_icd.json'),
  LD_LIBRARY_PATH: CHROMIUM,
};

interface Outcome {
  report: Report;
  code: number | null;
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path('webgpu-in-node.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    alias: { 'hpa-kit/node': path('../../src/node/index.ts'), 'hpa-kit': path('../../src/index.ts') },
  });
  return outputFiles[0]!.text;
}

/** Runs the script with the repository's packages, and waits for the process to end by itself. */
async function run(script: string, env: Record<string, string>): Promise<Outcome> {
  const child = spawn(process.execPath, ['--input-type=module', '-'], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 150_000,
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (data: Buffer) => (output.stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output.stderr += data.toString()));
  child.stdin.end(script);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const report = /^REPORT (.*)$/m.exec(output.stdout)?.[1];
  if (report === undefined) throw new Error(`The process ended with ${code}: ${output.stderr}`);
  return { report: JSON.parse(report) as Report, code };
}

describe('WebGPU in Node', () => {
  let outcome: Outcome;
  beforeAll(async () => {
    const script = await bundle();
    outcome = await run(script, {});
    if (outcome.report.missing !== undefined && softwareDriver) outcome = await run(script, softwareDriver);
  }, 320_000);

  /** Skips, and so counts, what needs an adapter. */
  const withAdapter = (test: (report: Required<Report>) => void) => (context: TestContext) => {
    if (outcome.report.missing !== undefined) context.skip(outcome.report.missing);
    test(outcome.report as Required<Report>);
  };

  it('is taken when asked for, or says what to install', () => {
    const { report } = outcome;
    if (report.missing === undefined)
      expect(report.engine).toMatchObject({ name: 'webgpu', backend: 'webgpu' });
    else expect(report.missing).toMatch(/npm install webgpu @tensorflow\/tfjs-backend-webgpu/);
  });

  it(
    'is not taken by itself where the adapter computes on the CPU',
    withAdapter(({ software, automatic }) => {
      if (!software) {
        expect(automatic.name).toBe('webgpu');
        return;
      }
      expect(automatic.name).not.toBe('webgpu');
      const refusal = automatic.tried.find(({ name }) => name === 'webgpu')!;
      expect(refusal.reason).toContain('computes on the CPU');
    }),
  );

  it(
    'computes what the cpu backend does, and leaks nothing',
    withAdapter(({ comparisons }) => {
      expect(comparisons.length).toBeGreaterThanOrEqual(MENDED.length);
      expect(comparisons.filter(({ error, tolerance }) => !(error <= tolerance))).toEqual([]);
      expect(comparisons.filter(({ leaked }) => leaked !== 0)).toEqual([]);
    }),
  );

  it(
    'trains to the same losses as the cpu backend, in memory that stays flat',
    withAdapter(({ curves: { webgpu, cpu } }) => {
      expect(cpu.losses.at(-1)).toBeLessThan(0.95 * cpu.losses[0]!);
      // Rounding grows from step to step, as a maximum or ReLU may switch sides.
      webgpu.losses.forEach((loss, step) => {
        expect(Math.abs(loss / cpu.losses[step]! - 1)).toBeLessThan(step < 3 ? 1e-4 : 2e-3);
      });
      expect(new Set(webgpu.tensors).size).toBe(1);
      expect(webgpu.gpuBytes.at(-1)).toBe(webgpu.gpuBytes.at(-2));
    }),
  );

  it(
    'shows in the loss that training has diverged',
    withAdapter(({ divergedLoss }) => {
      // JSON's word for NaN.
      expect(divergedLoss).toBeNull();
    }),
  );

  it(
    'fails at the next read when the device refuses something, and then works on',
    withAdapter(({ failures }) => {
      expect(failures.device).toMatch(/^WebGPU failed: ./);
      expect(failures.afterwards).toEqual([4, 16, 36]);
    }),
  );

  it(
    'says that it has no synchronous reads',
    withAdapter(({ failures }) => {
      expect(failures.sync).toMatch(/Await tensor.data\(\)/);
    }),
  );

  it(
    'leaves no navigator.gpu behind and lets the process end',
    withAdapter(({ navigator }) => {
      expect(navigator).toBe(false);
      expect(outcome.code).toBe(0);
    }),
  );
});
