/** The manifest of a saved predictor, `predictor.json`: all of it but the networks, whose files it lists with their digests. */
import { calibrationFromJson, calibrationToJson } from '../../calibration/calibration-json';
import { isRecord, showValue } from '../../class-file';
import { sha256 } from '../../data/sources/sha256';
import { HpaError, isHpaError } from '../../errors';
import { checkClasses } from '../../labels';
import { isLocalFileName } from '../../models/weights/tfjs-manifest';
import { version as packageVersion } from '../../../package.json';
import type { Predictor, PredictorOptions } from './predictor';

/** The name of the manifest in its folder. */
export const MANIFEST_FILE = 'predictor.json';

const FORMAT = 'hpa-kit/predictor';
const VERSION = 1;

/** What a network is saved as: tfjs's `model.json` with its weights, or an ONNX file. */
export type SavedModelFormat = 'tfjs' | 'onnx';

export interface SavedFile {
  /** In the manifest's folder. */
  name: string;
  bytes: number;
  sha256: string;
}

export interface SavedModel {
  format: SavedModelFormat;
  /** The one to open first. */
  files: readonly [SavedFile, ...SavedFile[]];
}

/** What a manifest says. */
export interface Manifest {
  models: readonly SavedModel[];
  options: PredictorOptions;
}

/** @throws RangeError for a predictor whose thresholds aren't finite */
export async function formatManifest(
  predictor: Predictor,
  models: readonly SavedModel[],
): Promise<Uint8Array> {
  const { thresholds } = predictor;
  if (!thresholds.every(Number.isFinite))
    throw new RangeError(`thresholds must be finite to be saved. Received ${thresholds.join(', ')}`);
  const content = {
    format: FORMAT,
    version: VERSION,
    'hpa-kit': packageVersion,
    ...settingsOf(predictor),
    models,
  };
  return new TextEncoder().encode(
    `${JSON.stringify({ ...content, sha256: await digestOf(content) }, undefined, 2)}\n`,
  );
}

/** What a predictor's predictions depend on besides the images, as a text that changes when it does. */
export async function digestOfPredictor(predictor: Predictor): Promise<string> {
  const models = await Promise.all(
    predictor.scorers.map(async (scorer) => (await scorer.digest?.()) ?? scorer.engine),
  );
  return digestOf({ ...settingsOf(predictor), models });
}

/** A predictor as plain data, but for its networks. */
function settingsOf(predictor: Predictor) {
  const { classes, preprocessing, outputs, calibration, thresholds, rule, testTime, weights } = predictor;
  const { channels, mixture, normalization } = preprocessing;
  return {
    classes,
    preprocessing: { channels, mixture, normalization },
    outputs,
    thresholds: Array.from(thresholds),
    rule,
    testTime,
    calibration: calibration && (JSON.parse(calibrationToJson(calibration, { classes })) as object),
    weights: Array.from(weights),
  };
}

/**
 * @throws HpaError `predictor-invalid`, with the file, for what is no manifest, of a later version, damaged or changed
 *   by hand, and for files outside of its folder
 */
export async function parseManifest(json: Uint8Array, file: string): Promise<Manifest> {
  const fail = (reason: string, cause?: unknown) =>
    new HpaError('predictor-invalid', `The predictor can't be read: ${reason}`, { file, cause });
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder().decode(json));
  } catch (cause) {
    throw fail('its manifest is no JSON', cause);
  }
  if (!isRecord(content) || content.format !== FORMAT) throw fail(`its manifest lacks "format": "${FORMAT}"`);
  if (content.version !== VERSION)
    throw fail(`it has version ${showValue(content.version)}; this hpa-kit reads version ${VERSION}`);
  const { sha256: digest, ...rest } = content;
  if (digest !== (await digestOf(rest)))
    throw fail('its manifest was changed or damaged: its digest is another. Save the predictor again');
  const { classes, models, calibration } = rest;
  try {
    checkClasses(classes as string[]);
    if (!Array.isArray(models)) throw new TypeError(`models must be a list. Received ${showValue(models)}`);
    return {
      models: models.map(checkModel),
      options: {
        ...(rest as PredictorOptions),
        calibration:
          calibration === undefined
            ? undefined
            : calibrationFromJson(JSON.stringify(calibration), classes as string[]),
      },
    };
  } catch (cause) {
    const reason = isHpaError(cause) ? cause.reason : (cause as Error).message;
    throw fail(reason, cause);
  }
}

/** What the file at hand should be. */
export async function describeFile(name: string, bytes: Uint8Array): Promise<SavedFile> {
  return { name, bytes: bytes.length, sha256: await sha256(bytes) };
}

function checkModel(model: unknown): SavedModel {
  const { format, files } = (model ?? {}) as Record<string, unknown>;
  if (format !== 'tfjs' && format !== 'onnx')
    throw new TypeError(`a model's format must be tfjs or onnx. Received ${showValue(format)}`);
  if (!Array.isArray(files) || files.length === 0) throw new TypeError('a model has no files');
  for (const file of files as unknown[]) {
    const { name, bytes, sha256: digest } = (file ?? {}) as Record<string, unknown>;
    if (typeof name !== 'string' || !isLocalFileName(name))
      throw new TypeError(`files must be in its folder. Received ${showValue(name)}`);
    if (!Number.isSafeInteger(bytes) || typeof digest !== 'string')
      throw new TypeError(`${name} has no size and digest`);
  }
  return { format, files: files as unknown as SavedModel['files'] };
}

/** Of the content without its own digest, however the file is laid out. */
function digestOf(content: object): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify(content)));
}
