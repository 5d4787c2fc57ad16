/**
 * The cache's folder and its bound, which any number of processes keep together without a lock.
 *
 * A pack's name states how many bytes it may come to hold: `hpa-<random>-<capacity>.pack`. Who wants to write
 * makes an empty one, then lists the folder, and writes only once the capacities listed, its own among them,
 * sum to no more than the bound; before that it drops old packs or gives up. So the bound holds at every
 * moment: of all packs that may be written to, take the one whose list was made last. All the others were there
 * by then, and a listing shows every file that is there all the while, so that list counted all of them. It
 * takes a folder whose listings are up to date, as those of local disks are.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, lstatSync, openSync, readdirSync } from 'node:fs';
import { open, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PACK_FAMILY } from './record';

// Windows has no such flag.
const NO_FOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0;

const PACK_NAME = /^hpa-[0-9a-f]{32}-([1-9][0-9]{0,14})\.pack$/;

/** A pack as the folder lists it. */
export interface ListedPack {
  readonly file: string;
  /** Bytes that it may come to hold. */
  readonly capacity: number;
  /** Bytes that it holds. */
  readonly size: number;
  /** When it was last used. */
  readonly usedMs: number;
}

export interface FolderListing {
  readonly packs: readonly ListedPack[];
  /** Files that are no packs of ours by their name or kind. */
  readonly foreign: number;
}

/** What is in the folder. Throws when it can't be listed. */
export function listFolder(dir: string): FolderListing {
  const packs: ListedPack[] = [];
  let foreign = 0;
  for (const name of readdirSync(dir)) {
    const capacity = Number(PACK_NAME.exec(name)?.[1]);
    const file = join(dir, name);
    const stats = capacity ? lstatSync(file, { throwIfNoEntry: false }) : undefined;
    if (!capacity || (stats && !stats.isFile())) foreign++;
    // In whole milliseconds, as `Date.now()`: else what was used just now lies in the future.
    else if (stats) packs.push({ file, capacity, size: stats.size, usedMs: Math.floor(stats.mtimeMs) });
  }
  return { packs, foreign };
}

export interface Bound {
  maxBytes: number;
  /** Packs used so recently are not dropped. */
  keepUsedMs: number;
}

/** A pack to write to. */
export interface ReservedPack {
  readonly file: string;
  readonly capacity: number;
  /** Open for reading and writing. */
  readonly fd: number;
}

/**
 * Makes an empty pack that may hold `capacity` bytes, dropping the least recently used ones as the bound asks.
 *
 * @returns undefined when only packs in use could make room
 */
export async function reservePack(
  dir: string,
  capacity: number,
  bound: Bound,
): Promise<ReservedPack | undefined> {
  const file = join(dir, `hpa-${randomBytes(16).toString('hex')}-${capacity}.pack`);
  const fd = openSync(file, 'wx+');
  let kept = false;
  try {
    kept = await keepBound(dir, bound, file);
  } finally {
    if (!kept) {
      closeSync(fd);
      await rm(file, { force: true });
    }
  }
  return kept ? { file, capacity, fd } : undefined;
}

/** Drops the least recently used packs, but not `spared`, until the rest keep the bound; false if they can't. */
export async function keepBound(dir: string, bound: Bound, spared?: string): Promise<boolean> {
  const refused = new Set<string>();
  for (;;) {
    const { packs } = listFolder(dir);
    const reserved = packs.reduce((sum, { capacity, size }) => sum + Math.max(capacity, size), 0);
    if (reserved <= bound.maxBytes) return true;
    const latest = Date.now() - bound.keepUsedMs;
    const [oldest] = packs
      .filter(({ file, usedMs }) => file !== spared && usedMs <= latest && !refused.has(file))
      .sort((a, b) => a.usedMs - b.usedMs);
    if (!oldest) return false;
    if (!(await dropPack(oldest.file))) refused.add(oldest.file);
  }
}

/**
 * Deletes a pack, if it is one. It is emptied first, so that its bytes are free even while others have it open;
 * to them what they read is cut short, and a miss.
 *
 * @returns false when it was left, being no pack or not to be deleted
 */
export async function dropPack(file: string): Promise<boolean> {
  try {
    if (!(await emptyPack(file))) return false;
    await unlink(file);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/** False for a file that is no pack. */
async function emptyPack(file: string): Promise<boolean> {
  // Not through a link, and not a file that has another name elsewhere.
  const handle = await open(file, constants.O_RDWR | NO_FOLLOW);
  try {
    const start = Buffer.alloc(PACK_FAMILY.length);
    const { bytesRead } = await handle.read(start, 0, start.length, 0);
    if (bytesRead > 0 && start.toString('latin1') !== PACK_FAMILY) return false;
    if ((await handle.stat()).nlink === 1) await handle.truncate(0);
    return true;
  } finally {
    await handle.close();
  }
}
