/** ZIPs byte by byte, so that each field can lie. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipPart {
  name: string;
  data: Uint8Array;
  method?: number;
  /** What the headers say instead of the truth. */
  size?: number;
  compressedSize?: number;
  crc?: number;
  /** Bytes of extra fields in the local header. */
  localExtra?: number;
  /** What is written instead of the compressed data. */
  body?: Uint8Array;
}

export interface ZipTail {
  /** What the end says instead of the truth. */
  entries?: number;
  directoryBytes?: number;
  /** Count and size of the directory as 64-bit fields. */
  zip64?: { entries: bigint; directoryBytes: bigint };
}

export function makeZip(parts: readonly ZipPart[], tail: ZipTail = {}): Uint8Array {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const { name, data, method = 8, localExtra = 0, ...lies } of parts) {
    const body = lies.body ?? (method === 8 ? deflateRawSync(data) : data);
    const { size = data.length, compressedSize = body.length, crc = crc32(data) } = lies;
    const nameBytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc, 10);
    common.writeUInt32LE(compressedSize, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.from(common);
    local.writeUInt16LE(localExtra, 24);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(20, 4);
    common.copy(central, 6);
    central.writeUInt32LE(offset, 42);
    centrals.push(central, nameBytes);
    const record = Buffer.concat([Buffer.from('PK\x03\x04'), local, nameBytes, extra(localExtra), body]);
    locals.push(record);
    offset += record.length;
  }
  const directory = Buffer.concat(centrals);
  const { entries = parts.length, directoryBytes = directory.length, zip64 } = tail;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(zip64 ? 0xffff : entries, 8);
  end.writeUInt16LE(zip64 ? 0xffff : entries, 10);
  end.writeUInt32LE(zip64 ? 0xffffffff : directoryBytes, 12);
  end.writeUInt32LE(zip64 ? 0xffffffff : offset, 16);
  const wide = zip64 ? zip64End(zip64, offset, offset + directory.length) : Buffer.alloc(0);
  return new Uint8Array(Buffer.concat([...locals, directory, wide, end]));
}

/** One extra field of a kind that nobody knows. */
function extra(length: number): Buffer {
  const field = Buffer.alloc(length);
  if (length < 4) return field;
  field.writeUInt16LE(0x7777, 0);
  field.writeUInt16LE(length - 4, 2);
  return field;
}

function zip64End(
  { entries, directoryBytes }: NonNullable<ZipTail['zip64']>,
  directory: number,
  at: number,
): Buffer {
  const record = Buffer.alloc(56 + 20);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(45, 12);
  record.writeUInt16LE(45, 14);
  record.writeBigUInt64LE(entries, 24);
  record.writeBigUInt64LE(entries, 32);
  record.writeBigUInt64LE(directoryBytes, 40);
  record.writeBigUInt64LE(BigInt(directory), 48);
  record.writeUInt32LE(0x07064b50, 56);
  record.writeBigUInt64LE(BigInt(at), 64);
  record.writeUInt32LE(1, 72);
  return record;
}
