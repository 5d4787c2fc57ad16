/** What the packs hold, in memory: where each content's pixels lie, and what each name last stood for. */
import type { Pack, PlacedRecord } from './pack';
import { NO_STAMP } from './record';

/** Where pixels are. */
export interface Place {
  readonly pack: Pack;
  readonly record: PlacedRecord;
}

interface Named {
  readonly pack: Pack;
  readonly stamp: string;
  readonly content: string;
  readonly time: number;
}

export class CacheIndex {
  private readonly names = new Map<string, Named>();
  private readonly places = new Map<string, Place>();

  /** Images held. */
  get size(): number {
    return this.places.size;
  }

  /** Takes a record in. Where two disagree, the later one counts. */
  add(pack: Pack, record: PlacedRecord): void {
    const { name, stamp, content, time, shape } = record.header;
    const named = this.names.get(name);
    if (!named || named.time <= time) this.names.set(name, { pack, stamp, content, time });
    const place = this.places.get(content);
    if (shape && (!place || place.record.header.time <= time)) this.places.set(content, { pack, record });
  }

  /** The content that a name stood for when it last had this stamp. */
  contentAt(name: string, stamp: string): string | undefined {
    const named = this.names.get(name);
    return named && stamp !== NO_STAMP && named.stamp === stamp ? named.content : undefined;
  }

  /** The content that a name last stood for. */
  contentOf(name: string): string | undefined {
    return this.names.get(name)?.content;
  }

  placeOf(content: string): Place | undefined {
    return this.places.get(content);
  }

  /** Forgets one image, unless it lies somewhere else by now. */
  forget(content: string, place: Place): void {
    if (this.places.get(content) === place) this.places.delete(content);
  }

  /** Forgets all that a pack holds. */
  forgetPack(pack: Pack): void {
    for (const [name, named] of this.names) if (named.pack === pack) this.names.delete(name);
    for (const [content, place] of this.places) if (place.pack === pack) this.places.delete(content);
  }

  clear(): void {
    this.names.clear();
    this.places.clear();
  }
}
