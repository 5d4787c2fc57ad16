/** Attributes of HDF5 objects that are text (HDF5 File Format Specification 3.0, IV.A.2.m). */
import { brief } from '../brief';
import { heapText } from './global-heap';
import type { Hdf5Bytes } from './hdf5-bytes';
import { MESSAGE, type Message } from './object-header';
import { countOf, readShape, readType } from './types';

/** Where the value of an attribute lies, and the texts in it once asked for. */
export interface Attribute {
  name: string;
  /** @throws HpaError `weights-invalid` for damaged values, `weights-unsupported` for what is no text */
  texts: () => string[];
}

export function attributesOf(data: Hdf5Bytes, messages: readonly Message[]): Map<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  for (const { type, at, size, shared } of messages) {
    if (type === MESSAGE.attributeInfo) refuseDense(data, at);
    if (type !== MESSAGE.attribute) continue;
    if (shared) throw data.unsupported('a shared attribute');
    const attribute = readAttribute(data, at, at + size);
    if (attributes.has(attribute.name))
      throw data.invalid(`There are two attributes ${brief(attribute.name)}`);
    attributes.set(attribute.name, attribute);
  }
  return attributes;
}

function readAttribute(data: Hdf5Bytes, start: number, end: number): Attribute {
  const version = data.uint8(start);
  if (!(version >= 1 && version <= 3)) throw data.invalid('An attribute has a version that there is not');
  const padded = (size: number) => (version === 1 ? Math.ceil(size / 8) * 8 : size);
  const [nameSize, typeSize, shapeSize] = [2, 4, 6].map((i) => data.uint16(start + i)) as [
    number,
    number,
    number,
  ];
  const nameAt = start + (version === 3 ? 9 : 8);
  const typeAt = nameAt + padded(nameSize);
  const shapeAt = typeAt + padded(typeSize);
  const valueAt = shapeAt + padded(shapeSize);
  if (valueAt > end) throw data.invalid('An attribute is longer than its message');
  const name = data.text(nameAt, nameSize);
  const texts = () => {
    if (version > 1 && data.uint8(start + 1) & 1) throw data.unsupported('an attribute of a shared type');
    const type = readType(data, typeAt);
    const count = countOf(data, readShape(data, shapeAt));
    // Keras's lists of no names have numbers' type.
    if (count === 0) return [];
    if (count * type.size > end - valueAt) throw data.invalid(`The attribute ${brief(name)} is cut off`);
    const places = Array.from({ length: count }, (_, i) => valueAt + i * type.size);
    if (type.kind === 'text') return places.map((at) => data.text(at, type.size));
    if (type.kind === 'heap-text') return places.map((at) => heapText(data, at));
    throw data.unsupported(`the attribute ${brief(name)}, which is no text`);
  };
  return { name, texts };
}

function refuseDense(data: Hdf5Bytes, at: number): void {
  const heap = data.address(at + 2 + (data.uint8(at + 1) & 1 ? 2 : 0));
  if (heap !== undefined) throw data.unsupported("attributes in the format of HDF5 1.8's fractal heaps");
}
