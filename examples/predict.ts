// %% [markdown]
// From the predictor that `npm start` saved to a submission: one image, a folder, several views, a large field.
// Run `npm start` first, then `npm run example -- examples/predict.ts`.

// %% Load the predictor
import { mkdir, writeFile } from 'node:fs/promises';
import {
  averagePrecisionScore,
  compositeRgb,
  drawHeatMap,
  encodePng,
  HpaDataset,
  loadPredictor,
  Predictor,
  predictWindows,
  rankScores,
  submissionParts,
  syntheticCells,
  windowMap,
} from 'hpa-kit';
import {
  openFolder,
  predictToFile,
  readPredictions,
  saveFolder,
  terminalProgress,
  useEngine,
  writeSubmission,
} from 'hpa-kit/node';
import { contactSheet } from './support/contact-sheet.ts';

const out = 'out/predict';
await mkdir(out, { recursive: true });
await useEngine();
const predictor = await loadPredictor('out/predictor');
const { classes, preprocessing, thresholds } = predictor;
const [imageSize] = preprocessing.imageSize;
console.log(`${classes.length} classes, images of ${imageSize} pixels, computed by ${predictor.engine}.`);

// %% One image
const cells = syntheticCells({ count: 120, size: imageSize, classes, minPositives: 10, seed: 21 });
await saveFolder(cells, `${out}/cells`);
const [id = ''] = cells.ids;
const file = (channel: string) => `${out}/cells/${id}_${channel}.png`;
const { labels, probabilities } = await predictor.predict(
  { red: file('red'), green: file('green'), blue: file('blue'), yellow: file('yellow') },
  { id },
);
console.log(`${id}: ${labels.join(', ')}`);
for (const [name, probability] of Object.entries(probabilities))
  console.log(`${name.padEnd(20)}${probability.toFixed(3)}`);

// %% A folder, into a file that a second run goes on with
const folder = await openFolder(`${out}/cells`);
const lines = `${out}/predictions.jsonl`;
const first = await predictToFile(predictor, folder, lines, { onProgress: terminalProgress() });
console.log(`${first.predicted} predicted, ${first.alreadyDone} done before, ${first.failed.size} failed.`);
const { predictions } = await readPredictions(lines);
await writeSubmission(`${out}/submission.csv`, submissionParts(predictions, classes));

// %% Several views of each image
const labelled = new HpaDataset(cells, { imageSize });
const images = await Promise.all(labelled.ids.map((_, position) => labelled.image(position)));
for (const views of ['none', 'flips', 'dihedral'] as const) {
  const viewed = new Predictor(predictor.scorers, {
    classes,
    preprocessing,
    thresholds,
    testTime: { views },
  });
  const scores = await viewed.probabilities(images);
  const precision = averagePrecisionScore(rankScores(cells.labels!, scores, { numClasses: classes.length }));
  console.log(`Mean average precision with views '${views}': ${precision.toFixed(3)}`);
}

// %% A field larger than the network's images
const field = await syntheticCells({ count: 1, size: 4 * imageSize, classes, seed: 5 }).load(0);
const found = await predictWindows(predictor, field, { windowSize: 2 * imageSize, stride: imageSize / 2 });
console.log(`${found.windows.length} windows. In the field: ${found.prediction.labels.join(', ')}`);
const composite = compositeRgb(field);
const [likeliest = ''] = found.prediction.labels;
const overlay = drawHeatMap(composite, windowMap(found, likeliest));
await writeFile(`${out}/windows.png`, await encodePng(contactSheet([composite, overlay])));
console.log(`Wrote ${out}/windows.png`);
