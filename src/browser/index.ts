/** 'hpa-kit/browser': all that touches files of a page. */
export { openFiles, type OpenFilesOptions } from './open-files';
export { openZip, type OpenZipOptions } from './open-zip';
export type { FileSource, FileSourceOptions } from '../data/sources/file-source';
export {
  useEngine,
  type BrowserEngineOptions,
  type Engine,
  type EngineDetails,
  type EngineName,
  type EngineOptions,
  type WasmPaths,
} from './engine';
export { weightCache, type WeightCacheOptions } from './weight-cache';
export { decoderPool, type DecoderPoolOptions } from './decoder-pool';
export type { DecoderPool } from '../worker/pool';
