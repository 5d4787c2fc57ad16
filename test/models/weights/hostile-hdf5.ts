/** HDF5 files that were made to do harm, from those that Keras wrote. */
import { golden } from './files';
import { deflateBomb } from './hostile-files';

/** Where the root group's entry caches the tree of its names, in a superblock of version 0. */
const ROOT_TREE = 80;

/** A copy with 64-bit numbers at these places. */
function withNumbers(bytes: Uint8Array, numbers: readonly (readonly [at: number, value: bigint | number])[]) {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (const [at, value] of numbers) view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), true);
  return copy;
}

function withBytes(bytes: Uint8Array, at: number, values: readonly number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

const number = (bytes: Uint8Array, at: number) =>
  Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at, true));

function placesOf(bytes: Uint8Array, pattern: Uint8Array): number[] {
  const places: number[] = [];
  const [haystack, needle] = [
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    Buffer.from(pattern),
  ];
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) places.push(at);
  if (places.length === 0) throw new Error('The file has no such place');
  return places;
}

const textPlace = (bytes: Uint8Array, text: string) => placesOf(bytes, new TextEncoder().encode(text))[0]!;

/** Where these 64-bit numbers stand in a row. */
function numbersPlace(bytes: Uint8Array, values: readonly number[]): number {
  const pattern = new Uint8Array(BigUint64Array.from(values, BigInt).buffer);
  return placesOf(bytes, pattern)[0]!;
}

interface Link {
  /** Of its entry in the symbol table: the name's offset, the address, and what is cached. */
  at: number;
  header: number;
  tree: number;
}

/** The names in a group of one leaf, by the tree at this address. */
function linksOf(bytes: Uint8Array, tree: number, heap: number): Map<string, Link> {
  const node = number(bytes, tree + 32);
  const count = bytes[node + 6]!;
  const names = number(bytes, heap + 24);
  return new Map(
    Array.from({ length: count }, (_, i) => {
      const at = node + 8 + i * 40;
      const start = names + number(bytes, at);
      const name = Buffer.from(bytes.subarray(start, bytes.indexOf(0, start))).toString();
      return [name, { at, header: number(bytes, at + 8), tree: number(bytes, at + 24) }] as const;
    }),
  );
}

const rootLinks = (bytes: Uint8Array) =>
  linksOf(bytes, number(bytes, ROOT_TREE), number(bytes, ROOT_TREE + 8));

/** Thirty levels, each node with twice the same child: a walk along all ways would take 2³⁰ steps. */
function meetingBranches(): Uint8Array {
  const bytes = golden('3.15.1/flat.weights.h5');
  const [root, nodeSize, levels] = [number(bytes, ROOT_TREE), 72, 30];
  const grown = new Uint8Array(bytes.length + levels * nodeSize);
  grown.set(bytes);
  const view = new DataView(grown.buffer);
  for (let level = 1; level <= levels; level++) {
    const at = bytes.length + (level - 1) * nodeSize;
    grown.set([0x54, 0x52, 0x45, 0x45, 0, level, 2, 0], at);
    const child = BigInt(level === 1 ? root : at - nodeSize);
    for (const place of [32, 48]) view.setBigUint64(at + place, child, true);
  }
  const top = BigInt(grown.length - nodeSize);
  const address = new Uint8Array(BigUint64Array.of(BigInt(root)).buffer);
  for (const at of placesOf(bytes, address)) view.setBigUint64(at, top, true);
  return withNumbers(grown, [[40, grown.length]]);
}

/** `layers/functional/layers` is `layers` again. */
function modelInItself(): Uint8Array {
  const bytes = golden('3.15.1/nested.weights.h5');
  const layers = rootLinks(bytes).get('layers')!;
  const inner = linksOf(bytes, layers.tree, number(bytes, layers.at + 32)).get('functional')!;
  const nested = linksOf(bytes, inner.tree, number(bytes, inner.at + 32)).get('layers')!;
  return withNumbers(bytes, [[nested.at + 8, layers.header]]);
}

/** Two names in `layers` are one. */
function twoOfOneName(): Uint8Array {
  const bytes = golden('3.15.1/flat.weights.h5');
  const [layers, vars] = ['layers', 'vars'].map((name) => rootLinks(bytes).get(name)!);
  return withNumbers(bytes, [[vars!.at, number(bytes, layers!.at)]]);
}

/** The first message of the root's header goes on with the header itself. */
function endlessHeader(): Uint8Array {
  const bytes = golden('3.15.1/flat.weights.h5');
  const header = number(bytes, 64);
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(header + 8, true);
  const continued = withNumbers(bytes, [
    [header + 24, header + 16],
    [header + 32, size],
  ]);
  return withBytes(continued, header + 16, [0x10, 0]);
}

