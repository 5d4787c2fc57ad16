/** Files of the other formats that were made to do harm. */
import { constants, deflateRawSync } from 'node:zlib';
import { makeZip, type ZipPart } from '../../data/make-zip';
import { golden } from './files';
import { withHeader } from './safetensors-bytes';

const text = (value: string) => new TextEncoder().encode(value);
/** A gigabyte of zeros as a deflate stream of one megabyte, made of the same piece over and over. */
export function deflateBomb(): Uint8Array {
  const piece = deflateRawSync(new Uint8Array(2 ** 24), { finishFlush: constants.Z_SYNC_FLUSH });
  return Buffer.concat([...new Array<Uint8Array>(64).fill(piece), deflateRawSync(new Uint8Array())]);
}

const json = (value: unknown) => text(JSON.stringify(value));

const one = (entry: object, body = 16) =>
  withHeader(JSON.stringify({ 'fc.weight': entry }), new Uint8Array(body));
const F32 = { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] };

function headerSize(value: bigint): Uint8Array {
  const bytes = withHeader(JSON.stringify({ a: F32 }), new Uint8Array(16));
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}

export const HOSTILE_SAFETENSORS: Readonly<Record<string, () => Uint8Array>> = {
  'a header of 4 GB': () => headerSize(2n ** 32n),
  'a header of 2⁴⁷ bytes': () => headerSize(2n ** 47n),
  'a header of 2⁶³ bytes': () => headerSize(2n ** 63n),
  'a header of no bytes': () => headerSize(0n),
  'a header cut short': () => headerSize(20n),
  'a header of 17 MB': () => withHeader(`{${' '.repeat(17 * 2 ** 20)}}`),
  'a header that is a list': () => withHeader('{"a":1}'.replace('{"a":1}', '[]').padEnd(8)),
  'a header of numbers': () => withHeader('{"a":1}'),
  'a header of null': () => withHeader('{"a":null}'),
  'not a number': () =>
    withHeader('{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,16]}}', new Uint8Array(16)),
  'two arrays of one name': () =>
    withHeader(
      `{"a":${JSON.stringify(F32)},"\\u0061":${JSON.stringify({ ...F32, data_offsets: [16, 32] })}}`,
      new Uint8Array(32),
    ),
  'an array beyond the end': () => one({ ...F32, data_offsets: [16, 32] }),
  'an array before the beginning': () => one({ ...F32, data_offsets: [-16, 0] }),
  'an array from its end to its beginning': () => one({ ...F32, data_offsets: [16, 0] }),
  'arrays that overlap': () =>
    withHeader(JSON.stringify({ a: F32, b: { ...F32, data_offsets: [8, 24] } }), new Uint8Array(24)),
  'bytes that belong to none': () => one(F32, 32),
  'a hole between arrays': () =>
    withHeader(JSON.stringify({ a: F32, b: { ...F32, data_offsets: [24, 40] } }), new Uint8Array(40)),
  'a negative shape': () => one({ ...F32, shape: [-2, -2] }),
  'a shape of terabytes': () => one({ ...F32, shape: [2 ** 40, 2] }),
  'a shape whose size overflows': () => one({ ...F32, shape: [2 ** 32, 2 ** 32, 2 ** 32] }),
  'a shape of fractions': () => one({ ...F32, shape: [0.5, 8] }),
  'a shape of texts': () => one({ ...F32, shape: ['2', '2'] }),
  'a shape of a thousand dimensions': () => one({ ...F32, shape: new Array<number>(1000).fill(1) }),
  'no shape': () => one({ dtype: 'F32', data_offsets: [0, 16] }),
  'a type that every object has': () => one({ ...F32, dtype: 'constructor' }),
  'a type that is a list': () => one({ ...F32, dtype: ['F32'] }),
  integers: () => one({ ...F32, dtype: 'I32' }),
};

const WEIGHTS = 'model.weights.h5';
const parts = (config: Uint8Array, weights: Uint8Array): ZipPart[] => [
  { name: 'config.json', data: config, method: 0 },
  { name: WEIGHTS, data: weights, method: 0 },
];
const good = () => golden('3.15.1/flat.weights.h5');

/** A config of models in models. */
function deepConfig(depth: number): Uint8Array {
  const inner = '{"class_name":"Functional","config":{"name":"m","layers":[';
  return text(inner.repeat(depth) + ']}}'.repeat(depth));
}

