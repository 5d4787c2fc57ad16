/** A file of weights by its bytes, whichever program wrote it. */
import { HpaError, isHpaError } from '../../errors';
import { isHdf5 } from './hdf5/signature';
import type { WeightFile } from './weight-file';

/** Options of `readWeights`. */
export interface ReadWeightsOptions {
  /**
   * What to call the file in messages.
   * @default 'weights'
   */
  file?: string;
}

/**
 * Reads a file of weights: Keras's `.h5`, `.weights.h5` and `.keras` of any version since 2, and safetensors with names
 * of torchvision or timm. The format is told from the first bytes. Only what is where is read now, and values when
 * `loadWeights` asks for them, so that the bytes should not be changed meanwhile.
 *
 * A file of weights is data: no layer in it, no Lambda, and no code is looked at.
 *
 * @throws HpaError `weights-invalid` for damaged files, `weights-unsupported` for other formats, with what to do
 * @example
 * const weights = await readWeights(bytes, { file: 'inception_v3.h5' });
 * const model = await buildModel('inceptionV3', { weights: { from: weights, inputChannels: { copy: 0 } } });
 */
export async function readWeights(bytes: Uint8Array, options: ReadWeightsOptions = {}): Promise<WeightFile> {
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`bytes must be a Uint8Array. Received ${typeof bytes}`);
  const { file = 'weights' } = options;
  try {
    return await byFormat(bytes, file);
  } catch (cause) {
    if (isHpaError(cause)) throw cause;
    throw new HpaError('weights-invalid', `The weights can't be read: ${(cause as Error).message}`, {
      file,
      cause,
    });
  }
}

async function byFormat(bytes: Uint8Array, file: string): Promise<WeightFile> {
  if (isHdf5(bytes)) return readHdf5(bytes, file);
  if (startsWith(bytes, [0x50, 0x4b, 3, 4]))
    return (await import('./keras-archive')).readKerasArchive(bytes, file);
  const { isSafetensors, readSafetensors } = await import('./safetensors');
  if (isSafetensors(bytes)) return readSafetensors(bytes, file);
  throw otherFormat(bytes, file);
}

async function readHdf5(bytes: Uint8Array, file: string): Promise<WeightFile> {
  const { openHdf5 } = await import('./hdf5/open-hdf5');
  const { kerasLayersGroup, readKerasH5 } = await import('./keras-h5');
  const root = openHdf5(bytes, file);
  const layers = kerasLayersGroup(root);
  if (layers) return readKerasH5(layers, file);
  const { isKerasWeightsH5, readKerasWeightsH5 } = await import('./keras-weights-h5');
  if (isKerasWeightsH5(root)) return readKerasWeightsH5(root, file);
  throw new HpaError('weights-unsupported', 'It is an HDF5 file, but not one of weights that Keras wrote', {
    file,
  });
}

/** What is known of files that are not read. */
function otherFormat(bytes: Uint8Array, file: string): HpaError {
  const [first] = bytes;
  const reason =
    bytes.length === 0
      ? 'The file is empty'
      : first === 0x7b
        ? 'It is JSON. The weights of a model.json are in files beside it: read it by openWeights or readTfjsWeights'
        : first === 0x80
          ? "It is a pickle, as PyTorch wrote them, which can run any code when it is read. Save the weights as safetensors instead: safetensors.torch.save_file(model.state_dict(), 'weights.safetensors')"
          : 'It is neither HDF5 (.h5), .keras nor safetensors';
  return new HpaError('weights-unsupported', reason, { file });
}

const startsWith = (bytes: Uint8Array, signature: readonly number[]) =>
  signature.every((byte, i) => bytes[i] === byte);
