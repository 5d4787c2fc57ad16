/** Datasets stored in chunks, each through filters (HDF5 File Format Specification 3.0, III.A.1 and IV.A.2.l). */
import { isHpaError } from '../../../errors';
import { inflate } from '../../../image/png/inflate';
import { chooseZlib } from '../../../image/png/node-zlib';
import type { Hdf5Bytes } from './hdf5-bytes';
import { treeNode } from './links';

interface Chunk {
  /** Of its first element. */
  offset: readonly number[];
  at: number;
  size: number;
  /** Bit i set: filter i was not applied. */
  skipped: number;
}

export interface ChunkedLayout {
  shape: readonly number[];
  chunkShape: readonly number[];
  elementSize: number;
  filters: readonly number[];
  chunks: readonly Chunk[];
}

const CHUNK_NODE = 1;
const DEFLATE = 1;
const SHUFFLE = 2;
const CHECKSUM = 3;
/** Deflate cannot expand data by more than this (zlib, "Maximum Compression Factor"). */
const MAX_EXPANSION = 1032;

/** The ids of the filters, in the order of writing. */
export function readFilters(data: Hdf5Bytes, start: number): number[] {
  const version = data.uint8(start);
  if (version !== 1 && version !== 2) throw data.invalid('Filters have a version that there is not');
  let at = start + (version === 1 ? 8 : 2);
  return Array.from({ length: data.uint8(start + 1) }, () => {
    const id = data.uint16(at);
    if (id < DEFLATE || id > CHECKSUM) throw data.unsupported(`compression by HDF5's filter ${id}`);
    const hasName = version === 1;
    const nameSize = hasName ? Math.ceil(data.uint16(at + 2) / 8) * 8 : 0;
    const values = data.uint16(at + (hasName ? 6 : 4));
    at += (hasName ? 8 : 6) + nameSize + 4 * (version === 1 ? values + (values % 2) : values);
    return id;
  });
}

/** Every chunk of the dataset, of which none may be missing. */
export function readChunks(
  data: Hdf5Bytes,
  tree: number,
  layout: Omit<ChunkedLayout, 'chunks'>,
): ChunkedLayout {
  const { shape, chunkShape, elementSize, filters } = layout;
  if (chunkShape.some((side, i) => side < 1 || side > shape[i]!))
    throw data.invalid('It has chunks larger than their dataset');
  const expected = shape.reduce((count, side, i) => count * Math.ceil(side / chunkShape[i]!), 1);
  const chunkBytes = chunkShape.reduce((product, side) => product * side, elementSize);
  const chunks = new Map<string, Chunk>();
  for (const chunk of chunksOf(data, tree, shape.length)) {
    const { offset, at, size } = chunk;
    if (offset.some((place, i) => place % chunkShape[i]! !== 0 || place >= shape[i]!))
      throw data.invalid('A chunk lies outside of its dataset');
    data.slice(at, size);
    if (filters.length === 0 ? size !== chunkBytes : chunkBytes > size * MAX_EXPANSION)
      throw data.invalid(`${size} bytes cannot hold a chunk of ${chunkBytes}`);
    const key = offset.join();
    if (chunks.has(key)) throw data.invalid('It has a chunk twice');
    chunks.set(key, chunk);
  }
  if (chunks.size !== expected)
    throw data.invalid(`It has ${chunks.size} of ${expected} chunks of a dataset`);
  return { ...layout, chunks: [...chunks.values()] };
}

function* chunksOf(data: Hdf5Bytes, at: number, rank: number, expected?: number): Generator<Chunk> {
  const { level, entries } = treeNode(data, at, CHUNK_NODE, expected);
  const stride = 24 + rank * 8;
  data.claim(at, 24 + entries * stride);
  for (let i = 0; i < entries; i++) {
    const key = at + 24 + i * stride;
    const child = data.uint64(key + stride - 8);
    if (level > 0) yield* chunksOf(data, child, rank, level - 1);
    else {
      const offset = Array.from({ length: rank }, (_, d) => data.uint64(key + 8 + d * 8));
      yield { offset, at: child, size: data.uint32(key), skipped: data.uint32(key + 4) };
    }
  }
}

