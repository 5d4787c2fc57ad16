/** A predictor to a folder. */
import { join } from 'node:path';
import { packPredictor, type PackPredictorOptions } from '../inference/predictor/pack-predictor';
import type { Predictor } from '../inference/predictor/predictor';
import { writeFileAtomically } from './files';

/**
 * Writes all that a predictor is to a folder: `predictor.json`, which says what it is and lists its files with their
 * SHA-256, and the networks, `model.json` with `weights.bin`, or `model.onnx`. The manifest comes last: a folder that
 * has one is complete. `loadPredictor` reads it, from a path here or from a server in a page.
 *
 * @throws HpaError `file-unwritable`, and what `packPredictor` throws
 * @example
 * await savePredictor(predictor, 'models/cells');
 */
export async function savePredictor(
  predictor: Predictor,
  dir: string,
  options: PackPredictorOptions = {},
): Promise<void> {
  for (const [name, bytes] of await packPredictor(predictor, options))
    await writeFileAtomically(join(dir, name), bytes);
}
