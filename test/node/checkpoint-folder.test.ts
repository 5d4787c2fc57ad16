import { mkdtempSync, readdirSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { checkpointFolder } from 'hpa-kit/node';
import { storeWithin } from '../../src/training/checkpoint/checkpoint-store';

function makeDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'hpa-kit-checkpoints-'));
  onTestFinished(() => {
    rmSync(dir, { recursive: true });
  });
  return dir;
}

it('keeps bytes by name, in folders too, and makes what is missing', async () => {
  const dir = join(makeDir(), 'run', 'one');
  const store = checkpointFolder(dir);
  expect(await store.keys()).toEqual([]);
  expect(await store.get('a')).toBeUndefined();
  await store.set('a', Uint8Array.of(1, 2));
  const within = storeWithin(store, 'fold-1');
  await within.set('a', Uint8Array.of(3));
  await store.set('a', Uint8Array.of(4));
  expect([...(await store.keys())].sort()).toEqual(['a', 'fold-1/a']);
  expect([...(await within.keys())]).toEqual(['a']);
  expect(await store.get('a')).toEqual(Uint8Array.of(4));
  expect(await checkpointFolder(join(dir, 'fold-1')).get('a')).toEqual(Uint8Array.of(3));
  await within.delete('a');
  await within.delete('a');
  expect(await store.keys()).toEqual(['a']);
});

it('removes beginnings of files that a killed process left, and nothing else', async () => {
  const dir = makeDir();
  writeFileSync(join(dir, 'step-00000001.best-0.safetensors.0f2c.tmp'), 'half');
  writeFileSync(join(dir, 'notes.txt'), 'mine');
  expect(await checkpointFolder(dir).keys()).toEqual(['notes.txt']);
  expect(readdirSync(dir)).toEqual(['notes.txt']);
});

it('names the file that can’t be written, and leaves no beginning of it', async () => {
  const dir = makeDir();
  mkdirSync(join(dir, 'a'));
  await expect(checkpointFolder(dir).set('a', Uint8Array.of(1))).rejects.toMatchObject({
    code: 'file-unwritable',
    file: join(dir, 'a'),
  });
  expect(readdirSync(dir)).toEqual(['a']);
});
