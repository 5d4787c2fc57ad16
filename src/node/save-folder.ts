/** A source written out as a folder of PNGs with its `train.csv`. */
import { join } from 'node:path';
import { formatCsv } from '../data/sources/csv';
import type { ImageSource } from '../data/source';
import { throwIfAborted } from '../errors';
import { encodePng } from '../image/encode-png';
import { takeChannel } from '../image/take-channel';
import { formatTarget } from '../labels';
import { ProgressMeter, type OnProgress } from '../progress';
import { writeFileAtomically } from './files';

/** Options of `saveFolder`. */
export interface SaveFolderOptions {
  /** Path of the label table. @default `<dir>/train.csv` */
  labels?: string;
  /** Stops with an `HpaError` of code `aborted`. */
  signal?: AbortSignal;
  /** Called after each image. */
  onProgress?: OnProgress;
}

/**
 * Writes `<dir>/<id>_<channel>.png` for each sample and channel, and the labels where there are any.
 *
 * @throws HpaError `file-unwritable` with the file
 * @example
 * await saveFolder(syntheticCells({ count: 100, size: 256 }), 'cells');
 */
export async function saveFolder(
  source: ImageSource,
  dir: string,
  options: SaveFolderOptions = {},
): Promise<void> {
  const { labels = join(dir, 'train.csv'), signal, onProgress } = options;
  const meter = new ProgressMeter('write', source.ids.length, onProgress);
  try {
    for (const [index, id] of source.ids.entries()) {
      throwIfAborted(signal, 'Writing images');
      const image = await source.load(index, { signal });
      for (const [c, channel] of source.channels.entries())
        await writeFileAtomically(join(dir, `${id}_${channel}.png`), await encodePng(takeChannel(image, c)));
      meter.add(1);
    }
  } finally {
    meter.end();
  }
  if (!source.labels) return;
  const width = source.classes.length;
  const rows = source.ids.map((id, i) => [
    id,
    formatTarget(source.labels!.subarray(i * width, (i + 1) * width)),
  ]);
  await writeFileAtomically(labels, formatCsv(['Id', 'Target'], rows));
}
