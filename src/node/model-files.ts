/** Models to and from folders, in tfjs's own format: `model.json` and `weights.bin`. */
import { join } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import { loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers';
import { mendTfjs } from '../engine/mend-tfjs';
import { HpaError } from '../errors';
import { readBytes, writeFileAtomically } from './files';

const WEIGHTS_FILE = 'weights.bin';

/**
 * Writes the model's topology and weights. tfjs-node, `tensorflowjs_converter` and browsers read the folder too.
 *
 * @throws HpaError `file-unwritable`
 */
export async function saveModel(model: LayersModel, dir: string): Promise<void> {
  await model.save(
    io.withSaveHandler(async (artifacts) => {
      const { weightData, weightSpecs, ...rest } = artifacts;
      const weights = new Uint8Array(io.CompositeArrayBuffer.join(weightData));
      const manifest = { ...rest, weightsManifest: [{ paths: [WEIGHTS_FILE], weights: weightSpecs }] };
      // Weights first: a folder with a model.json is complete.
      await writeFileAtomically(join(dir, WEIGHTS_FILE), weights);
      await writeFileAtomically(join(dir, 'model.json'), JSON.stringify(manifest));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
}

/**
 * Reads a model that `saveModel` wrote. Layers that were frozen are frozen again.
 *
 * @throws HpaError `file-missing`, `file-unreadable`, or `model-invalid` when the files don't fit together
 */
export async function loadModel(dir: string): Promise<LayersModel> {
  mendTfjs();
  const jsonFile = join(dir, 'model.json');
  const json = await readBytes(jsonFile);
  const weights = await readBytes(join(dir, WEIGHTS_FILE));
  try {
    const { weightsManifest, ...rest } = JSON.parse(new TextDecoder().decode(json)) as io.ModelJSON;
    const weightSpecs = weightsManifest.flatMap((group) => group.weights);
    const weightData = new Uint8Array(weights).buffer;
    return await loadLayersModel(io.fromMemory({ ...rest, weightSpecs, weightData }));
  } catch (cause) {
    throw new HpaError('model-invalid', `The model can't be read: ${(cause as Error).message}`, {
      file: jsonFile,
      cause,
    });
  }
}
