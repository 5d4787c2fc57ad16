/** Files that were made to do harm: each ends in an HpaError, soon and without taking much memory. */
import { readWeights, readTfjsWeights, type WeightFile } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { openHdf5 } from '../../../src/models/weights/hdf5/open-hdf5';
import { failure } from '../../failure';
import { chunkBomb, HOSTILE_HDF5, meetingChunks } from './hostile-hdf5';
import { HOSTILE_ARCHIVES, HOSTILE_OTHERS, HOSTILE_SAFETENSORS, HOSTILE_TFJS } from './hostile-files';

beforeAll(async () => {
  await useEngine({ engine: 'wasm', threads: 1 });
});

const MAX_SECONDS = 1;
const MAX_MEGABYTES = 100;
const CODES = ['weights-invalid', 'weights-unsupported', 'file-missing'];

/** Everything that a file says, and all its values. */
async function readAll(weights: Promise<WeightFile>): Promise<void> {
  // Keras counts in integers what its Normalization has seen.
  const floats = (await weights).entries.filter(({ key }) => !key.includes('normalization/'));
  for (const { read } of floats) await read();
}

/** The error, after a check of what it cost. */
async function costsLittle(work: () => Promise<unknown>) {
  const [cpu, memory] = [process.cpuUsage(), process.resourceUsage().maxRSS];
  const error = await failure(work());
  const { user, system } = process.cpuUsage(cpu);
  expect((user + system) / 1e6).toBeLessThan(MAX_SECONDS);
  expect((process.resourceUsage().maxRSS - memory) / 1024).toBeLessThan(MAX_MEGABYTES);
  expect(CODES).toContain(error.code);
  return error;
}

const CORPUS = { ...HOSTILE_HDF5, ...HOSTILE_SAFETENSORS, ...HOSTILE_ARCHIVES, ...HOSTILE_OTHERS };

describe('readWeights refuses', () => {
  it.each(Object.keys(CORPUS))('%s', async (name) => {
    const bytes = CORPUS[name]!();
    const error = await costsLittle(() => readAll(readWeights(bytes, { file: 'evil' })));
    expect(error.file).toBe('evil');
  });
});

describe('readTfjsWeights refuses', () => {
  it.each(Object.keys(HOSTILE_TFJS))('%s', async (name) => {
    const shards = new Map([['weights.bin', new Uint8Array(16)]]);
    const modelJson = HOSTILE_TFJS[name] as object | string;
    const error = await costsLittle(() => readAll(readTfjsWeights(modelJson, shards, { file: 'evil' })));
    expect(error.file).toBe('evil');
  });
});

it('inflates a chunk to its size and no further', async () => {
  const bytes = chunkBomb();
  const error = await costsLittle(async () => openHdf5(bytes, 'evil').array('gzip').bytes());
  expect(error.message).toContain('chunk');
});

it('walks no tree of chunks twice', async () => {
  const error = await costsLittle(async () => openHdf5(meetingChunks(), 'evil').array('gzip').bytes());
  expect(error.message).toContain('twice');
});

it('says what to do with formats that run code', async () => {
  const pickle = await failure(readWeights(HOSTILE_OTHERS['a pickle']!()));
  const archive = await failure(readWeights(HOSTILE_ARCHIVES['an archive of PyTorch']!()));
  for (const error of [pickle, archive]) {
    expect(error.code).toBe('weights-unsupported');
    expect(error.message).toContain('save_file');
  }
});

it('takes names that every object has as names', async () => {
  const json =
    '{"__proto__":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"toString":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}';
  const { withHeader } = await import('./safetensors-bytes');
  const { entries } = await readWeights(withHeader(json, new Uint8Array(8)));
  expect(entries.map(({ key, shape }) => [key, shape])).toEqual([
    ['__proto__', [2]],
    ['toString', [0]],
  ]);
  const model = {
    weightsManifest: [
      {
        paths: ['a'],
        weights: [
          {
            name: '__proto__/kernel',
            shape: [1],
            dtype: 'float32',
            quantization: { dtype: 'uint8', min: 1, scale: 2 },
          },
        ],
      },
    ],
  };
  const tfjs = await readTfjsWeights(model, new Map([['a', Uint8Array.of(3)]]));
  expect(tfjs.entries[0]!.layer!.name).toBe('__proto__');
  expect([...(await tfjs.entries[0]!.read())]).toEqual([7]);
});