export const HOSTILE_ARCHIVES: Readonly<Record<string, () => Uint8Array>> = {
  'a ZIP without weights': () => makeZip([{ name: 'config.json', data: json({}) }]),
  'an empty ZIP': () => Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0),
  'weights that inflate to a gigabyte': () => {
    const weights = { name: WEIGHTS, data: new Uint8Array(), body: deflateBomb(), size: 2 ** 30 };
    return makeZip([{ name: 'config.json', data: json({}) }, weights]);
  },
  'weights that inflate to more than they say': () => {
    const weights = { name: WEIGHTS, data: new Uint8Array(), body: deflateBomb(), size: 2 ** 20 };
    return makeZip([{ name: 'config.json', data: json({}) }, weights]);
  },
  'weights that say they are 4 GB': () =>
    makeZip([
      { name: 'config.json', data: json({}) },
      { name: WEIGHTS, data: good(), size: 2 ** 32 - 2 },
    ]),
  'stored weights that say they are more': () =>
    makeZip([
      { name: 'config.json', data: json({}) },
      { name: WEIGHTS, data: good(), method: 0, size: 2 ** 30 },
    ]),
  'a config of 32 MB': () =>
    makeZip([
      { name: 'config.json', data: new Uint8Array(2 ** 25).fill(0x20) },
      { name: WEIGHTS, data: good() },
    ]),
  'a config that is no JSON': () => makeZip(parts(text('{'), good())),
  'models in models in models': () => makeZip(parts(deepConfig(100), good())),
  'lists in lists': () => makeZip(parts(text('['.repeat(200_000)), good())),
  'weights that are none': () => makeZip(parts(json({}), text('weights'))),
  'weights that are missing a byte': () => makeZip(parts(json({}), good().subarray(0, -1))),
  'a wrong checksum': () =>
    makeZip([
      { name: 'config.json', data: json({}) },
      { name: WEIGHTS, data: good(), method: 0, crc: 1 },
    ]),
  'two configs': () => makeZip([...parts(json({}), good()), { name: 'config.json', data: json([]) }]),
  'a path out of the archive': () =>
    makeZip([...parts(json({}), good()), { name: '../../evil.json', data: json([]) }]),
  'an archive of PyTorch': () => makeZip([{ name: 'archive/data.pkl', data: text('cos\nsystem') }]),
  'an archive of NumPy': () => makeZip([{ name: 'w.npy', data: text('\x93NUMPY') }]),
};

export const HOSTILE_OTHERS: Readonly<Record<string, () => Uint8Array>> = {
  nothing: () => new Uint8Array(),
  'a pickle': () => Uint8Array.of(0x80, 2, 0x63, 0x6f, 0x73),
  'a model.json without its shards': () => json({ weightsManifest: [] }),
  'a picture': () => Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
  zeros: () => new Uint8Array(1000),
};

const spec = (more: object) => ({ name: 'conv/kernel', shape: [2, 2], dtype: 'float32', ...more });
const group = (...weights: unknown[]) => ({ weightsManifest: [{ paths: ['weights.bin'], weights }] });

/** With one shard, weights.bin, of 16 bytes. */
export const HOSTILE_TFJS: Readonly<Record<string, unknown>> = {
  'no JSON': '{',
  'a list': '[]',
  null: 'null',
  'no manifest': {},
  'a manifest that is none': { weightsManifest: 'weights.bin' },
  'a graph model': { format: 'graph-model', ...group(spec({})) },
  'no paths': { weightsManifest: [{ weights: [spec({})] }] },
  'paths that are numbers': { weightsManifest: [{ paths: [1], weights: [spec({})] }] },
  'no weights': { weightsManifest: [{ paths: ['weights.bin'] }] },
  'weights that are null': group(null),
  'one file twice': {
    weightsManifest: [{ paths: ['weights.bin', 'weights.bin'], weights: [spec({ shape: [8] })] }],
  },
  'two weights of one name': group(spec({ shape: [2] }), spec({ shape: [2] })),
  'a shard that is missing': { weightsManifest: [{ paths: ['other.bin'], weights: [spec({})] }] },
  'a path that every object has': { weightsManifest: [{ paths: ['constructor'], weights: [spec({})] }] },
  'too few bytes': group(spec({ shape: [2, 3] })),
  'too many bytes': group(spec({ shape: [2] })),
  terabytes: group(spec({ shape: [2 ** 40, 4] })),
  'more than numbers can tell': group(spec({ shape: [2 ** 50, 2 ** 50] })),
  'a negative shape': group(spec({ shape: [-2, -2] })),
  'a shape of fractions': group(spec({ shape: [0.5, 8] })),
  'no name': group(spec({ name: undefined })),
  texts: group(spec({ dtype: 'string' })),
  'a type that every object has': group(spec({ dtype: 'constructor' })),
  integers: group(spec({ dtype: 'int32' })),
  'quantised to an unknown type': group(
    spec({ shape: [16], quantization: { dtype: 'uint4', min: 0, scale: 1 } }),
  ),
  'quantised without a scale': group(spec({ shape: [16], quantization: { dtype: 'uint8', min: 0 } })),
  'quantised to texts': group(spec({ shape: [16], quantization: { dtype: 'uint8', min: '0', scale: '1' } })),
};
