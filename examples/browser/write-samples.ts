/** Samples as the page takes them: a PNG a channel, a small picture for the button, and a list of them all. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compositeRgb, encodePng, multiHotToNames, resize, type ImageSource } from 'hpa-kit';
import { saveFolder } from 'hpa-kit/node';

/** An entry of samples.json; files are named relative to it. */
export interface ListedSample {
  id: string;
  picture: string;
  /** The file of each channel. */
  channels: Record<string, string>;
  /** What the cell was drawn with. */
  labels: string[];
}

/** Writes all samples of a source, which has labels, to a folder. */
export async function writeSamples(source: ImageSource, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { ids, channels, classes, labels } = source;
  if (!labels) throw new TypeError(`${source.name} must have labels.`);
  await saveFolder({ ...source, labels: undefined }, folder);
  const list: ListedSample[] = [];
  for (const [index, id] of ids.entries()) {
    const picture = `${id}.png`;
    const small = resize(await source.load(index), { width: 192, height: 192 });
    await writeFile(join(folder, picture), await encodePng(compositeRgb(small)));
    const files = channels.map((channel) => [channel, `${id}_${channel}.png`]);
    list.push({
      id,
      picture,
      channels: Object.fromEntries(files) as Record<string, string>,
      labels: multiHotToNames(labels.subarray(index * classes.length, (index + 1) * classes.length), classes),
    });
  }
  await writeFile(join(folder, 'samples.json'), JSON.stringify(list));
}
