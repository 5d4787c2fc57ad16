/** TIFFs put together by hand, also wrong ones. */

const TYPE_BYTES = { short: 2, long: 4, ascii: 1, double: 8 } as const;
const TYPE_CODES = { short: 3, long: 4, ascii: 2, double: 12 } as const;

export type Field = readonly [tag: number, type: keyof typeof TYPE_BYTES, values: readonly number[] | string];

/** A little-endian TIFF: `data` from byte 8 on, then a directory a page. `next` overrides where the last one leads. */
export function tiff(data: Uint8Array, pages: readonly (readonly Field[])[], next = 0): Buffer {
  const parts: Buffer[] = [Buffer.from('II*\0\0\0\0\0', 'latin1'), Buffer.from(data)];
  let at = 8 + data.length;
  const write = (part: Buffer) => {
    parts.push(part);
    at += part.length;
  };
  let link: { part: Buffer; offset: number } = { part: parts[0]!, offset: 4 };
  for (const fields of pages) {
    const entries = fields.map(([tag, type, values]) => {
      const bytes = encode(type, values);
      const entry = Buffer.alloc(12);
      entry.writeUInt16LE(tag, 0);
      entry.writeUInt16LE(TYPE_CODES[type], 2);
      entry.writeUInt32LE(bytes.length / TYPE_BYTES[type], 4);
      if (bytes.length <= 4) bytes.copy(entry, 8);
      else {
        entry.writeUInt32LE(at, 8);
        write(bytes);
      }
      return entry;
    });
    link.part.writeUInt32LE(at, link.offset);
    const directory = Buffer.alloc(2 + 12 * entries.length + 4);
    directory.writeUInt16LE(entries.length, 0);
    Buffer.concat(entries).copy(directory, 2);
    link = { part: directory, offset: directory.length - 4 };
    write(directory);
  }
  link.part.writeUInt32LE(next, link.offset);
  return Buffer.concat(parts);
}

function encode(type: keyof typeof TYPE_BYTES, values: readonly number[] | string): Buffer {
  if (typeof values === 'string') return Buffer.from(`${values}\0`);
  const out = Buffer.alloc(values.length * TYPE_BYTES[type]);
  values.forEach((value, i) => {
    if (type === 'short') out.writeUInt16LE(value, 2 * i);
    else if (type === 'long') out.writeUInt32LE(value, 4 * i);
    else out.writeDoubleLE(value, 8 * i);
  });
  return out;
}

/** Fields of a page of one strip at byte 8; `changes` replace or add, and `undefined` leaves one out. */
export function page(changes: Readonly<Record<number, Field | undefined>> = {}): Field[] {
  const usual: Record<number, Field | undefined> = {
    256: [256, 'short', [4]],
    257: [257, 'short', [3]],
    258: [258, 'short', [8]],
    259: [259, 'short', [1]],
    262: [262, 'short', [1]],
    273: [273, 'long', [8]],
    277: [277, 'short', [1]],
    278: [278, 'short', [3]],
    279: [279, 'long', [12]],
    ...changes,
  };
  return Object.values(usual).filter((field) => field !== undefined);
}

/** Twelve bytes, for 4×3 pixels of 8 bits. */
export const PIXELS = Uint8Array.from({ length: 12 }, (_, i) => 10 * i);
