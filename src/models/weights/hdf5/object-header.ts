/** The messages in the header of an HDF5 object (HDF5 File Format Specification 3.0, IV.A.1). */
import type { Hdf5Bytes } from './hdf5-bytes';

export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** Where the body of a message lies. */
export interface Message {
  type: number;
  at: number;
  size: number;
  /** Whether the body only says where the real one is. */
  shared: boolean;
}

/** A run of messages: how long what precedes each body is, and how many there may be. */
interface Layout {
  prefixSize: number;
  prefix: (at: number) => { type: number; size: number; flags: number };
  /** Bytes around the messages of a continued block: its signature and its checksum. */
  before: string;
  after: number;
}

export function readMessages(data: Hdf5Bytes, address: number): Message[] {
  const [layout, start, size] = data.uint8(address) === 1 ? version1(data, address) : version2(data, address);
  const messages: Message[] = [];
  const blocks: [start: number, size: number][] = [[start, size]];
  for (const [at, length] of blocks) {
    data.claim(at, length);
    for (let next = at; next + layout.prefixSize <= at + length;) {
      const { type, size: bodySize, flags } = layout.prefix(next);
      const body = next + layout.prefixSize;
      next = body + bodySize;
      if (next > at + length) throw data.invalid('A message is longer than its header');
      if (type === MESSAGE.continuation) blocks.push(continued(data, body, layout));
      else messages.push({ type, at: body, size: bodySize, shared: (flags & 2) !== 0 });
    }
  }
  return messages;
}

/** The one message of this type, if there is one. */
export function messageOf(data: Hdf5Bytes, messages: readonly Message[], type: number): Message | undefined {
  const found = messages.find((message) => message.type === type);
  if (found?.shared) throw data.unsupported('a shared message');
  return found;
}

function continued(data: Hdf5Bytes, at: number, { before, after }: Layout): [start: number, size: number] {
  const start = data.uint64(at);
  const size = data.uint64(at + 8) - before.length - after;
  if (before) data.expect(start, before);
  if (size < 0) throw data.invalid('A part of a header is too short');
  return [start + before.length, size];
}

function version1(data: Hdf5Bytes, address: number): [Layout, start: number, size: number] {
  const prefix = (at: number) => ({
    type: data.uint16(at),
    size: data.uint16(at + 2),
    flags: data.uint8(at + 4),
  });
  return [{ prefixSize: 8, prefix, before: '', after: 0 }, address + 16, data.uint32(address + 8)];
}

function version2(data: Hdf5Bytes, address: number): [Layout, start: number, size: number] {
  data.expect(address, 'OHDR');
  if (data.uint8(address + 4) !== 2) throw data.invalid('A header has a version that there is not');
  const flags = data.uint8(address + 5);
  const at = address + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const width = 1 << (flags & 3);
  const size = data.uint(at, width);
  const prefix = (from: number) => ({
    type: data.uint8(from),
    size: data.uint16(from + 1),
    flags: data.uint8(from + 3),
  });
  const prefixSize = flags & 4 ? 6 : 4;
  return [{ prefixSize, prefix, before: 'OCHK', after: 4 }, at + width, size];
}
