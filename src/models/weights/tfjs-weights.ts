/** TensorFlow.js's own files: model.json, and the shards of bytes of which its weights manifest speaks. */
import { io } from '@tensorflow/tfjs-core';
import { HpaError } from '../../errors';
import { brief } from './brief';
import { inNamedLayers } from './file-layers';
import { toFloat32 } from './floats';
import { bytesOf, damaged, readManifest, sizeFault, type Spec } from './tfjs-manifest';
import type { WeightEntry, WeightFile } from './weight-file';

/** The shards by their paths in model.json; a `Map` will do. */
export interface TfjsShards {
  /** The bytes of a shard by its path in the manifest. */
  get: (path: string) => Uint8Array | undefined | Promise<Uint8Array | undefined>;
}

/** Options of `readTfjsWeights`. */
export interface ReadTfjsWeightsOptions {
  /**
   * What to call the file in messages.
   * @default 'model.json'
   */
  file?: string;
}

/**
 * Reads the weights of a layers model that `model.save`, `saveModel` or `tensorflowjs_converter` wrote, quantised ones
 * too.
 *
 * @param modelJson - model.json, as bytes, text, or already parsed
 * @param shards - the other files by their paths in model.json, such as a `Map`
 * @throws HpaError `weights-invalid` for what is damaged, `weights-unsupported` for graph models, `file-missing` for
 *   shards that are not there
 * @example
 * const weights = await readTfjsWeights(modelJson, new Map([['weights.bin', bytes]]));
 */
export async function readTfjsWeights(
  modelJson: Uint8Array | string | object,
  shards: TfjsShards,
  options: ReadTfjsWeightsOptions = {},
): Promise<WeightFile> {
  const { file = 'model.json' } = options;
  const groups = readManifest(modelJson, file);
  const entries: WeightEntry[] = [];
  for (const { paths, specs } of groups) {
    const parts: Uint8Array[] = [];
    for (const path of paths) {
      const shard = await shards.get(path);
      if (!shard)
        throw new HpaError('file-missing', `There is no ${brief(path)}, of which ${file} speaks`, { file });
      parts.push(shard);
    }
    const fault = sizeFault(paths, parts, specs);
    if (fault) throw damaged(fault, file);
    let at = 0;
    for (const spec of specs) {
      const start = at;
      at += bytesOf(spec);
      const end = at;
      entries.push({
        key: spec.name,
        shape: spec.shape,
        read: () => decode(spec, () => slice(parts, start, end), file),
      });
    }
  }
  const names = new Set(entries.map(({ key }) => key));
  if (names.size < entries.length) throw damaged('It has two weights of one name', file);
  // A model with frozen layers has these layers' weights after all others.
  return { file, format: 'tfjs', convention: 'keras', entries: inNamedLayers(entries), isOrdered: true };
}

async function decode(spec: Spec, bytes: () => Uint8Array, file: string): Promise<Float32Array> {
  if (spec.dtype !== 'float32')
    throw new HpaError('weights-unsupported', `${brief(spec.name)} is of type ${spec.dtype}, not float32`, {
      file,
    });
  if (!spec.quantization) return toFloat32(bytes(), 'float32');
  const weights = io.decodeWeights(bytes().slice().buffer, [{ ...spec, name: 'weight' }]);
  try {
    return (await weights.weight!.data()) as Float32Array;
  } finally {
    weights.weight!.dispose();
  }
}

/** The bytes from `start` to `end` of all parts together, copied only where they are in several. */
function slice(parts: readonly Uint8Array[], start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(0);
  let offset = 0;
  const pieces: Uint8Array[] = [];
  for (const part of parts) {
    const [from, to] = [Math.max(start, offset), Math.min(end, offset + part.length)];
    if (from < to) pieces.push(part.subarray(from - offset, to - offset));
    offset += part.length;
  }
  if (pieces.length <= 1) return pieces[0] ?? bytes;
  const whole = new Uint8Array(end - start);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
