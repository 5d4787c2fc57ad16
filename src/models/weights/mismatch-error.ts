/** What to say where a file and a model don't fit. */
import { HpaError } from '../../errors';
import { brief } from './brief';
import type { Match, Pair } from './match';
import type { ModelWeight } from './model-layers';
import { isForOtherChannels } from './values-for';
import type { WeightEntry, WeightFile } from './weight-file';

const SHOWN = 3;

export function mismatchError(match: Match, file: WeightFile, architecture: string): HpaError {
  const { missing, unused, mismatched } = match;
  const parts = [
    list('in the model only', missing, nameOf),
    list('of another shape', mismatched, differenceOf),
    list('in the file only', unused, keyOf),
  ].filter((part) => part !== '');
  const reason = match.pairs.length === 0 ? ['no weight is in both', ...parts] : parts;
  return new HpaError(
    'weights-mismatch',
    `The weights don't fit the model: ${reason.join('; ')}. ${remedy(match, file, architecture)}`,
    { file: file.file },
  );
}

function remedy({ missing, unused, mismatched }: Match, file: WeightFile, architecture: string): string {
  const isTorch = file.convention !== 'keras';
  const inChannels = ({ target, entry }: Pair) => isForOtherChannels(target, entry.shape, isTorch);
  const inHead = ({ target }: Pair) => target.layer.isHead;
  const hasNames = isTorch || file.entries.some(({ layer }) => layer?.name !== undefined);
  const isOther = missing.length + unused.length > 0 || !mismatched.every((p) => inChannels(p) || inHead(p));
  const remedies = [
    mismatched.some(inChannels) &&
      "Say how the image's channels are to be made of the file's: inputChannels: { copy: 0 }, 'repeat' or 'mean'.",
    mismatched.some(inHead) &&
      'Build the head with as many classes, for images of the same size, or leave it out: allowPartial: true.',
    isOther &&
      `Build the architecture that the file is of, instead of ${architecture}; or load what fits: allowPartial: true.`,
    isOther &&
      !hasNames &&
      'The file has no names of layers, as .weights.h5 of older Keras: as .keras or .h5 the same model has them.',
  ];
  return remedies.filter(Boolean).join(' ');
}

function list<T>(what: string, items: readonly T[], describe: (item: T) => string): string {
  if (items.length === 0) return '';
  const shown = items.slice(0, SHOWN).map(describe).join(', ');
  return `${items.length} ${what} (${shown}${items.length > SHOWN ? ', …' : ''})`;
}

const sides = (shape: readonly number[]) => shape.join('×') || 'scalar';
const nameOf = ({ layer, name, shape }: ModelWeight) => `${layer.name}/${name} ${sides(shape)}`;
const keyOf = ({ key, shape }: WeightEntry) => `${brief(key)} ${sides(shape)}`;
const differenceOf = ({ target, entry }: Pair) => `${nameOf(target)}, in the file ${keyOf(entry)}`;
