/** InceptionResNetV2 in timm. */
import { unitNames } from './inception-units';
import { keysIn, type TorchNames } from './torch-names';

const numbered = unitNames([
  ...['conv2d_1a', 'conv2d_2a', 'conv2d_2b', 'conv2d_3b', 'conv2d_4a'],
  ...within('mixed_5b', ['branch0', ...chain('branch1', 2), ...chain('branch2', 3), 'branch3.1']),
  ...repeated('repeat', 10, ['branch0', ...chain('branch1', 2), ...chain('branch2', 3)]),
  ...within('mixed_6a', ['branch0', ...chain('branch1', 3)]),
  ...repeated('repeat_1', 20, ['branch0', ...chain('branch1', 3)]),
  ...within('mixed_7a', [...chain('branch0', 2), ...chain('branch1', 2), ...chain('branch2', 3)]),
  ...repeated('repeat_2', 9, ['branch0', ...chain('branch1', 3)]),
  ...within('block8', ['branch0', ...chain('branch1', 3)]),
]);

/** Where the blocks of one kind stand; the last of them all stands alone. */
const REPEATS: Readonly<Record<string, string>> = {
  block35: 'repeat',
  block17: 'repeat_1',
  block8: 'repeat_2',
};

export const inceptionResNetV2Names: TorchNames = (layer, weight) => {
  if (layer === 'conv_7b') return keysIn(['conv2d_7b.conv'], weight);
  if (layer === 'conv_7b_bn') return keysIn(['conv2d_7b.bn'], weight);
  if (layer === 'block8_10_conv') return keysIn(['block8.conv2d'], weight);
  const [, kind, count] = /^(block\d+)_(\d+)_conv$/.exec(layer) ?? [];
  if (kind === undefined) return numbered(layer, weight);
  return keysIn([`${REPEATS[kind]}.${Number(count) - 1}.conv2d`], weight);
};

function chain(branch: string, length: number): string[] {
  return Array.from({ length }, (_, i) => `${branch}.${i}`);
}

function within(block: string, units: readonly string[]): string[] {
  return units.map((unit) => `${block}.${unit}`);
}

function repeated(name: string, times: number, units: readonly string[]): string[] {
  return Array.from({ length: times }, (_, i) => within(`${name}.${i}`, units)).flat();
}
