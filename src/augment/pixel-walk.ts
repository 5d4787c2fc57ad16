/** Moves of whole pixels as a straight walk through the source. */

/** A walk through the pixels of the source: output pixel (y, x) is source pixel `start + y·down + x·right`. */
export interface PixelWalk {
  width: number;
  height: number;
  start: number;
  right: number;
  down: number;
}
