/** What the worker does with a sample: reads it, predicts its labels, and shows where a class was seen. */
import {
  compositeRgb,
  drawHeatMap,
  gradCam,
  isHpaError,
  openUrls,
  type CellImage,
  type FileSource,
  type LayersModelScorer,
  type Predictor,
} from 'hpa-kit';
import { openFiles } from 'hpa-kit/browser';
import type { ClassScore, Picture, Result, SampleUrls } from './protocol';

export interface Sample {
  id: string;
  /** In the size of its files. */
  image: CellImage;
  /** For people. */
  composite: CellImage;
}

/** @throws Error that names the file, for files that are missing or no images */
export async function readSample(
  given: readonly File[] | SampleUrls,
  channels: readonly string[],
): Promise<Sample> {
  const source = 'id' in given ? await openUrls([given], { channels }) : await openDropped(given, channels);
  const [id, another] = source.ids;
  if (another !== undefined)
    throw new RangeError(
      `These are files of ${source.ids.length} cells, ${source.ids.join(', ')}. Give those of one.`,
    );
  const image = await source.load(0);
  return { id: id!, image, composite: compositeRgb(image) };
}

/** The library's advice on missing files is for programmers. */
async function openDropped(files: readonly File[], channels: readonly string[]): Promise<FileSource> {
  try {
    return await openFiles(files, { channels });
  } catch (cause) {
    if (!isHpaError(cause, 'file-missing')) throw cause;
    const { sample, channel, file } = cause;
    if (sample !== undefined) throw new Error(`${sample} lacks ${channel}: give ${file} too.`, { cause });
    const names = channels.map((name) => `cell_${name}.png`).join(', ');
    const received = files.map(({ name }) => name).join(', ');
    throw new Error(`Files must be called as ${names}. Received ${received}.`, { cause });
  }
}

export async function predict(predictor: Predictor, { id, image, composite }: Sample): Promise<Result> {
  const start = performance.now();
  const { labels, probabilities } = await predictor.predict(image, { id });
  const milliseconds = performance.now() - start;
  const classes = predictor.classes.map((name, index): ClassScore => ({
    name,
    index,
    probability: probabilities[name]!,
    threshold: predictor.thresholds[index]!,
    predicted: labels.includes(name),
  }));
  classes.sort((a, b) => Number(b.predicted) - Number(a.predicted) || b.probability - a.probability);
  return { id, classes, composite: toPicture(composite), milliseconds };
}

/** Grad-CAM over the composite. */
export async function explain(
  predictor: Predictor,
  { image, composite }: Sample,
  classIndex: number,
): Promise<Picture> {
  const { model } = predictor.scorers[0] as LayersModelScorer;
  const { normalization } = predictor.preprocessing;
  const [map] = await gradCam(model, await predictor.prepare(image), {
    classIndices: [classIndex],
    normalization,
  });
  return toPicture(drawHeatMap(composite, map!));
}

function toPicture({ width, height, data }: CellImage): Picture {
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) pixels[4 * i + c] = data[3 * i + c]!;
  return { width, height, pixels };
}
