/** The samples that the page brings: buttons with a small picture each. */
import { create } from './dom';
import type { SampleUrls } from './protocol';
import type { ListedSample } from './write-samples';

/** Fills the list; `onChoose` is called with the sample of the button pressed. */
export async function listSamples(
  list: HTMLElement,
  folder: string,
  onChoose: (sample: SampleUrls) => void,
): Promise<void> {
  const response = await fetch(`${folder}samples.json`);
  if (!response.ok) throw new Error(`The list of samples can't be fetched: HTTP ${response.status}`);
  const samples = (await response.json()) as ListedSample[];
  list.replaceChildren(
    ...samples.map(({ id, picture, channels, labels }) => {
      const image = create('img', { src: folder + picture, alt: '', width: 96, height: 96 });
      const button = create(
        'button',
        { type: 'button', value: id },
        image,
        create('span', {}, labels.join(', ')),
      );
      button.addEventListener('click', () => {
        const files = Object.entries(channels).map(([channel, file]) => [channel, folder + file]);
        onChoose({ id, files: Object.fromEntries(files) as Record<string, string> });
      });
      return create('li', {}, button);
    }),
  );
}

/** Marks the button of the sample that is shown, if it is one of these. */
export function markSample(list: HTMLElement, id: string | undefined): void {
  for (const button of list.querySelectorAll('button')) button.ariaPressed = String(button.value === id);
}
