/** The page: hands what a person chooses to the worker, and shows what comes back. */
import { openDesk } from './desk';
import { drawPicture, element } from './dom';
import { newestOnly } from './newest';
import type { Result, SampleUrls } from './protocol';
import { listSamples, markSample } from './sample-list';
import { showScores } from './scores';

const status = element('status', HTMLElement);
const error = element('error', HTMLElement);
const progress = element('progress', HTMLProgressElement);
const engine = element('engine', HTMLElement);
const samples = element('samples', HTMLUListElement);
const result = element('result', HTMLElement);
const canvas = element('cell', HTMLCanvasElement);
const caption = element('caption', HTMLElement);
const input = element('files', HTMLInputElement);
const drop = element('drop', HTMLElement);

const desk = openDesk({
  onProgress: (part) => {
    if (part === undefined) progress.removeAttribute('value');
    else progress.value = part;
  },
  onFailure: fail,
});
const run = newestOnly(({ message }) => {
  fail(message);
});
const model = desk.load(new URL('model/', document.baseURI).href);
model.then(
  (name) => {
    progress.hidden = true;
    engine.textContent = name;
    if (result.hidden) say('Ready: choose a cell.');
  },
  (cause: unknown) => {
    fail((cause as Error).message);
  },
);

function say(text: string): void {
  status.textContent = text;
  error.textContent = '';
}

function fail(message: string): void {
  say('');
  progress.hidden = true;
  result.hidden = true;
  error.textContent = message;
}

function predict(sample: File[] | SampleUrls): void {
  // What is there stays to be seen, as the page would jump otherwise, but not to be used.
  result.inert = true;
  markSample(samples, 'id' in sample ? sample.id : undefined);
  void run(async () => {
    await model;
    say('Predicting…');
    const found = await desk.predict(sample);
    return () => {
      showResult(found);
    };
  });
}

function showResult({ id, classes, composite, milliseconds }: Result): void {
  const predicted = classes.filter((score) => score.predicted).map(({ name }) => name);
  const labels = predicted.length > 0 ? predicted.join(', ') : 'no class above its threshold';
  say(`${id}: ${labels}. Took ${milliseconds.toFixed(0)} ms.`);
  const showCell = () => {
    drawPicture(canvas, composite);
    describe(
      `Cell ${id}`,
      'microtubules red, protein green, nucleus blue, endoplasmic reticulum yellow',
      false,
    );
  };
  showScores(element('classes', HTMLElement), classes, (picked) => {
    void run(async () => {
      if (!picked) return showCell;
      const map = await desk.explain(picked.index);
      return () => {
        drawPicture(canvas, map);
        describe(`Grad-CAM of ${picked.name}`, 'how much each place speaks for the class', true);
      };
    });
  });
  showCell();
  result.hidden = false;
  result.inert = false;
  canvas.scrollIntoView({ block: 'nearest' });
}

/** What the picture is, for those who see it and those who don't. */
function describe(title: string, meaning: string, isMap: boolean): void {
  caption.textContent = `${title}: ${meaning}`;
  canvas.ariaLabel = caption.textContent;
  element('scale', HTMLElement).hidden = !isMap;
}

input.addEventListener('change', () => {
  const files = Array.from(input.files ?? []);
  // So that the same files can be chosen again.
  input.value = '';
  if (files.length > 0) predict(files);
});
// The whole page takes files, so that a drop beside the field doesn't leave the page.
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
document.addEventListener('dragleave', () => {
  drop.classList.remove('over');
});
document.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  const files = Array.from(event.dataTransfer?.files ?? []);
  if (files.length > 0) predict(files);
});

listSamples(samples, new URL('samples/', document.baseURI).href, predict).catch((cause: unknown) => {
  fail((cause as Error).message);
});

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  const kept = navigator.serviceWorker
    .register('service-worker.js')
    .then(() => navigator.serviceWorker.ready);
  kept.then(
    () => {
      element('offline', HTMLElement).hidden = false;
    },
    // Where a browser keeps nothing, the page works all the same while it is online.
    () => undefined,
  );
}
