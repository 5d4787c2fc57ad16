/** One pack, open for reading and, by the process that made it, for appending. */
import { close, constants, fstatSync, openSync, read, readSync, writev, type WriteVResult } from 'node:fs';
import { promisify } from 'node:util';
import type { CellImage } from '../../image/cell-image';
import type { ReservedPack } from './folder';
import {
  bytesOf,
  decodeHeader,
  decodeImage,
  encodeHeader,
  HEADER_BYTES,
  PACK_START,
  type RecordHeader,
  type RecordLabel,
} from './record';

// Windows has no such flag.
const NO_FOLLOW = (constants.O_NOFOLLOW as number | undefined) ?? 0;

const readAsync = promisify(read);
const writevAsync = promisify(writev);

/** Headers lie among pixels; of small images, one read brings several. */
const WINDOW_BYTES = 4096;

/** A record and where its pixels begin. */
export interface PlacedRecord {
  readonly header: RecordHeader;
  readonly pixelsAt: number;
}

export class Pack {
  /** Records up to here are known. */
  private end = 0;
  private damagedAt = -1;
  private busy = 0;
  private closed = false;
  /** When others were last told that it is in use. */
  touchedMs = -Infinity;

  private constructor(
    readonly file: string,
    readonly capacity: number,
    private readonly fd: number,
    /** Whether this process appends to it. */
    readonly own: boolean,
  ) {}

  /** Opens another's pack. Throws when that can't be done. */
  static open(file: string, capacity: number): Pack {
    const fd = openSync(file, constants.O_RDONLY | NO_FOLLOW);
    return new Pack(file, capacity, fd, false);
  }

  /** Begins a reserved pack. */
  static async start({ file, capacity, fd }: ReservedPack): Promise<Pack> {
    const pack = new Pack(file, capacity, fd, true);
    try {
      await pack.write([PACK_START]);
      return pack;
    } catch (error) {
      pack.close();
      throw error;
    }
  }

  /** Whether `bytes` more fit, and nobody dropped the pack. */
  takes(bytes: number): boolean {
    if (this.closed || this.end + bytes > this.capacity) return false;
    return this.reaches(this.end);
  }

  /** Appends a record. When that fails, the record is not there and the pack no longer to be written to. */
  async append(label: RecordLabel, image: CellImage | undefined): Promise<PlacedRecord> {
    const header = encodeHeader(label, image);
    const at = this.end;
    await this.write(image ? [header, bytesOf(image)] : [header]);
    return { header: decodeHeader(header)!, pixelsAt: at + HEADER_BYTES };
  }

  /**
   * The records that came since the last time, up to one that is not complete. A damaged header ends the pack,
   * since where the next one begins can't be told.
   *
   * @param size - of the file
   * @param onDamage - called once for a damaged header, or for a file that is no pack of this version
   */
  *newRecords(size: number, onDamage: () => void): Generator<PlacedRecord> {
    if (this.closed || this.own || size > this.capacity || size < PACK_START.length) return;
    this.busy++;
    try {
      const bytesAt = this.window(size);
      if (this.end === 0) {
        if (!bytesAt(0, PACK_START.length).equals(PACK_START)) {
          this.reportDamage(size, onDamage);
          return;
        }
        this.end = PACK_START.length;
      }
      while (this.end + HEADER_BYTES <= size) {
        const pixelsAt = this.end + HEADER_BYTES;
        const header = decodeHeader(bytesAt(this.end, HEADER_BYTES));
        if (!header) {
          this.reportDamage(size, onDamage);
          return;
        }
        if (pixelsAt + header.bytes > size) return;
        this.end = pixelsAt + header.bytes;
        yield { header, pixelsAt };
      }
    } finally {
      this.release();
    }
  }

  /** The image of a record; `damaged` when its checksum says so, `gone` when it can't be read or was dropped. */
  async read({ header, pixelsAt }: PlacedRecord): Promise<CellImage | 'damaged' | 'gone'> {
    if (this.closed) return 'gone';
    this.busy++;
    try {
      const pixels = new Uint8Array(header.bytes);
      let filled = 0;
      while (filled < pixels.length) {
        const { bytesRead } = await readAsync(
          this.fd,
          pixels,
          filled,
          pixels.length - filled,
          pixelsAt + filled,
        );
        if (bytesRead === 0) return 'gone';
        filled += bytesRead;
      }
      const image = decodeImage(header, pixels);
      return image ?? (this.reaches(pixelsAt + header.bytes) ? 'damaged' : 'gone');
    } catch {
      return 'gone';
    } finally {
      this.release();
    }
  }

  /** Gives the file back once nobody reads from it. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.busy++;
    this.release();
  }

  private reportDamage(size: number, onDamage: () => void): void {
    if (this.damagedAt !== this.end && this.reaches(size)) onDamage();
    this.damagedAt = this.end;
  }

  /** Whether the file still has its first `bytes` bytes: packs are emptied when they are dropped. */
  private reaches(bytes: number): boolean {
    const { nlink, size } = fstatSync(this.fd);
    return nlink > 0 && size >= bytes;
  }

  /** Reads pieces of the file, in order, several at a time. A piece cut short by the file's end stays so. */
  private window(size: number): (at: number, length: number) => Buffer {
    const window = Buffer.alloc(Math.min(WINDOW_BYTES, size));
    let [from, to] = [0, 0];
    return (at, length) => {
      if (at < from || at + length > to) {
        from = at;
        to = at + readSync(this.fd, window, 0, Math.min(window.length, size - at), at);
      }
      return window.subarray(at - from, Math.min(at + length, to) - from);
    };
  }

  private async write(parts: readonly Uint8Array[]): Promise<void> {
    if (this.closed) throw new Error('The pack is closed');
    this.busy++;
    try {
      let left = [...parts];
      let at = this.end;
      while (left.length > 0) {
        const { bytesWritten }: WriteVResult = await writevAsync(this.fd, left, at);
        at += bytesWritten;
        left = withoutFirst(left, bytesWritten);
      }
      this.end = at;
    } finally {
      this.release();
    }
  }

  private release(): void {
    if (--this.busy === 0 && this.closed) close(this.fd, () => undefined);
  }
}

function withoutFirst(parts: readonly Uint8Array[], bytes: number): Uint8Array[] {
  const left: Uint8Array[] = [];
  for (const part of parts) {
    const cut = Math.min(bytes, part.length);
    bytes -= cut;
    if (cut < part.length) left.push(part.subarray(cut));
  }
  return left;
}
