/** The list of classes: bars with their thresholds, of which one picks a class to see where it was found. */
import { create } from './dom';
import type { ClassScore } from './protocol';

/** Shows the classes; `onPick` is called with the class chosen, or undefined for the cell alone. */
export function showScores(
  list: HTMLElement,
  classes: readonly ClassScore[],
  onPick: (picked: ClassScore | undefined) => void,
): void {
  const choice = (picked: ClassScore | undefined, ...parts: Node[]) => {
    const radio = create('input', { type: 'radio', name: 'class', checked: picked === undefined });
    radio.addEventListener('change', () => {
      onPick(picked);
    });
    return create('label', { className: 'choice' }, radio, ...parts);
  };
  list.replaceChildren(
    choice(undefined, create('span', { className: 'name' }, 'The cell alone')),
    ...classes.map((score) => choice(score, ...describeScore(score))),
  );
}

function describeScore({ name, probability, threshold, predicted }: ClassScore): Node[] {
  const title = create('span', { className: 'name' }, name);
  if (predicted) title.append(' ', create('strong', {}, 'predicted'));
  const comparison = `${probability >= threshold ? '≥' : '<'} ${percent(threshold)}`;
  const figures = create(
    'span',
    { className: 'figures' },
    `${percent(probability)} `,
    create('small', {}, comparison),
  );
  const bar = create('span', { className: predicted ? 'bar predicted' : 'bar', ariaHidden: 'true' });
  bar.style.setProperty('--probability', String(probability));
  bar.style.setProperty('--threshold', String(threshold));
  return [title, figures, bar];
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)}%`;
}
