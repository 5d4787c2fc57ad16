/** The universal API: runs in Node, browsers and workers; imports neither `node:` nor the DOM. */
export { HpaError, isHpaError, type HpaErrorCode, type HpaErrorContext } from './errors';
export { Random, type RandomKey } from './random';
export type { CellImage, Samples } from './image/cell-image';
export type { ImageSource } from './data/source';
