/** Files of weights from a disk. */
import { dirname, join } from 'node:path';
import { fileBound } from '../data/sources/file-size';
import { HpaError } from '../errors';
import { readWeights } from '../models/weights/read-weights';
import { isLocalFileName } from '../models/weights/tfjs-manifest';
import { readTfjsWeights } from '../models/weights/tfjs-weights';
import type { WeightFile } from '../models/weights/weight-file';
import { readBytes } from './files';

/** Options of `openWeights`. */
export interface OpenWeightsOptions {
  /**
   * The largest file that is read, in bytes; of a model.json and its shards, each.
   * @default 1 GiB
   */
  maxFileBytes?: number;
  /** Stops with an `HpaError` of code `aborted`. */
  signal?: AbortSignal;
}

const OPEN_BRACE = 0x7b;

/**
 * Reads a file of weights in any format: Keras's `.h5`, `.weights.h5` and `.keras`, safetensors, and a tfjs model.json
 * with its shards, which must lie in the same folder. The format is told from the content. What `readWeights` says holds
 * here too.
 *
 * @throws HpaError `file-missing`, `file-unreadable`, `file-too-large`, `aborted`; `weights-invalid` and
 *   `weights-unsupported`
 * @example
 * const model = await buildModel('densenet121', { weights: await openWeights('densenet121.h5'), inputShape: [224, 224, 3] });
 */
export async function openWeights(file: string, options: OpenWeightsOptions = {}): Promise<WeightFile> {
  const { signal } = options;
  const maxFileBytes = fileBound(options.maxFileBytes);
  const bytes = await readBytes(file, signal, maxFileBytes);
  if (bytes[0] !== OPEN_BRACE) return readWeights(bytes, { file });
  const get = (path: string) => {
    if (!isLocalFileName(path))
      throw new HpaError(
        'weights-invalid',
        `It speaks of ${JSON.stringify(path)}, which is not in its folder`,
        { file },
      );
    return readBytes(join(dirname(file), path), signal, maxFileBytes);
  };
  return readTfjsWeights(bytes, { get }, { file });
}
