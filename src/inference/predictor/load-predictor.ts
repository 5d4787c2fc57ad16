/** A saved predictor, wherever it lies: the same call in Node, a page and a worker. */
import { checkFetchOptions, resolveUrl } from '../../data/sources/fetch-bytes';
import { fileBound } from '../../data/sources/file-size';
import { fileSystem, readLocalFile } from '../../data/sources/local-file';
import { sha256 } from '../../data/sources/sha256';
import { HpaError, isHpaError } from '../../errors';
import { besides, download, fetchOrKept, type DownloadOptions } from '../../models/weights/download';
import type { OnnxRuntime, OnnxScorerOptions } from '../onnx-scorer';
import type { Scorer } from '../scorer';
import { MANIFEST_FILE, parseManifest, type SavedFile, type SavedModel } from './manifest';
import { Predictor } from './predictor';
import { isWebUrl } from './sample-input';

/** The files of a saved predictor by their names; a `Map` will do. */
export interface PredictorFiles {
  /** The bytes of a file by its name. */
  get: (name: string) => Uint8Array | undefined | Promise<Uint8Array | undefined>;
}

/** Options of `loadPredictor`. */
export interface LoadPredictorOptions extends DownloadOptions {
  /**
   * What runs a predictor that was saved as ONNX: the module `onnxruntime-node` or `onnxruntime-web`, or how to import
   * it, and how it shall run.
   */
  onnx?: { runtime: OnnxRuntime } & OnnxScorerOptions;
  /** The most that all files together may have. @default 2 ** 30 */
  maxBytes?: number | undefined;
}

/**
 * Reads what `savePredictor` or `packPredictor` gave. Every file is checked against its digest before it is used. For
 * tfjs models an engine must be chosen before the first prediction (`useEngine`).
 *
 * @param from - a folder: its path in Node, its URL, also relative to the page, elsewhere; or its files by name
 * @throws HpaError `file-missing`, `file-unreadable`, `fetch-failed`, `file-too-large`, `file-checksum`, `aborted`,
 *   `predictor-invalid` for a damaged manifest, `model-invalid` for a network that can't be read, `engine-unavailable`
 *   for an ONNX network without `onnx`
 * @example
 * await useEngine();
 * const predictor = await loadPredictor('models/cells');
 */
export async function loadPredictor(
  from: string | URL | PredictorFiles,
  options: LoadPredictorOptions = {},
): Promise<Predictor> {
  checkFetchOptions(options);
  const folder = predictorFolder(from, options, fileBound(options.maxBytes, 'maxBytes'));
  const { models, options: parts } = await parseManifest(
    await folder.read(MANIFEST_FILE),
    folder.nameOf(MANIFEST_FILE),
  );
  const scorers: Scorer[] = [];
  try {
    for (const model of models) scorers.push(await loadScorer(model, folder, options));
    return new Predictor(scorers, parts);
  } catch (cause) {
    for (const scorer of scorers) await scorer.dispose();
    if (isHpaError(cause)) throw cause;
    throw new HpaError('predictor-invalid', `The predictor can't be read: ${(cause as Error).message}`, {
      file: folder.nameOf(MANIFEST_FILE),
      cause,
    });
  }
}

/** Where the files are. */
interface Folder {
  /** A file's whole name, for messages. */
  nameOf(name: string): string;
  /** The bytes, checked where it is known what they should be. */
  read(name: string, expected?: SavedFile): Promise<Uint8Array>;
}

async function loadScorer(
  { format, files }: SavedModel,
  folder: Folder,
  { onnx }: LoadPredictorOptions,
): Promise<Scorer> {
  const [first] = files;
  if (format === 'tfjs') {
    const [{ unpackModel }, { layersModelScorer }] = await Promise.all([
      import('../../models/model-files'),
      import('../layers-model-scorer'),
    ]);
    const read = (name: string) => {
      const expected = files.find((file) => file.name === name);
      if (!expected)
        throw new HpaError('predictor-invalid', `Its manifest doesn't list ${JSON.stringify(name)}`, {
          file: folder.nameOf(first.name),
        });
      return folder.read(name, expected);
    };
    const model = await unpackModel(await read(first.name), read, folder.nameOf(first.name));
    try {
      return layersModelScorer(model);
    } catch (error) {
      model.dispose();
      throw error;
    }
  }
  if (!onnx)
    throw new HpaError(
      'engine-unavailable',
      "The predictor is saved as ONNX. Install onnxruntime-node or onnxruntime-web and pass it: loadPredictor(folder, { onnx: { runtime: await import('onnxruntime-node') } })",
      { file: folder.nameOf(first.name) },
    );
  const { onnxScorer } = await import('../onnx-scorer');
  const { runtime, ...rest } = onnx;
  return onnxScorer(runtime, await folder.read(first.name, first), rest);
}

function predictorFolder(
  from: string | URL | PredictorFiles,
  options: LoadPredictorOptions,
  maxBytes: number,
): Folder {
  let bytesLeft = maxBytes;
  const spend = (bytes: Uint8Array) => {
    bytesLeft = Math.max(0, bytesLeft - bytes.length);
    return bytes;
  };
  if (typeof from !== 'string' && !(from instanceof URL)) {
    return {
      nameOf: (name) => name,
      async read(name, expected) {
        const bytes = await from.get(name);
        if (!bytes) throw new HpaError('file-missing', 'There is no such file', { file: name });
        return checked(bytes, expected, name);
      },
    };
  }
  const place = String(from);
  const files = isWebUrl(place) ? undefined : fileSystem();
  if (files) {
    const isUrl = from instanceof URL;
    const pathOf = (name: string) =>
      isUrl
        ? new URL(name, place.endsWith('/') ? place : `${place}/`)
        : `${place.replace(/[/\\]$/, '')}/${name}`;
    return {
      nameOf: (name) => String(pathOf(name)),
      async read(name, expected) {
        const bytes = await readLocalFile(files, pathOf(name), options.signal, bytesLeft);
        return checked(spend(bytes), expected, this.nameOf(name));
      },
    };
  }
  const { href, pathname } = resolveUrl(place);
  const base = new URL(href);
  if (!pathname.endsWith('/')) base.pathname += '/';
  const urlOf = (name: string) => besides(base.href, name);
  return {
    nameOf: urlOf,
    async read(name, expected) {
      const url = urlOf(name);
      return spend(
        expected
          ? await fetchOrKept(url, expected.sha256, bytesLeft, options)
          : await download(url, bytesLeft, options),
      );
    },
  };
}

async function checked(
  bytes: Uint8Array,
  expected: SavedFile | undefined,
  file: string,
): Promise<Uint8Array> {
  if (!expected) return bytes;
  const digest = await sha256(bytes);
  if (digest !== expected.sha256)
    throw new HpaError(
      'file-checksum',
      `The file was changed, damaged or cut off: it has ${bytes.length} bytes with SHA-256 ${digest}, not ${expected.bytes} with ${expected.sha256}`,
      { file },
    );
  return bytes;
}
