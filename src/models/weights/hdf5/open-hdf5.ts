/**
 * HDF5 files as Keras and h5py write them: groups, text attributes and arrays of numbers.
 *
 * A reader of its own, since weights come from strangers: on a hostile file jsfive goes on for ever, and the HDF5 library
 * inflates a chunk to gigabytes where it wants bytes. Here each byte of structure is read once, and no more is inflated
 * than the array's shape allows.
 */
import { brief } from '../brief';
import { attributesOf } from './attributes';
import { readDataset, type Hdf5Array } from './dataset';
import { Hdf5Bytes } from './hdf5-bytes';
import { linksOf } from './links';
import { MESSAGE, readMessages, type Message } from './object-header';

export interface Hdf5Group extends WithTexts {
  /** Names of what it holds. */
  names: () => string[];
  has: (name: string) => boolean;
  /** @throws HpaError `weights-invalid` where there is none of this name, or it is an array */
  group: (name: string) => Hdf5Group;
  /** @throws HpaError `weights-invalid` where there is none of this name, or it is a group */
  array: (name: string) => Hdf5Array & WithTexts;
}

interface WithTexts {
  /** An attribute that is text, or a list of texts; `undefined` if there is none of this name. */
  texts: (attribute: string) => string[] | undefined;
}

/**
 * The root of the file. What it holds is read when it is asked for; arrays should be asked for once.
 *
 * @throws HpaError `weights-invalid` for damaged files, `weights-unsupported` for what Keras does not write; so do all
 *   methods of groups
 */
export function openHdf5(bytes: Uint8Array, file: string): Hdf5Group {
  const data = new Hdf5Bytes(bytes, file);
  return openGroup(data, rootAddress(data), '');
}

/** Of the root group's header, as the superblock has it (II). */
function rootAddress(data: Hdf5Bytes): number {
  const version = data.uint8(8);
  if (version > 3) throw data.unsupported(`a superblock of version ${version}`);
  const isOld = version < 2;
  if (data.uint8(isOld ? 13 : 9) !== 8 || data.uint8(isOld ? 14 : 10) !== 8)
    throw data.unsupported('addresses of other than 64 bits');
  const base = isOld ? (version === 0 ? 24 : 28) : 12;
  if (data.uint64(base) !== 0) throw data.unsupported('an offset of all addresses');
  const end = data.uint64(base + 16);
  if (end > data.size)
    throw data.invalid(`It has ${data.size} bytes of ${end}: it was not copied to its end`);
  return data.uint64(isOld ? base + 40 : base + 24);
}

function openGroup(data: Hdf5Bytes, address: number, path: string): Hdf5Group {
  const messages = readMessages(data, address);
  if (isArray(messages)) throw data.invalid(`${brief(path) || 'Its root'} is an array, not a group`);
  const links = linksOf(data, messages);
  const groups = new Map<string, Hdf5Group>();
  const addressOf = (name: string) => {
    const found = links.get(name);
    if (found === undefined) throw data.invalid(`It lacks ${brief(`${path}/${name}`)}`);
    return found;
  };
  return {
    names: () => [...links.keys()],
    has: (name) => links.has(name),
    group: (name) => {
      const group = groups.get(name) ?? openGroup(data, addressOf(name), `${path}/${name}`);
      groups.set(name, group);
      return group;
    },
    array: (name) => {
      const own = readMessages(data, addressOf(name));
      return { ...readDataset(data, own, `${path}/${name}`), texts: textsOf(data, own) };
    },
    texts: textsOf(data, messages),
  };
}

function textsOf(data: Hdf5Bytes, messages: readonly Message[]): WithTexts['texts'] {
  const attributes = attributesOf(data, messages);
  return (attribute) => attributes.get(attribute)?.texts();
}

const isArray = (messages: readonly Message[]) => messages.some(({ type }) => type === MESSAGE.layout);
