/** What explanations of a network are: values over an image. */

/** Values over an image, row-major `[height, width]`. */
export interface HeatMap {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Values, row-major `[height, width]`. */
  readonly data: Float32Array;
}

/** Where a network saw a class. `data` has the image's size and goes from 0 to 1, the strongest place. */
export interface ClassHeatMap extends HeatMap {
  /** The class, from 0. */
  readonly classIndex: number;
  /** What the network gives the class for the whole image. */
  readonly score: number;
  /** Before scaling to 0–1, in the method's own size and unit. */
  readonly raw: HeatMap;
}

/**
 * The map over another number of pixels, bilinear between the pixels' centres and constant beyond the outermost, as
 * OpenCV's `INTER_LINEAR` and `tf.image.resize`.
 */
export function resizeMap(map: HeatMap, width: number, height: number): HeatMap {
  if (width === map.width && height === map.height) return map;
  const data = new Float32Array(width * height);
  const columns = neighboursOf(map.width, width);
  neighboursOf(map.height, height).forEach(([top, bottom, down], y) => {
    const [upper, lower] = [top * map.width, bottom * map.width];
    columns.forEach(([left, right, across], x) => {
      const above = mix(map.data[upper + left]!, map.data[upper + right]!, across);
      const below = mix(map.data[lower + left]!, map.data[lower + right]!, across);
      data[y * width + x] = mix(above, below, down);
    });
  });
  return { width, height, data };
}

/** The map without what is below 0, divided by its highest value; all 0 where nothing is above 0. */
export function scaleToOne({ width, height, data }: HeatMap): HeatMap {
  const highest = data.reduce((a, b) => Math.max(a, b), 0) || 1;
  return { width, height, data: data.map((value) => Math.max(0, value) / highest) };
}

/** Throws unless the values fill the map. */
export function checkMap({ width, height, data }: HeatMap): void {
  if (data.length !== width * height)
    throw new RangeError(
      `data of a ${width}×${height} map must have ${width * height} values. Received ${data.length}`,
    );
}

/** For each new pixel the two old ones around its centre, and how far it lies towards the second. */
function neighboursOf(from: number, to: number): (readonly [first: number, second: number, share: number])[] {
  return Array.from({ length: to }, (_, i) => {
    const centre = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const first = Math.floor(centre);
    return [first, Math.min(first + 1, from - 1), centre - first];
  });
}

const mix = (a: number, b: number, share: number) => a + (b - a) * share;
