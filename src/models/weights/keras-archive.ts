/** Keras's `.keras`: a ZIP with config.json, metadata.json and model.weights.h5. */
import { inflateRaw } from '../../data/sources/inflate-raw';
import { readZipDirectory, readZipEntry, type RandomAccess } from '../../data/sources/zip-archive';
import { HpaError, isHpaError } from '../../errors';
import { openHdf5 } from './hdf5/open-hdf5';
import { readKerasConfig } from './keras-config';
import { readKerasWeightsH5 } from './keras-weights-h5';
import type { WeightFile } from './weight-file';

const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';
/** Of the largest network of keras.applications it has 2 MB. */
const MAX_CONFIG_BYTES = 2 ** 24;
/** Weights may be deflated, which saves little, but for those of small models, which are half empty. */
const MAX_EXPANSION = 4;
const ALWAYS_ALLOWED_BYTES = 2 ** 26;

/** @throws HpaError `weights-invalid`, `weights-unsupported` */
export async function readKerasArchive(bytes: Uint8Array, file: string): Promise<WeightFile> {
  const archive = inMemory(bytes, file);
  const entries = await within(file, () => readZipDirectory(archive));
  const [config, weights] = [entries.get(CONFIG), entries.get(WEIGHTS)];
  if (!config || !weights) throw otherZip([...entries.keys()], file);
  const read = (name: string, maxFileBytes: number) => {
    const { size } = entries.get(name)!;
    if (size > maxFileBytes)
      throw damaged(`${name} would have ${size} bytes, more than the ${maxFileBytes} that are allowed`, file);
    return within(file, () => readZipEntry(archive, entries.get(name)!, inflateRaw, { name, maxFileBytes }));
  };
  const layers = readKerasConfig(await read(CONFIG, MAX_CONFIG_BYTES), file);
  const h5 = await read(WEIGHTS, Math.max(ALWAYS_ALLOWED_BYTES, bytes.length * MAX_EXPANSION));
  return { ...readKerasWeightsH5(openHdf5(h5, file), file, layers), format: 'keras' };
}

function inMemory(bytes: Uint8Array, name: string): RandomAccess {
  const read = (start: number, length: number) => Promise.resolve(bytes.subarray(start, start + length));
  return { name, size: bytes.length, read };
}

/** Errors of ZIPs as errors of this file. */
async function within<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = isHpaError(cause) ? cause.reason : (cause as Error).message;
    throw damaged(reason, file, cause);
  }
}

function damaged(reason: string, file: string, cause?: unknown): HpaError {
  return new HpaError('weights-invalid', `The .keras file can't be read: ${reason}`, { file, cause });
}

/** What a ZIP is that Keras didn't write. */
function otherZip(names: readonly string[], file: string): HpaError {
  const isTorch = names.some((name) => name.endsWith('/data.pkl'));
  const isNumpy = names.some((name) => name.endsWith('.npy') || name.endsWith('.npz'));
  const reason = isTorch
    ? "PyTorch's own files can run any code when they are read. Save the weights as safetensors instead: safetensors.torch.save_file(model.state_dict(), 'weights.safetensors')"
    : isNumpy
      ? "NumPy's archives have no names of layers. Save the weights as .weights.h5 or safetensors instead"
      : `It is a ZIP without ${CONFIG} and ${WEIGHTS}, so not a .keras file`;
  return new HpaError('weights-unsupported', reason, { file });
}
