/** Predictions of a whole folder in a file of lines, with which a later run goes on. */
import { createReadStream } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { ImageSource } from '../data/source';
import { HpaError, type HpaErrorCode } from '../errors';
import { digestOfPredictor } from '../inference/predictor/manifest';
import type { Prediction } from '../inference/predictor/prediction';
import type { PredictionStreamOptions } from '../inference/predictor/prediction-stream';
import type { Predictor } from '../inference/predictor/predictor';
import { readable, writing } from './files';

/** Options of `predictToFile`. */
export type PredictToFileOptions = Omit<PredictionStreamOptions, 'exclude' | 'onBroken'>;

/** What was written. */
export interface PredictToFileResult {
  /** Samples predicted in this run. */
  predicted: number;
  /** Samples that earlier runs had predicted. */
  alreadyDone: number;
  /** Samples that can't be read, with the reasons, by id; a later run tries them again. */
  failed: ReadonlyMap<string, HpaError>;
}

/** What such a file holds. */
export interface PredictionsFile {
  /** Names of the classes, in order. */
  classes: string[];
  /** In the order in which they were made. */
  predictions: Prediction[];
  /** Samples that could not be read in any run, in the words of the last. */
  failed: { id: string; code: HpaErrorCode; message: string }[];
}

const FORMAT = 'hpa-kit/predictions';
const VERSION = 1;
const FAILURE = "The predictions can't be written";

/**
 * Predicts all samples of a source into a file with a JSON object a line, as soon as they are known, so that folders may
 * be larger than memory. Run again, after a crash or with new images, it predicts only what the file lacks. A line that
 * a crash cut off is dropped. Give a file to one run at a time.
 *
 * @param file - made with its folders where it isn't there
 * @throws HpaError `predictions-invalid` where the file is another's: of another predictor or none; `file-unwritable`;
 *   `aborted`; what predicting throws. Samples that can't be read don't stop it
 * @example
 * const { failed } = await predictToFile(predictor, await openFolder('test'), 'out/test.jsonl', { onProgress });
 * for (const [id, { message }] of failed) console.warn(id, message);
 * const { predictions } = await readPredictions('out/test.jsonl');
 */
export async function predictToFile(
  predictor: Predictor,
  source: ImageSource,
  file: string,
  options: PredictToFileOptions = {},
): Promise<PredictToFileResult> {
  const digest = await digestOfPredictor(predictor);
  await writing(file, FAILURE, () => mkdir(dirname(file), { recursive: true }));
  const handle = await writing(file, FAILURE, () => open(file, 'a+'));
  try {
    const write = (line: object) =>
      writing(file, FAILURE, () => handle.appendFile(`${JSON.stringify(line)}\n`));
    await writing(file, FAILURE, () => cutTornLine(handle));
    const done = new Set<string>();
    let hasHeader = false;
    for await (const entry of entriesOf(file)) {
      if (entry.kind === 'header' && entry.predictor !== digest)
        throw invalid(
          'It holds predictions of another predictor, or of one with other settings. Name another file, or remove it',
          file,
          1,
        );
      hasHeader = true;
      if (entry.kind === 'prediction') done.add(entry.prediction.id);
    }
    if (!hasHeader)
      await write({ format: FORMAT, version: VERSION, classes: predictor.classes, predictor: digest });
    const stream = predictor.stream(source, { ...options, exclude: done });
    let predicted = 0;
    try {
      for await (const prediction of stream) {
        await write(prediction);
        predicted++;
      }
    } finally {
      for (const [id, { code, message }] of stream.failed) await write({ id, failed: { code, message } });
    }
    await writing(file, FAILURE, () => handle.sync());
    const alreadyDone = source.ids.filter((id) => done.has(id)).length;
    return { predicted, alreadyDone, failed: stream.failed };
  } finally {
    await handle.close();
  }
}

/**
 * Reads what `predictToFile` wrote.
 *
 * @throws HpaError `file-missing`, `file-unreadable`, `predictions-invalid` with the row
 * @example
 * const { predictions, classes } = await readPredictions('out/test.jsonl');
 * await writeSubmission('submission.csv', submissionParts(predictions, classes));
 */
export async function readPredictions(file: string): Promise<PredictionsFile> {
  let classes: string[] | undefined;
  const predictions = new Map<string, Prediction>();
  const failed = new Map<string, PredictionsFile['failed'][number]>();
  for await (const entry of entriesOf(file)) {
    if (entry.kind === 'header') classes = entry.classes;
    else if (entry.kind === 'failed') failed.set(entry.failed.id, entry.failed);
    else predictions.set(entry.prediction.id, entry.prediction);
  }
  if (!classes) throw invalid('It is empty', file, 1);
  for (const id of predictions.keys()) failed.delete(id);
  return { classes, predictions: [...predictions.values()], failed: [...failed.values()] };
}

type Entry =
  | { kind: 'header'; classes: string[]; predictor: unknown }
  | { kind: 'prediction'; prediction: Prediction }
  | { kind: 'failed'; failed: PredictionsFile['failed'][number] };

/** The file's lines, read one by one. */
async function* entriesOf(file: string): AsyncGenerator<Entry> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  const iterator = lines[Symbol.asyncIterator]();
  for (let row = 1; ; row++) {
    const line: IteratorResult<string, undefined> = await readable(file, 'file', iterator.next());
    if (line.done) return;
    yield parseLine(line.value, file, row);
  }
}

function parseLine(line: string, file: string, row: number): Entry {
  let content: unknown;
  try {
    content = JSON.parse(line);
  } catch (cause) {
    throw invalid('The line is no JSON', file, row, cause);
  }
  const { format, version, classes, predictor, id, labels, probabilities, failed } = (content ??
    {}) as Record<string, unknown>;
  if (row === 1) {
    if (format !== FORMAT || version !== VERSION || !isTexts(classes))
      throw invalid(
        `It is no file of predictions: it lacks "format": "${FORMAT}", version ${VERSION}`,
        file,
        row,
      );
    return { kind: 'header', classes, predictor };
  }
  if (typeof id === 'string' && isTexts(labels) && typeof probabilities === 'object' && probabilities)
    return {
      kind: 'prediction',
      prediction: { id, labels, probabilities: probabilities as Record<string, number> },
    };
  const { code, message } = (failed ?? {}) as Record<string, unknown>;
  if (typeof id === 'string' && typeof code === 'string' && typeof message === 'string')
    return { kind: 'failed', failed: { id, code: code as HpaErrorCode, message } };
  throw invalid('The line is neither a prediction nor a failure', file, row);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function invalid(reason: string, file: string, row: number, cause?: unknown): HpaError {
  return new HpaError('predictions-invalid', reason, { file, row, cause });
}

/** Bytes read at a time from the end of a file. */
const PIECE_BYTES = 65_536;

/** Drops what follows the last line break: the process that wrote it ended in the middle. */
async function cutTornLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  const piece = new Uint8Array(PIECE_BYTES);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - PIECE_BYTES);
    await handle.read(piece, 0, end - start, start);
    const last = piece.subarray(0, end - start).lastIndexOf(10);
    if (last >= 0) {
      if (start + last + 1 < size) await handle.truncate(start + last + 1);
      return;
    }
    end = start;
  }
  if (size > 0) await handle.truncate(0);
}
