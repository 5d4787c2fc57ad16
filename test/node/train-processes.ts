/** Runs processes that train, and kills them at random moments until one comes to its end. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll } from 'vitest';
import type { Random } from '../../src/random';
import type { TrainOutcome } from './train-child';

/** A folder that is gone after the tests, and in it a script of the child; in the repository, where Node finds tfjs. */
export function buildTrainChild(): { folder: string; script: string } {
  const folder = mkdtempSync(fileURLToPath(new URL('../../node_modules/.hpa-kit-kill-', import.meta.url)));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const outfile = join(folder, 'train-child.mjs');
  buildSync({
    entryPoints: [fileURLToPath(new URL('train-child.ts', import.meta.url))],
    outfile,
    bundle: true,
    packages: 'external',
    alias: { 'hpa-kit': './src/index.ts', 'hpa-kit/augment': './src/augment/index.ts' },
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['@tensorflow/*'],
  });
  return { folder, script: outfile };
}

const outcomeIn = (output: string) => JSON.parse(output.trim().split('\n').at(-1)!) as TrainOutcome;

export function trainToTheEnd(script: string, folder: string, engine: string): TrainOutcome {
  return outcomeIn(execFileSync(process.execPath, [script, folder, engine], { encoding: 'utf8' }));
}

/** As `trainToTheEnd`, where no file may grow beyond some blocks of 512 bytes, as if the disk were full there. */
export function trainOnFullDisk(
  script: string,
  folder: string,
  engine: string,
  blocks: number,
): TrainOutcome {
  const limited = `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`;
  const args = ['-c', limited, process.execPath, script, folder, engine];
  return outcomeIn(execFileSync('sh', args, { encoding: 'utf8' }));
}

/**
 * Kills the training at a random moment after its first step, and starts it again, up to so many times; then lets it
 * come to its end. `whileWriting` counts the kills that left the beginning of a file.
 */
export async function killAndTrainOn(
  script: string,
  folder: string,
  engine: string,
  { kills, random, withinMs }: { kills: number; random: Random; withinMs: number },
): Promise<{ killed: number; whileWriting: number; outcome: TrainOutcome }> {
  let whileWriting = 0;
  for (let killed = 0; killed < kills; killed++) {
    const child = spawn(process.execPath, [script, folder, engine], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const closed = once(child, 'close');
    await once(child.stdout, 'data');
    await setTimeout(random.range(0, withinMs));
    child.kill('SIGKILL');
    await closed;
    if (output.includes('digest')) return { killed, whileWriting, outcome: outcomeIn(output) };
    if (existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.tmp'))) whileWriting++;
  }
  return { killed: kills, whileWriting, outcome: trainToTheEnd(script, folder, engine) };
}
