/** The HDF5 reader beside h5py: every kind of storage, names, attributes. */
import { isHpaError } from 'hpa-kit';
import { describe, expect, it } from 'vitest';
import { toFloat32 } from '../../../src/models/weights/floats';
import { openHdf5, type Hdf5Group } from '../../../src/models/weights/hdf5/open-hdf5';
import { failure } from '../../failure';
import { formulaWeight } from '../formula';
import { golden } from './files';

const EXPECTED = formulaWeight('chunked', 7 * 5 * 3, 'kernel', 35);
const open = (name: string) => openHdf5(golden(name), name);

async function floats(group: Hdf5Group, name: string): Promise<Float32Array> {
  const { type, bytes } = group.array(name);
  if (type.kind !== 'float') throw new Error(`${name} is no array of floats`);
  return toFloat32(await bytes(), type.type, type.bigEndian);
}

function nearest(values: Float32Array, precision: number): boolean {
  return values.every((value, i) => Math.abs(value - EXPECTED[i]!) <= precision * Math.abs(EXPECTED[i]!));
}

describe('openHdf5', () => {
  it.each(['big_endian', 'gzip', 'shuffle', 'compact', 'many_chunks'])('reads %s exactly', async (name) => {
    const storage = open('storage.h5');
    expect(storage.array(name).shape).toEqual(name === 'many_chunks' ? [105] : [7, 5, 3]);
    expect(await floats(storage, name)).toEqual(EXPECTED);
  });

  it('reads half precision, in chunks that hang over and with checksums', async () => {
    const plain = await floats(open('storage.h5'), 'plain_chunks');
    expect(plain).toHaveLength(105);
    expect(nearest(plain, 2 ** -11)).toBe(true);
    // 33 numbers of two bytes: 66 bytes, and the next one odd.
    const checked = await floats(open('storage.h5'), 'checksum');
    expect(checked).toHaveLength(33);
    expect(nearest(checked, 2 ** -11)).toBe(true);
  });

  it('notices damage in a chunk with a checksum', async () => {
    const bytes = golden('storage.h5');
    const { bytes: read } = openHdf5(bytes, 'storage.h5').array('checksum');
    const place = Buffer.from(bytes).indexOf(Buffer.from((await read()).slice(0, 16)));
    bytes[place + 5]! ^= 1;
    const error = await failure(Promise.resolve().then(read));
    expect(error.message).toContain('checksum');
  });

  it('says that it does not read what Keras does not write', async () => {
    const storage = open('storage.h5');
    const errorOf = (work: () => unknown) => failure(Promise.resolve().then(work));
    expect((await errorOf(() => storage.array('lzf'))).code).toBe('weights-unsupported');
    expect((await errorOf(() => storage.array('unwritten'))).message).toContain('no values');
    expect(storage.array('integers').type.kind).toBe('other');
    expect((await errorOf(() => storage.array('absent'))).message).toContain('/absent');
    expect((await errorOf(() => storage.group('gzip'))).message).toContain('not a group');
    const nested = open('newest.h5');
    expect((await errorOf(() => nested.array('group'))).message).toContain('no array');
  });

  it('reads attributes that are text', async () => {
    const { texts } = open('storage.h5');
    expect(texts('text')).toEqual(['Größe']);
    expect(texts('list')).toEqual(['a', 'bc', '']);
    expect(texts('bytes')).toEqual(['de', 'f']);
    expect(texts('absent')).toBeUndefined();
    expect((await failure(Promise.resolve().then(() => texts('number')))).code).toBe('weights-unsupported');
  });

  it('reads the newer format where groups are small', async () => {
    const group = open('newest.h5').group('group');
    expect(group.names()).toEqual(['array']);
    expect(group.texts('names')).toEqual(['x', 'yz']);
    expect(await floats(group, 'array')).toEqual(EXPECTED);
  });

  it('names the file in every error', () => {
    try {
      open('many-links.h5');
      expect.unreachable();
    } catch (error) {
      expect(isHpaError(error, 'weights-unsupported') && error.file).toBe('many-links.h5');
    }
  });
});
