import { expect, it } from 'vitest';
import { readWeights } from 'hpa-kit';
import { writeSafetensors } from '../../../src/models/weights/write-safetensors';

const arrays = [
  { key: 'conv/kernel', shape: [2, 3], values: Float32Array.of(1, -2, 3.5, 0, NaN, Infinity) },
  { key: 'conv/bias', shape: [], values: Float32Array.of(7) },
  { key: 'empty/bias', shape: [0], values: new Float32Array() },
];

it('is read again, names, shapes and bits', async () => {
  const { entries, convention, format } = await readWeights(writeSafetensors(arrays, { made: 'by a test' }));
  expect({ convention, format }).toEqual({ convention: 'keras', format: 'safetensors' });
  const read = entries.map(async (entry) => ({
    key: entry.key,
    shape: entry.shape,
    values: await entry.read(),
  }));
  expect(await Promise.all(read)).toEqual(arrays);
});

it('has the bytes that Python writes', () => {
  const bytes = writeSafetensors([{ key: 'a', shape: [2], values: Float32Array.of(1, 2) }], { k: 'v' });
  // safetensors.numpy.save({'a': np.array([1, 2], np.float32)}, {'k': 'v'}) of safetensors 0.8.0
  const header = '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} ';
  const expected = [
    80,
    ...Array<number>(7).fill(0),
    ...new TextEncoder().encode(header),
    0,
    0,
    128,
    63,
    0,
    0,
    0,
    64,
  ];
  expect([...bytes]).toEqual(expected);
});

it('refuses what no reader could tell apart or fill', () => {
  const one = arrays[0]!;
  expect(() => writeSafetensors([one, one])).toThrow('keys must differ. Received "conv/kernel" twice');
  expect(() => writeSafetensors([{ ...one, shape: [2, 2] }])).toThrow(
    /"conv\/kernel" of shape 2×2.*Received 6/,
  );
});
