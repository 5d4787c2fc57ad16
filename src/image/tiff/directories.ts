/**
 * A TIFF's directories, read before any library sees the file: every offset and count is checked against the
 * file's length, their number is bounded, and a chain that bites its tail is found.
 */
import { HpaError } from '../../errors';

const MAX_DIRECTORIES = 16_384;
const MAX_ENTRIES = 1024;
/** Bytes of a value of each field type; 0 for unknown ones. */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
const [ASCII, SHORT, LONG, LONG8] = [2, 3, 4, 16];

/** Where a field's values lie in the file. */
interface Field {
  readonly type: number;
  readonly count: number;
  readonly offset: number;
}

/** The file's directories, one a page, and how to read their fields. */
export interface TiffFile {
  readonly bytes: Uint8Array;
  readonly littleEndian: boolean;
  readonly bigTiff: boolean;
  readonly directories: readonly ReadonlyMap<number, Field>[];
  readonly reader: Reader;
}

/** @throws HpaError `tiff-truncated` or `tiff-invalid` */
export function readDirectories(bytes: Uint8Array): TiffFile {
  if (bytes.length < 8)
    throw new HpaError('tiff-truncated', `the file ends after ${bytes.length} bytes, within TIFF's header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = bytes[0] === 0x49;
  const bigTiff = view.getUint16(2, littleEndian) === 43;
  const reader = new Reader(view, littleEndian, bigTiff);
  if (bigTiff && (reader.uint16(4) !== 8 || reader.uint16(6) !== 0))
    throw invalid('its offsets are not of 8 bytes, as BigTIFF has them');

  const directories: ReadonlyMap<number, Field>[] = [];
  const seen = new Set<number>();
  for (let at = reader.pointer(bigTiff ? 8 : 4); at !== 0;) {
    if (seen.has(at)) throw invalid(`its pages form a loop: page ${seen.size} is at byte ${at} again`);
    if (seen.size === MAX_DIRECTORIES) throw invalid(`it has more than ${MAX_DIRECTORIES} pages`);
    seen.add(at);
    const { fields, next } = readDirectory(reader, at);
    directories.push(fields);
    at = next;
  }
  if (directories.length === 0) throw invalid('it has no page');
  return { bytes, littleEndian, bigTiff, directories, reader };
}

function readDirectory(reader: Reader, at: number) {
  const { bigTiff } = reader;
  const count = bigTiff ? reader.uint64(at) : reader.uint16(at);
  if (count > MAX_ENTRIES)
    throw invalid(`the page at byte ${at} has ${count} fields, more than ${MAX_ENTRIES}`);
  const entryBytes = bigTiff ? 20 : 12;
  const first = at + (bigTiff ? 8 : 2);
  const fields = new Map<number, Field>();
  for (let i = 0, entry = first; i < count; i++, entry += entryBytes) {
    const tag = reader.uint16(entry);
    const type = reader.uint16(entry + 2);
    const values = reader.pointer(entry + 4);
    const size = (TYPE_BYTES[type] ?? 0) * values;
    const inline = entry + (bigTiff ? 12 : 8);
    const offset = size <= (bigTiff ? 8 : 4) ? inline : reader.pointer(inline);
    if (offset + size > reader.length)
      throw truncated(`field ${tag} lies in bytes ${offset} to ${offset + size}`, reader.length);
    if (size > 0 && !fields.has(tag)) fields.set(tag, { type, count: values, offset });
  }
  return { fields, next: reader.pointer(first + count * entryBytes) };
}

/**
 * The first `count` values of a field of whole numbers, or `undefined` when the page hasn't got it.
 *
 * @throws HpaError `tiff-invalid` when the values are fewer or of another type
 */
export function readNumbers(file: TiffFile, page: number, tag: number, count = 1): number[] | undefined {
  const field = file.directories[page]!.get(tag);
  if (!field) return undefined;
  const { type, offset } = field;
  const { reader } = file;
  if (field.count < count)
    throw invalid(`field ${tag} of page ${page} has ${field.count} values; expected ${count}`);
  const size = TYPE_BYTES[type]!;
  const read = (at: number) =>
    type === SHORT ? reader.uint16(at) : type === LONG ? reader.uint32(at) : reader.uint64(at);
  if (type === 1) return Array.from(file.bytes.subarray(offset, offset + count));
  if (type !== SHORT && type !== LONG && type !== LONG8)
    throw invalid(`field ${tag} of page ${page} is of type ${type}; expected whole numbers`);
  return Array.from({ length: count }, (_, i) => read(offset + i * size));
}

/** How many values a field has. */
export function countValues(file: TiffFile, page: number, tag: number): number {
  return file.directories[page]!.get(tag)?.count ?? 0;
}

/** A field of text, as UTF-8 and without the closing zero; `undefined` when it isn't there. */
export function readText(file: TiffFile, page: number, tag: number, maxBytes: number): string | undefined {
  const field = file.directories[page]!.get(tag);
  if (field?.type !== ASCII) return undefined;
  if (field.count > maxBytes)
    throw invalid(`the text of field ${tag} has ${field.count} bytes, more than ${maxBytes}`);
  const text = new TextDecoder().decode(file.bytes.subarray(field.offset, field.offset + field.count));
  return text.replace(/\0+$/, '');
}

/** Numbers of the file's byte order; reading past its end is an `HpaError`. */
class Reader {
  readonly length: number;

  constructor(
    private readonly view: DataView,
    private readonly littleEndian: boolean,
    readonly bigTiff: boolean,
  ) {
    this.length = view.byteLength;
  }

  uint16(at: number): number {
    return this.check(at, 2).getUint16(at, this.littleEndian);
  }

  uint32(at: number): number {
    return this.check(at, 4).getUint32(at, this.littleEndian);
  }

  /** Beyond 2⁵³ it is rounded; no file is as long. */
  uint64(at: number): number {
    return Number(this.check(at, 8).getBigUint64(at, this.littleEndian));
  }

  pointer(at: number): number {
    return this.bigTiff ? this.uint64(at) : this.uint32(at);
  }

  private check(at: number, bytes: number): DataView {
    if (at + bytes > this.length)
      throw truncated(`a page's fields lie in bytes ${at} to ${at + bytes}`, this.length);
    return this.view;
  }
}

const invalid = (reason: string) => new HpaError('tiff-invalid', `the TIFF is damaged: ${reason}`);
const truncated = (what: string, length: number) =>
  new HpaError('tiff-truncated', `${what}, and the file ends after ${length}`);
