/** Texts of any length, which lie in heaps apart (HDF5 File Format Specification 3.0, III.E). */
import type { Hdf5Bytes } from './hdf5-bytes';

type Heap = ReadonlyMap<number, { at: number; size: number }>;

const heaps = new WeakMap<Hdf5Bytes, Map<number, Heap>>();

/** The text to which the 16 bytes at this place refer. */
export function heapText(data: Hdf5Bytes, at: number): string {
  const [length, address, index] = [data.uint32(at), data.uint64(at + 4), data.uint32(at + 12)];
  if (length === 0) return '';
  const known = heaps.get(data) ?? new Map<number, Heap>();
  heaps.set(data, known);
  const heap = known.get(address) ?? readHeap(data, address);
  known.set(address, heap);
  const place = heap.get(index);
  if (!place || length > place.size) throw data.invalid('A text is not where it should be');
  return data.claimText(place.at, length);
}

function readHeap(data: Hdf5Bytes, address: number): Heap {
  data.expect(address, 'GCOL');
  const objects = new Map<number, { at: number; size: number }>();
  const end = address + data.slice(address, data.uint64(address + 8)).length;
  for (let at = address + 16; at + 16 <= end;) {
    data.claim(at, 16);
    const [index, size] = [data.uint16(at), data.uint64(at + 8)];
    // What is left is free.
    if (index === 0) break;
    objects.set(index, { at: at + 16, size });
    at += 16 + Math.ceil(size / 8) * 8;
  }
  return objects;
}
