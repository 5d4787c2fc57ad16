/** Weights that are arrays of an HDF5 file. */
import { HpaError } from '../../errors';
import { brief } from './brief';
import { toFloat32 } from './floats';
import type { Hdf5Group } from './hdf5/open-hdf5';

/** The shape and the values of an array in the group. */
export function readArray(group: Hdf5Group, name: string, { key, file }: { key: string; file: string }) {
  const { shape, type, bytes, texts } = group.array(name);
  const read = async () => {
    if (type.kind === 'float') return toFloat32(await bytes(), type.type, type.bigEndian);
    // NumPy has no such type, so that h5py writes bytes and Keras says what they are.
    if (type.kind === 'opaque' && type.size === 2 && texts('dtype')?.[0] === 'bfloat16')
      return toFloat32(await bytes(), 'bfloat16');
    throw new HpaError('weights-unsupported', `${brief(key)} is not made of floating-point numbers`, {
      file,
    });
  };
  return { key, shape, read };
}
