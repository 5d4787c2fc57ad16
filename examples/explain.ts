// %% [markdown]
// What a network looked at, and what it finds alike: Grad-CAM and occlusion over the composite, the nearest training
// samples, and a map of all of them. Run `npm start` first, then `npm run example -- examples/explain.ts`.

// %% Load the predictor, and a cell that it labels with certainty
import { mkdir, writeFile } from 'node:fs/promises';
import {
  HpaDataset,
  compositeRgb,
  drawHeatMap,
  embedDataset,
  embeddingMap,
  encodePng,
  gradCam,
  loadPredictor,
  nearestSamples,
  occlusionMap,
  syntheticCells,
} from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';
import { embeddingChart } from 'hpa-kit/report';
import { contactSheet } from './support/contact-sheet.ts';

const out = 'out/explain';
await mkdir(out, { recursive: true });
await useEngine();
const predictor = await loadPredictor('out/predictor');
const { classes, model, preprocessing } = predictor;
if (!model) throw new Error('Grad-CAM needs a tfjs model.');
const [imageSize] = preprocessing.imageSize;
const cells = syntheticCells({ count: 160, size: imageSize, classes, minPositives: 20, seed: 33 });
const dataset = new HpaDataset(cells, { imageSize, normalization: preprocessing.normalization });
const membrane = classes.indexOf('Plasma membrane');
const images = await Promise.all(dataset.ids.map((_, position) => dataset.image(position)));
const probabilities = await predictor.probabilities(images);
const certainty = (position: number) => probabilities[position * classes.length + membrane] ?? 0;
const chosen = images.map((_, position) => position).reduce((a, b) => (certainty(b) > certainty(a) ? b : a));
const cell = await dataset.image(chosen);
console.log(`${dataset.idAt(chosen)}: Plasma membrane with probability ${certainty(chosen).toFixed(3)}`);

// %% Where it saw the plasma membrane
const classIndices = [membrane];
// The last maps of a network for small images have four pixels; those before the head's pooling say more.
const [cam] = await gradCam(model, cell, {
  classIndices,
  normalization: preprocessing.normalization,
  layer: 'tail1_bn',
});
const [occlusion] = await occlusionMap((views) => predictor.probabilities(views), cell, {
  classIndices,
  patchSize: 24,
  stride: 8,
});
if (!cam || !occlusion) throw new Error('There is a map for each class.');
console.log(`Grad-CAM of layer ${cam.layer}, ${cam.raw.width}×${cam.raw.height} values.`);
const composite = compositeRgb(cell);
const maps = [composite, drawHeatMap(composite, cam), drawHeatMap(composite, occlusion)];
await writeFile(`${out}/maps.png`, await encodePng(contactSheet(maps)));
console.log(`Wrote ${out}/maps.png`);

// %% The samples that it finds most alike
const embedded = await embedDataset(model, dataset);
const row = embedded.embeddings.subarray(chosen * embedded.dim, (chosen + 1) * embedded.dim);
const { indices, distances } = nearestSamples(embedded, row, { k: 5 });
for (const [rank, index] of indices.entries()) {
  const labels = dataset.labelsAt(index) ?? [];
  const names = classes.filter((_, k) => labels[k]);
  console.log(`${embedded.ids[index]}  distance ${distances[rank]?.toFixed(3)}  ${names.join(', ')}`);
}
const alike = await Promise.all(Array.from(indices, (index) => dataset.image(index)));
await writeFile(
  `${out}/nearest.png`,
  await encodePng(contactSheet(alike.map((image) => compositeRgb(image)))),
);
console.log(`Wrote ${out}/nearest.png`);

// %% A map of all samples
const points = await embeddingMap(embedded, { seed: 1 });
const chart = embeddingChart({
  title: 'What the network finds alike',
  points,
  labels: embedded.labels,
  classes,
});
await writeFile(`${out}/map.svg`, chart);
console.log(`Wrote ${out}/map.svg`);