/** A list of names with another length, of texts that lie in a heap. */
function manyNames(count: bigint): Uint8Array {
  const bytes = golden('3.15.1/flat.h5');
  const at = textPlace(bytes, 'layer_names');
  const dims = bytes.subarray(at, at + 200);
  const place = numbersPlace(dims, [17]);
  return withNumbers(bytes, [[at + place, count]]);
}

const kernelSide = (value: bigint) => {
  const bytes = golden('3.15.1/flat.weights.h5');
  return withNumbers(bytes, [[numbersPlace(bytes, [3, 3, 3, 4]) + 24, value]]);
};

/** Where a tree of chunks begins whose root has so many entries. */
function chunkTree(bytes: Uint8Array, entries: number): number {
  const trees = placesOf(bytes, Uint8Array.of(0x54, 0x52, 0x45, 0x45, 1));
  return trees.find((at) => bytes[at + 6] === entries)!;
}

/** storage.h5 with `extra` at its end. */
function grownStorage(extra: Uint8Array): Uint8Array {
  const bytes = golden('storage.h5');
  const grown = new Uint8Array(bytes.length + extra.length);
  grown.set(bytes);
  grown.set(extra, bytes.length);
  return withNumbers(grown, [[40, grown.length]]);
}

/** In `gzip`, a chunk that inflates to a gigabyte, where 72 bytes are due. */
export function chunkBomb(): Uint8Array {
  const bomb = Buffer.concat([Uint8Array.of(0x78, 0x9c), deflateBomb(), new Uint8Array(4)]);
  const grown = grownStorage(bomb);
  const node = chunkTree(grown, 9);
  new DataView(grown.buffer).setUint32(node + 24, bomb.length, true);
  return withNumbers(grown, [[node + 24 + 40, grown.length - bomb.length]]);
}

/** In `gzip`, thirty levels of nodes that have the same child twice. */
export function meetingChunks(): Uint8Array {
  const [nodeSize, levels, stride] = [24 + 2 * 48 + 40, 30, 48];
  const grown = grownStorage(new Uint8Array(levels * nodeSize));
  const root = chunkTree(grown, 9);
  const start = grown.length - levels * nodeSize;
  const view = new DataView(grown.buffer);
  for (let level = 1; level <= levels; level++) {
    const at = start + (level - 1) * nodeSize;
    grown.set([0x54, 0x52, 0x45, 0x45, 1, level, 2, 0], at);
    const child = BigInt(level === 1 ? root : at - nodeSize);
    for (const entry of [0, 1]) view.setBigUint64(at + 24 + entry * stride + 40, child, true);
  }
  const top = BigInt(grown.length - nodeSize);
  const address = new Uint8Array(BigUint64Array.of(BigInt(root)).buffer);
  for (const at of placesOf(grown.subarray(0, start), address)) view.setBigUint64(at, top, true);
  return grown;
}

const superblock = (at: number, value: number) => withBytes(golden('3.15.1/flat.h5'), at, [value]);
const signature = (text: string, at: number, values: readonly number[]) => {
  const bytes = golden('3.15.1/flat.h5');
  return withBytes(bytes, textPlace(bytes, text) + at, values);
};

export const HOSTILE_HDF5: Readonly<Record<string, () => Uint8Array>> = {
  'only the signature': () => golden('3.15.1/flat.h5').subarray(0, 8),
  'a tree whose branches meet again': meetingBranches,
  'a model within itself': modelInItself,
  'two objects of one name': twoOfOneName,
  'a header that goes on with itself': endlessHeader,
  '2³¹ names': () => manyNames(2n ** 31n),
  '2⁴⁰ names': () => manyNames(2n ** 40n),
  '2⁶³ names': () => manyNames(2n ** 63n),
  'a kernel of terabytes': () => kernelSide(2n ** 40n),
  'a kernel beyond all numbers': () => kernelSide(2n ** 53n - 1n),
  'a kernel of a negative size': () => kernelSide(-1n),
  'a kernel of no size': () => kernelSide(0n),
  'another version': () => superblock(8, 9),
  'addresses of 32 bits': () => superblock(13, 4),
  'an offset of all addresses': () => superblock(24, 8),
  'an end beyond its own': () => superblock(43, 1),
  'a root beyond its end': () => superblock(67, 255),
  'a tree of 65535 entries': () => signature('TREE', 6, [255, 255]),
  'a table of 65535 names': () => signature('SNOD', 6, [255, 255]),
  'a heap of petabytes': () => signature('HEAP', 14, [4]),
  'a heap beyond its end': () => signature('HEAP', 28, [255, 255]),
  'heaps of texts without end': () => {
    const bytes = golden('3.15.1/flat.h5');
    const heaps = placesOf(bytes, new TextEncoder().encode('GCOL'));
    return withNumbers(
      bytes,
      heaps.map((at) => [at + 8, 2 ** 40]),
    );
  },
  'soft and external links': () => golden('soft-link.h5'),
  'a group in the newer format': () => golden('many-links.h5'),
};
