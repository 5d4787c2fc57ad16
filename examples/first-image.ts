// %% [markdown]
// One cell, from its four files to what a network sees. Run it with `npm run example -- examples/first-image.ts`.

// %% Four files make a sample
import { mkdir, writeFile } from 'node:fs/promises';
import { HpaDataset, Random, compositeRgb, encodePng, syntheticCells, type CellImage } from 'hpa-kit';
import { affine, augment, compose, dihedral, gamma } from 'hpa-kit/augment';

import { openFolder, saveFolder, useEngine } from 'hpa-kit/node';
import { contactSheet } from './support/contact-sheet.ts';

const out = 'out/first-image';
await mkdir(out, { recursive: true });
const cells = syntheticCells({ count: 4, size: 256, seed: 11 });
await saveFolder(cells, `${out}/cells`);
const source = await openFolder(`${out}/cells`, { labels: `${out}/cells/train.csv` });
console.log(`${source.ids.length} samples with the channels ${source.channels.join(', ')}.`);

// %% The stains, one by one and together
const dataset = new HpaDataset(source, { imageSize: 192 });
const cell = await dataset.image(0);
console.log(`${cell.width}×${cell.height} pixels, ${cell.channels} channels, ${cell.data.length} bytes.`);
const labels = dataset.labelsAt(0) ?? [];
console.log(`Labels: ${dataset.classes.filter((_, k) => labels[k]).join(', ')}`);
const stain = (channel: number): CellImage => ({
  ...cell,
  channels: 1,
  data: cell.data.filter((_, i) => i % cell.channels === channel),
});
const stains = source.channels.map((_, channel) => stain(channel));
await writeFile(`${out}/stains.png`, await encodePng(contactSheet([...stains, compositeRgb(cell)])));
console.log(`Wrote ${out}/stains.png`);

// %% The same cell, as training sees it: never twice alike, always the same for a seed
const augmentation = compose([dihedral(), affine({ scaleRange: [0.9, 1.1] }), gamma()]);
const views = [1, 2, 3, 4, 5].map((epoch) => {
  return compositeRgb(augment(augmentation, cell, new Random(7, 'augment', epoch)));
});
await writeFile(`${out}/augmented.png`, await encodePng(contactSheet(views)));
console.log(`Wrote ${out}/augmented.png`);

// %% A batch for a network: normalised by the dataset's own statistics
await useEngine();
const statistics = await dataset.statistics();
const percent = (values: readonly number[]) => values.map((value) => (100 * value).toFixed(1)).join(', ');
console.log(`Mean intensity of the channels in percent: ${percent(statistics.mean)}`);
const normalized = new HpaDataset(source, { imageSize: 192, normalization: statistics });
for await (const { xs, ys, ids } of normalized.batches({ batchSize: 2 })) {
  console.log(`${ids.join(' and ')}: images [${xs.shape.join(', ')}], labels [${ys.shape.join(', ')}]`);
  xs.dispose();
  ys.dispose();
}
