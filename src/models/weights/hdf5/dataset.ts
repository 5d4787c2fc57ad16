/** Arrays in an HDF5 file: shape, type, and the values where they lie (HDF5 File Format Specification 3.0, IV.A.2.i). */
import { brief } from '../brief';
import { assemble, readChunks, readFilters, type ChunkedLayout } from './chunks';
import type { Hdf5Bytes } from './hdf5-bytes';
import { MESSAGE, messageOf, type Message } from './object-header';
import { countOf, readShape, readType, type Hdf5Type } from './types';

export interface Hdf5Array {
  shape: readonly number[];
  type: Hdf5Type;
  /** The elements' bytes in order, a view of the file where they lie together. */
  bytes: () => Uint8Array | Promise<Uint8Array>;
}

const COMPACT = 0;
const CONTIGUOUS = 1;
const CHUNKED = 2;

/** The dataset with these messages; what it declares must be in the file. */
export function readDataset(data: Hdf5Bytes, messages: readonly Message[], path: string): Hdf5Array {
  if (messageOf(data, messages, MESSAGE.externalFiles)) throw data.unsupported('values in other files');
  const [space, type, layout] = [MESSAGE.dataspace, MESSAGE.datatype, MESSAGE.layout].map((kind) => {
    const found = messageOf(data, messages, kind);
    if (!found) throw data.invalid(`${brief(path)} is no array, or lacks its shape, its type or its values`);
    return found;
  }) as [Message, Message, Message];
  const shape = readShape(data, space.at);
  const elementType = readType(data, type.at);
  const size = countOf(data, shape) * elementType.size;
  const version = data.uint8(layout.at);
  const storage = data.uint8(layout.at + 1);
  if (version < 3 || version > 4) throw data.unsupported(`a layout of version ${version}`);
  const array = { shape, type: elementType };

  if (storage === COMPACT)
    return { ...array, bytes: stored(data, layout.at + 4, data.uint16(layout.at + 2), size) };
  if (storage === CONTIGUOUS) {
    const at = data.address(layout.at + 2);
    if (at === undefined && size > 0) throw data.invalid('A dataset has no values');
    return { ...array, bytes: stored(data, at ?? 0, data.uint64(layout.at + 10), size) };
  }
  if (storage !== CHUNKED || version !== 3)
    throw data.unsupported('a virtual dataset, or chunks in the format of HDF5 1.10');
  const chunked = chunkedLayout(data, layout.at, messages, { shape, elementSize: elementType.size });
  return { ...array, bytes: () => assemble(data, chunked) };
}

function stored(data: Hdf5Bytes, at: number, length: number, size: number): () => Uint8Array {
  if (length !== size) throw data.invalid(`A dataset of ${size} bytes has ${length}`);
  const bytes = data.slice(at, size);
  return () => bytes;
}

function chunkedLayout(
  data: Hdf5Bytes,
  at: number,
  messages: readonly Message[],
  { shape, elementSize }: { shape: number[]; elementSize: number },
): ChunkedLayout {
  const tree = data.address(at + 3);
  if (tree === undefined) throw data.invalid('A dataset has no values');
  const sides = Array.from({ length: data.uint8(at + 2) }, (_, i) => data.uint32(at + 11 + i * 4));
  // The last side is the element.
  if (sides.length !== shape.length + 1 || sides.pop() !== elementSize)
    throw data.invalid('Chunks differ in kind from their dataset');
  const filters = messageOf(data, messages, MESSAGE.filters);
  return readChunks(data, tree, {
    ...{ shape, chunkShape: sides, elementSize },
    filters: filters ? readFilters(data, filters.at) : [],
  });
}
