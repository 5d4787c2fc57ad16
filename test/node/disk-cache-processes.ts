/** Runs processes that share a disk cache, kills some, and checks the images that are left. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { expect } from 'vitest';
import { openDiskCache } from '../../src/node/disk-cache';
import { Random } from '../../src/random';
import type { ChildOutcome, ChildSettings } from './disk-cache-child';
import { bytesIn, imageOf, keyOf, sameImage } from './disk-cache-images';

/** Makes a script of the child that Node can run, and returns its path. */
export function buildChild(folder: string): string {
  const outfile = join(folder, 'child.mjs');
  const entry = fileURLToPath(new URL('disk-cache-child.ts', import.meta.url));
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  return outfile;
}

/** Runs the child where no file may grow beyond some blocks of 512 bytes, as if the disk were full there. */
export function runOnFullDisk(script: string, settings: ChildSettings, blocks: number): ChildOutcome {
  const limited = `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`;
  const args = ['-c', limited, process.execPath, script, JSON.stringify(settings)];
  return outcomeIn(execFileSync('sh', args, { encoding: 'utf8' }));
}

/** Runs children side by side, and meanwhile looks at the folder's size again and again. */
export async function runTogether(
  script: string,
  children: readonly ChildSettings[],
): Promise<{ outcomes: ChildOutcome[]; most: number; looks: number }> {
  let running = children.length;
  const outcomes = children.map(async (settings) => {
    const child = spawn(process.execPath, [script, JSON.stringify(settings)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await once(child, 'close');
    running--;
    return outcomeIn(output);
  });
  let [most, looks] = [0, 0];
  for (; running > 0; looks++) {
    most = Math.max(most, bytesIn(children[0]!.dir));
    await setTimeout(1);
  }
  return { outcomes: await Promise.all(outcomes), most, looks };
}

/**
 * Kills two writing processes at a random moment, again and again, and after each time compares every image
 * that is left.
 *
 * @returns how many images were compared
 */
export async function killAgainAndAgain(
  script: string,
  settings: ChildSettings,
  rounds: number,
): Promise<number> {
  const { dir, maxBytes, samples, size, seed } = settings;
  const random = new Random(seed, 'kill');
  let compared = 0;
  for (let round = 0; round < rounds; round++) {
    const children = [0, 1].map((which) => {
      const own = { ...settings, visits: 1e9, seed: 2 * round + which };
      return spawn(process.execPath, [script, JSON.stringify(own)], { stdio: ['ignore', 'pipe', 'inherit'] });
    });
    await Promise.all(children.map((child) => once(child.stdout, 'data')));
    await setTimeout(random.range(1, 80));
    const closed = children.map((child) => once(child, 'close'));
    for (const child of children) child.kill('SIGKILL');
    for (const [, signal] of (await Promise.all(closed)) as [null, string][]) expect(signal).toBe('SIGKILL');
    expect(bytesIn(dir)).toBeLessThanOrEqual(maxBytes);
    const cache = await openDiskCache(dir, { maxBytes });
    for (let id = 0; id < samples; id++) {
      const image = await cache.get(keyOf(`${id}`));
      if (!image) continue;
      expect(sameImage(image, imageOf(id, size)), `image ${id}`).toBe(true);
      compared++;
    }
    await cache.close();
  }
  return compared;
}

function outcomeIn(output: string): ChildOutcome {
  return JSON.parse(output.replace('ready\n', '')) as ChildOutcome;
}
