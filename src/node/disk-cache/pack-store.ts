/** The packs of a folder as one store: sees what other processes add and drop, appends to a pack of its own. */
import { lutimes, mkdir } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { CellImage } from '../../image/cell-image';
import { CacheIndex } from './cache-index';
import { dropPack, keepBound, listFolder, reservePack, type Bound } from './folder';
import { Pack } from './pack';
import { HEADER_BYTES, NO_STAMP, PACK_START, type RecordLabel } from './record';

/** Packs are this share of the bound, so that making room costs little of what is there. */
const PACKS = 128;

/** A listing takes a fraction of a millisecond; no more of them than this. */
const REFRESH_MS = 20;

/** Records indexed before others have their turn. */
const RECORDS_PER_TURN = 1000;

export class PackStore {
  readonly index = new CacheIndex();
  /** Records and packs that were damaged. */
  discarded = 0;
  private readonly packs = new Map<string, Pack>();
  private own: Pack | undefined;
  private refreshing: Promise<void> | undefined;
  private refreshedMs = -Infinity;
  /** Whether an append has failed: what was asked for before that became known is not tried either. */
  private failed = false;
  private fullUntilMs = -Infinity;
  private working: Promise<unknown> = Promise.resolve();

  constructor(
    readonly dir: string,
    private readonly bound: Bound,
  ) {}

  /** Makes the folder if it isn't there, keeps the bound, and indexes what there is. */
  async open(): Promise<void> {
    await mkdir(this.dir, { recursive: true });
    await keepBound(this.dir, { ...this.bound, keepUsedMs: -Infinity });
    await this.refresh();
  }

  /** Looks at what other processes did; not if that was done a moment ago. */
  refresh(): Promise<void> {
    if (performance.now() - this.refreshedMs < REFRESH_MS) return Promise.resolve();
    return (this.refreshing ??= this.indexNewRecords().finally(() => {
      this.refreshing = undefined;
      this.refreshedMs = performance.now();
    }));
  }

  /** The image of a content, if it is there undamaged. */
  async read(content: string): Promise<CellImage | undefined> {
    const place = this.index.placeOf(content);
    if (!place) return undefined;
    const image = await place.pack.read(place.record);
    if (typeof image === 'object') {
      this.touch(place.pack);
      return image;
    }
    if (image === 'damaged') this.discarded++;
    this.index.forget(content, place);
    return undefined;
  }

  /**
   * Appends a record, after those asked for before. An image that is there already only gets its new name or
   * stamp; without room, nothing is kept. Throws when the folder can't be written to; from then on
   * it keeps nothing.
   */
  append(label: Omit<RecordLabel, 'time'>, image: CellImage | undefined): Promise<void> {
    return this.inTurn(async () => {
      if (this.failed) return;
      this.failed = true;
      await this.appendNow(label, image);
      this.failed = false;
    });
  }

  /** Deletes all packs, also those of other processes. */
  clear(): Promise<void> {
    return this.inTurn(async () => {
      for (const pack of this.packs.values()) this.forget(pack);
      for (const { file } of listFolder(this.dir).packs) await dropPack(file);
      this.fullUntilMs = -Infinity;
    });
  }

  /** Gives the files back, after what was asked for before. */
  close(): Promise<void> {
    return this.inTurn(async () => {
      await this.refreshing;
      // Who still waits for an answer must not open the files again.
      this.refreshedMs = Infinity;
      for (const pack of this.packs.values()) this.forget(pack);
    });
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.working.then(work);
    this.working = done.catch(() => undefined);
    return done;
  }

  private async indexNewRecords(): Promise<void> {
    const { packs } = listFolder(this.dir);
    const listed = new Set(packs.map(({ file }) => file));
    for (const [file, pack] of this.packs) if (!listed.has(file)) this.forget(pack);
    let records = 0;
    for (const { file, capacity, size } of packs) {
      try {
        const pack = this.packs.get(file) ?? Pack.open(file, capacity);
        this.packs.set(file, pack);
        for (const record of pack.newRecords(size, () => this.discarded++)) {
          this.index.add(pack, record);
          if (++records % RECORDS_PER_TURN === 0) await setImmediate();
        }
      } catch {
        // Dropped since it was listed, or not to be read: nothing of it is served.
      }
    }
  }

  private async appendNow(label: Omit<RecordLabel, 'time'>, image: CellImage | undefined): Promise<void> {
    await this.refresh();
    const known = this.index.placeOf(label.content);
    const learned =
      label.stamp === NO_STAMP || this.index.contentAt(label.name, label.stamp) === label.content;
    if (known ? learned : !image) return;
    const added = known ? undefined : image;
    const pack = await this.room(HEADER_BYTES + (added?.data.byteLength ?? 0));
    if (!pack) return;
    this.index.add(pack, await pack.append({ ...label, time: Date.now() }, added));
  }

  /** The pack of this process, if `bytes` more fit into it, or else a new one. */
  private async room(bytes: number): Promise<Pack | undefined> {
    if (this.own?.takes(bytes)) return this.own;
    const { maxBytes, keepUsedMs } = this.bound;
    const capacity = Math.max(Math.floor(maxBytes / PACKS), PACK_START.length + bytes);
    if (capacity > maxBytes || Date.now() < this.fullUntilMs) return undefined;
    const reserved = await reservePack(this.dir, capacity, this.bound);
    if (!reserved) {
      this.fullUntilMs = Date.now() + Math.min(1000, keepUsedMs);
      return undefined;
    }
    this.own = await Pack.start(reserved);
    // It may have been listed meanwhile, and taken for another's.
    const listed = this.packs.get(reserved.file);
    if (listed) this.forget(listed);
    this.packs.set(reserved.file, this.own);
    // With a bound of few packs, others may have dropped it again.
    return this.own.takes(bytes) ? this.own : undefined;
  }

  /** Tells all processes that the pack is in use, once in a while. */
  private touch(pack: Pack): void {
    const now = Date.now();
    if (now - pack.touchedMs < Math.min(60_000, this.bound.keepUsedMs / 4)) return;
    pack.touchedMs = now;
    // In a folder that can't be written to, packs are not dropped either.
    lutimes(pack.file, now / 1000, now / 1000).catch(() => undefined);
  }

  private forget(pack: Pack): void {
    pack.close();
    this.packs.delete(pack.file);
    this.index.forgetPack(pack);
    if (this.own === pack) this.own = undefined;
  }
}
