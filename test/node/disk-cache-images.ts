/** Images that follow from their id, keys for them, and folders to keep them in. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DiskCacheKey } from '../../src/data/disk-cache';
import type { CellImage } from '../../src/image/cell-image';

const TYPES = [Uint8Array, Uint16Array, Float32Array] as const;

/** An image of the given size, or of one that follows from the id, as its sample type and pixels do. */
export function imageOf(id: number, size = 1 + (id % 7)): CellImage {
  const channels = 1 + (id % 4);
  const data = new TYPES[id % 3]!(size * size * channels);
  for (let i = 0; i < data.length; i++) {
    const mixed = Math.imul(Math.imul(i + 1, 0x9e3779b1) ^ (id + 1), 0x85ebca6b);
    data[i] = data instanceof Float32Array ? (mixed >>> 8) / 2 ** 24 : mixed >>> 11;
  }
  return { width: size, height: size, channels, data };
}

/** A key that counts how often its digest was asked for. */
export function keyOf(
  name: string,
  {
    stamp,
    digest = name,
    preprocessing = 'p',
  }: { stamp?: string; digest?: string; preprocessing?: string } = {},
): DiskCacheKey & { digests: number } {
  return {
    name,
    preprocessing,
    stamp,
    digests: 0,
    digest() {
      this.digests++;
      return Promise.resolve(digest);
    },
  };
}

export function sameImage(a: CellImage, b: CellImage): boolean {
  return (
    a.width === b.width &&
    a.height === b.height &&
    a.channels === b.channels &&
    a.data.constructor === b.data.constructor &&
    Buffer.compare(rawBytes(a), rawBytes(b)) === 0
  );
}

function rawBytes({ data }: CellImage): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** An empty folder that is deleted after the test. */
export function makeFolder(after: (cleanUp: () => void) => void): string {
  const dir = mkdtempSync(join(tmpdir(), 'hpa-kit-disk-'));
  after(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

/** Bytes of all files in a folder, also while others change it. */
export function bytesIn(dir: string): number {
  return readdirSync(dir)
    .map((name) => statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0);
}
