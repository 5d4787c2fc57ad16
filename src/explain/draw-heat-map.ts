/** A heat map over a picture of the cell. */
import type { CellImage } from '../image/cell-image';
import { checkImage } from '../image/check-image';
import { checkOneOf } from '../scores/checks';
import { COLOR_MAPS, colorTable, type ColorMapName } from './color-maps';
import { checkMap, resizeMap, type HeatMap } from './heat-map';

/** Options of `drawHeatMap`. */
export interface DrawHeatMapOptions {
  /** @default 'inferno' */
  colorMap?: ColorMapName | undefined;
  /**
   * How much of a colour covers the picture where the map is 1, from 0 to 1; where the map is less, so is what covers
   * the picture.
   * @default 0.8
   */
  opacity?: number | undefined;
  /**
   * Whether the picture becomes grey, the mean of red, green and blue, so that every colour is the map's.
   * @default true
   */
  grey?: boolean | undefined;
  /** Values that get the first and the last colour; those beyond get these too. @default [0, 1] */
  range?: readonly [low: number, high: number] | undefined;
}

/**
 * Draws a map over a picture, the stronger the more opaque: where the network saw nothing, the cell shows.
 * A map of another size is stretched over the picture, so that one of a network's 192 pixels fits the file's 2048.
 *
 * @param picture - 8-bit RGB, such as `compositeRgb` gives
 * @param map - values from 0 to 1, such as of `gradCam`, `occlusionMap` or `windowMap`
 * @returns a new RGB image, `Uint8Array` `[height, width, 3]`, of the picture's size
 * @throws RangeError for a map without its values, a value that is not finite, an opacity outside 0–1 or a range that
 * does not rise; TypeError for a picture that is not 8-bit RGB, or an unknown colour map
 * @example
 * const png = await encodePng(drawHeatMap(compositeRgb(image), map, { colorMap: 'viridis' }));
 */
export function drawHeatMap(picture: CellImage, map: HeatMap, options: DrawHeatMapOptions = {}): CellImage {
  const { colorMap = 'inferno', opacity = 0.8, grey = true, range: [low, high] = [0, 1] } = options;
  checkImage(picture);
  checkMap(map);
  checkOneOf('colorMap', colorMap, COLOR_MAPS);
  if (picture.channels !== 3 || !(picture.data instanceof Uint8Array))
    throw new TypeError(
      `picture must be 8-bit RGB, as compositeRgb makes it. Received ${picture.channels} channels of ${picture.data.constructor.name}`,
    );
  if (!(opacity >= 0 && opacity <= 1))
    throw new RangeError(`opacity must be within 0–1. Received ${opacity}`);
  if (!(low < high && high - low < Infinity))
    throw new RangeError(`range must be [low, high] with low < high. Received [${low}, ${high}]`);
  const wrong = map.data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new RangeError(`values of the map must be finite. Received ${map.data[wrong]}`);

  const { width, height, data } = picture;
  const colors = colorTable(colorMap);
  const rgb = new Uint8ClampedArray(data.length);
  resizeMap(map, width, height).data.forEach((value, pixel) => {
    const level = Math.min(1, Math.max(0, (value - low) / (high - low)));
    const color = 3 * Math.round(255 * level);
    const cover = opacity * level;
    const below = data.subarray(3 * pixel, 3 * pixel + 3);
    const mean = (below[0]! + below[1]! + below[2]!) / 3;
    for (let c = 0; c < 3; c++)
      rgb[3 * pixel + c] = (1 - cover) * (grey ? mean : below[c]!) + cover * colors[color + c]!;
  });
  return { width, height, channels: 3, data: new Uint8Array(rgb.buffer) };
}
