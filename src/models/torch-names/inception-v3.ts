/** InceptionV3 in torchvision and timm. */
import { unitNames } from './inception-units';

const STEM = ['Conv2d_1a_3x3', 'Conv2d_2a_3x3', 'Conv2d_2b_3x3', 'Conv2d_3b_1x1', 'Conv2d_4a_3x3'];

// In the order in which Keras makes them. A branch with a number is a chain of so many units.
const WITH_5X5 = units('branch1x1', 'branch5x5_2', 'branch3x3dbl_3', 'branch_pool');
const FIRST_HALVING = units('branch3x3', 'branch3x3dbl_3');
const WITH_7X7 = units('branch1x1', 'branch7x7_3', 'branch7x7dbl_5', 'branch_pool');
const SECOND_HALVING = units('branch3x3_2', 'branch7x7x3_4');
const WITH_FORKS = [
  ...['branch1x1', 'branch3x3_1', 'branch3x3_2a', 'branch3x3_2b'],
  ...['branch3x3dbl_1', 'branch3x3dbl_2', 'branch3x3dbl_3a', 'branch3x3dbl_3b', 'branch_pool'],
];

const BLOCKS: Readonly<Record<string, readonly string[]>> = {
  Mixed_5b: WITH_5X5,
  Mixed_5c: WITH_5X5,
  Mixed_5d: WITH_5X5,
  Mixed_6a: FIRST_HALVING,
  Mixed_6b: WITH_7X7,
  Mixed_6c: WITH_7X7,
  Mixed_6d: WITH_7X7,
  Mixed_6e: WITH_7X7,
  Mixed_7a: SECOND_HALVING,
  Mixed_7b: WITH_FORKS,
  Mixed_7c: WITH_FORKS,
};

function units(...branches: string[]): string[] {
  return branches.flatMap((branch) => {
    const [, name, length] = /^(.*)_(\d)$/.exec(branch) ?? [];
    return length === undefined
      ? [branch]
      : Array.from({ length: Number(length) }, (_, i) => `${name}_${i + 1}`);
  });
}

export const inceptionV3Names = unitNames([
  ...STEM,
  ...Object.entries(BLOCKS).flatMap(([block, names]) => names.map((name) => `${block}.${name}`)),
]);