/** The dataset's bytes, its elements in order. */
export async function assemble(data: Hdf5Bytes, layout: ChunkedLayout): Promise<Uint8Array> {
  const { shape, chunkShape, elementSize, chunks } = layout;
  const whole = new Uint8Array(shape.reduce((product, side) => product * side, elementSize));
  for (const chunk of chunks) {
    const bytes = await unfilter(data, layout, chunk);
    copyRows(whole, shape, bytes, chunkShape, chunk.offset, elementSize);
  }
  return whole;
}

async function unfilter(
  data: Hdf5Bytes,
  { chunkShape, elementSize, filters }: ChunkedLayout,
  { at, size, skipped }: Chunk,
): Promise<Uint8Array> {
  const expected = chunkShape.reduce((product, side) => product * side, elementSize);
  let bytes = data.slice(at, size);
  for (let i = filters.length - 1; i >= 0; i--) {
    if (skipped & (1 << i)) continue;
    if (filters[i] === CHECKSUM) bytes = checked(data, bytes);
    else if (filters[i] === SHUFFLE) bytes = unshuffle(bytes, elementSize);
    else bytes = await inflateChunk(data, bytes, expected);
  }
  if (bytes.length !== expected) throw data.invalid(`A chunk has ${bytes.length} bytes, not ${expected}`);
  return bytes;
}

async function inflateChunk(data: Hdf5Bytes, bytes: Uint8Array, expected: number): Promise<Uint8Array> {
  try {
    return await inflate([bytes], expected, chooseZlib('auto'));
  } catch (error) {
    // It speaks of a PNG's image data.
    throw isHpaError(error, 'png-invalid') ? data.invalid('A compressed chunk is damaged') : error;
  }
}

/** All first bytes of the elements, all second ones, …: back to element by element. */
function unshuffle(bytes: Uint8Array, elementSize: number): Uint8Array {
  const count = Math.floor(bytes.length / elementSize);
  const elements = bytes.slice();
  for (let byte = 0; byte < elementSize; byte++)
    for (let i = 0; i < count; i++) elements[i * elementSize + byte] = bytes[byte * count + i]!;
  return elements;
}

/** What stands before the Fletcher checksum of 32 bits, if it is right. */
function checked(data: Hdf5Bytes, bytes: Uint8Array): Uint8Array {
  const body = bytes.subarray(0, Math.max(0, bytes.length - 4));
  let [low, high] = [0, 0];
  for (let i = 0; i < body.length; i += 2) {
    // Words of 16 bits, the first byte the high one; an odd last byte is a high one too.
    low = (low + ((body[i]! << 8) | (body[i + 1] ?? 0))) % 65535;
    high = (high + low) % 65535;
  }
  const stored = [0, 2].map((i) => (bytes[body.length + i] ?? 0) | ((bytes[body.length + i + 1] ?? 0) << 8));
  // 0 and 65535 are the same sum.
  if (stored[0]! % 65535 !== low || stored[1]! % 65535 !== high)
    throw data.invalid('A chunk differs from its checksum');
  return body;
}

/** Copies a chunk's rows to their places; at the dataset's edges chunks hang over. */
function copyRows(
  whole: Uint8Array,
  shape: readonly number[],
  chunk: Uint8Array,
  chunkShape: readonly number[],
  offset: readonly number[],
  elementSize: number,
): void {
  const rank = shape.length;
  const extent = shape.map((side, i) => Math.min(chunkShape[i]!, side - offset[i]!));
  const rowBytes = (extent[rank - 1] ?? 1) * elementSize;
  const rows = extent.slice(0, -1).reduce((product, side) => product * side, 1);
  const place = new Array<number>(Math.max(0, rank - 1)).fill(0);
  for (let row = 0; row < rows; row++) {
    let [from, to] = [0, 0];
    for (let d = 0; d < rank; d++) {
      from = from * chunkShape[d]! + (place[d] ?? 0);
      to = to * shape[d]! + (place[d] ?? 0) + offset[d]!;
    }
    const start = from * elementSize;
    whole.set(chunk.subarray(start, start + rowBytes), to * elementSize);
    for (let d = rank - 2; d >= 0; d--) {
      place[d]!++;
      if (place[d]! < extent[d]!) break;
      place[d] = 0;
    }
  }
}
