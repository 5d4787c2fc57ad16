/** A predictor as files, wherever they are to go. */
import { packModel } from '../../models/model-files';
import { isLayersModelScorer, type Scorer } from '../scorer';
import {
  describeFile,
  formatManifest,
  MANIFEST_FILE,
  type SavedFile,
  type SavedModel,
  type SavedModelFormat,
} from './manifest';
import type { Predictor } from './predictor';

/** Options of `packPredictor`. */
export interface PackPredictorOptions {
  /**
   * How the networks are saved: for tfjs, or as ONNX, which onnxruntime runs.
   * @default 'tfjs'
   */
  format?: SavedModelFormat | undefined;
}

/**
 * The files of a predictor by their names, in the order in which they are to be written: the manifest,
 * `predictor.json`, last. `savePredictor` of 'hpa-kit/node' writes them to a folder; a page may offer them for download.
 *
 * @throws TypeError for a network that isn't a tfjs model, HpaError `model-invalid` for one that can't be ONNX
 * @example
 * for (const [name, bytes] of await packPredictor(predictor)) await put(`models/cells/${name}`, bytes);
 */
export async function packPredictor(
  predictor: Predictor,
  options: PackPredictorOptions = {},
): Promise<Map<string, Uint8Array>> {
  const { format = 'tfjs' } = options;
  const files = new Map<string, Uint8Array>();
  const models: SavedModel[] = [];
  for (const [i, scorer] of predictor.scorers.entries()) {
    const suffix = i === 0 ? '' : `-${i + 1}`;
    const packed = await packScorer(scorer, predictor.classes, format, suffix);
    for (const [name, bytes] of packed) files.set(name, bytes);
    const described = await Promise.all(Array.from(packed, ([name, bytes]) => describeFile(name, bytes)));
    // The one that is opened first stands first; it is written last.
    models.push({ format, files: described.reverse() as unknown as [SavedFile] });
  }
  files.set(MANIFEST_FILE, await formatManifest(predictor, models));
  return files;
}

async function packScorer(
  scorer: Scorer,
  classes: readonly string[],
  format: SavedModelFormat,
  suffix: string,
): Promise<Map<string, Uint8Array>> {
  if (!isLayersModelScorer(scorer))
    throw new TypeError(
      `A predictor can be saved when its models are tfjs models. This one runs on ${scorer.engine}: copy the files that it was loaded from.`,
    );
  if (format === 'tfjs') return packModel(scorer.model, { suffix });
  const { exportOnnx } = await import('../../onnx/export-onnx');
  return new Map([[`model${suffix}.onnx`, await exportOnnx(scorer.model, { classes })]]);
}
