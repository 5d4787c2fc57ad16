/** The names in an HDF5 group, and where the objects lie (HDF5 File Format Specification 3.0, III.A to III.D). */
import { briefJson } from '../brief';
import type { Hdf5Bytes } from './hdf5-bytes';
import { MESSAGE, type Message } from './object-header';

const GROUP_NODE = 0;
const ENTRY_SIZE = 40;
/** What a symbol table's entry caches where it is a soft link. */
const SOFT_LINK = 2;

/** Objects by name. Links that leave the group's own objects, soft or external, are refused. */
export function linksOf(data: Hdf5Bytes, messages: readonly Message[]): Map<string, number> {
  const links = new Map<string, number>();
  const add = (name: string, address: number) => {
    if (links.has(name)) throw data.invalid(`There are two objects named ${briefJson(name)}`);
    links.set(name, address);
  };
  for (const { type, at } of messages) {
    if (type === MESSAGE.symbolTable) readSymbolTable(data, at, add);
    else if (type === MESSAGE.link) readLink(data, at, add);
    else if (type === MESSAGE.linkInfo) refuseDense(data, at);
  }
  return links;
}

type Add = (name: string, address: number) => void;

function readSymbolTable(data: Hdf5Bytes, at: number, add: Add): void {
  const [tree, heap] = [data.uint64(at), data.uint64(at + 8)];
  data.claim(heap, 32);
  data.expect(heap, 'HEAP');
  const [namesSize, names] = [data.uint64(heap + 8), data.uint64(heap + 24)];
  for (const node of leavesOf(data, tree)) {
    data.expect(node, 'SNOD');
    const count = data.uint16(node + 6);
    data.claim(node, 8 + count * ENTRY_SIZE);
    for (let entry = node + 8; entry < node + 8 + count * ENTRY_SIZE; entry += ENTRY_SIZE) {
      const offset = data.uint64(entry);
      if (data.uint32(entry + 16) === SOFT_LINK) throw data.unsupported('a soft link');
      const name = data.claimText(names + offset, namesSize - offset);
      add(name, data.uint64(entry + 8));
    }
  }
}

/** The children of the tree's lowest nodes. */
function* leavesOf(data: Hdf5Bytes, at: number, expected?: number): Generator<number> {
  const { level, entries } = treeNode(data, at, GROUP_NODE, expected);
  data.claim(at, 24 + entries * 16);
  for (let i = 0; i < entries; i++) {
    const child = data.uint64(at + 32 + i * 16);
    if (level === 0) yield child;
    else yield* leavesOf(data, child, level - 1);
  }
}

/** The head of a node of a version 1 B-tree, whose levels fall by one from node to child. */
export function treeNode(data: Hdf5Bytes, at: number, type: number, expected: number | undefined) {
  data.expect(at, 'TREE');
  const level = data.uint8(at + 5);
  if (data.uint8(at + 4) !== type || level !== (expected ?? level))
    throw data.invalid('A tree has a node that is not its own');
  return { level, entries: data.uint16(at + 6) };
}

/** A link in the header itself, as newer files have them. */
function readLink(data: Hdf5Bytes, start: number, add: Add): void {
  const flags = data.uint8(start + 1);
  let at = start + 2;
  if (flags & 8 && data.uint8(at++) !== 0) throw data.unsupported('a soft or external link');
  at += (flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0);
  const width = 1 << (flags & 3);
  const length = data.uint(at, width);
  add(data.claimText(at + width, length), data.uint64(at + width + length));
}

function refuseDense(data: Hdf5Bytes, at: number): void {
  const heap = data.address(at + 2 + (data.uint8(at + 1) & 1 ? 8 : 0));
  if (heap !== undefined) throw data.unsupported("a group in the format of HDF5 1.8's fractal heaps");
}
