/** 'hpa-kit/node': all that touches files and the terminal. */
export { openFolder, type OpenFolderOptions } from './open-folder';
export { openZip, type OpenZipOptions } from './open-zip';
export { checkpointFolder } from './checkpoint-folder';
export { saveFolder, type SaveFolderOptions } from './save-folder';
export { saveModel, loadModel } from './model-files';
export { openWeights, type OpenWeightsOptions } from './open-weights';
export { writeSubmission } from './write-submission';
export { savePredictor } from './save-predictor';
export {
  predictToFile,
  readPredictions,
  type PredictionsFile,
  type PredictToFileOptions,
  type PredictToFileResult,
} from './predict-to-file';
export { terminalProgress, type TerminalProgressOptions } from './terminal-progress';
export type { FileSource, FileSourceOptions } from '../data/sources/file-source';
export { useEngine, type Engine, type EngineDetails, type EngineName, type EngineOptions } from './engine';
export { openDiskCache, PackedDiskCache, type DiskCacheOptions, type DiskCacheStats } from './disk-cache';
export { weightCache, type WeightCacheOptions } from './weight-cache';
export { decoderPool, type DecoderPoolOptions } from './decoder-pool';
export type { DecoderPool } from '../worker/pool';
export { openSearchJournal, type SearchJournalOptions } from './search/journal';
export { parallelTrials, type ParallelTrials, type ParallelTrialsOptions } from './search/parallel-trials';
export { serveTrials } from './search/serve-trials';
export { jsonlLog, type JsonlLogOptions } from './logs/jsonl-log';
export { tensorBoard, type TensorBoardOptions } from './logs/tensor-board';
