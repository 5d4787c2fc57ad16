/** Models to and from folders, in tfjs's own format: `model.json` and `weights.bin`. */
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { packModel, unpackModel } from '../models/model-files';
import { readBytes, writeFileAtomically } from './files';

/**
 * Writes the model's topology and weights. tfjs-node, `tensorflowjs_converter` and browsers read the folder too.
 *
 * @throws HpaError `file-unwritable`
 */
export async function saveModel(model: LayersModel, dir: string): Promise<void> {
  for (const [name, bytes] of await packModel(model)) await writeFileAtomically(join(dir, name), bytes);
}

/**
 * Reads a model that `saveModel` wrote. Layers that were frozen are frozen again.
 *
 * @throws HpaError `file-missing`, `file-unreadable`, or `model-invalid` when the files don't fit together
 */
export async function loadModel(dir: string): Promise<LayersModel> {
  const file = join(dir, 'model.json');
  return unpackModel(await readBytes(file), (name) => readBytes(join(dir, name)), file);
}
