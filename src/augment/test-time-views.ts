/** Views of an image for prediction, and the way back for maps such as heat maps. */
import type { CellImage } from '../image/cell-image';
import { checkChoice } from './checks';
import { applySymmetry, type SymmetryParams } from './dihedral';

/** One way of looking at an image. */
export interface TestTimeView {
  /** Stable, so that scores can be stored by it. */
  readonly name: string;
  /** The image as seen in this view. */
  readonly apply: (image: CellImage) => CellImage;
  /** The exact inverse, for a map that was made of the view. */
  readonly undo: (image: CellImage) => CellImage;
}

/** `dihedral`: all eight symmetries of the square; `flips`: the four that keep the sides; `none`: the image. */
export type TestTimeViews = 'dihedral' | 'flips' | 'none';

const SYMMETRIES: readonly (SymmetryParams & { name: string })[] = [
  { name: 'identity', flipped: false, turns: 0 },
  { name: 'flipLeftRight', flipped: true, turns: 0 },
  { name: 'flipUpDown', flipped: true, turns: 2 },
  { name: 'rotate180', flipped: false, turns: 2 },
  { name: 'rotate90', flipped: false, turns: 1 },
  { name: 'rotate270', flipped: false, turns: 3 },
  { name: 'transpose', flipped: true, turns: 1 },
  { name: 'antitranspose', flipped: true, turns: 3 },
];
const COUNTS: Record<TestTimeViews, number> = { none: 1, flips: 4, dihedral: 8 };

/**
 * The views for averaging predictions over, the image itself first. Odd turns and the two transposes swap
 * width and height.
 *
 * @throws RangeError for an unknown kind
 *
 * @example
 * const views = testTimeViews('dihedral');
 * const maps = views.map(({ apply, undo }) => undo(heatMap(apply(image)))); // all in the image's own position
 */
export function testTimeViews(kind: TestTimeViews): TestTimeView[] {
  checkChoice('kind', kind, Object.keys(COUNTS));
  return SYMMETRIES.slice(0, COUNTS[kind]).map(({ name, ...symmetry }) => ({
    name,
    apply: (image) => applySymmetry(image, symmetry),
    undo: (image) => applySymmetry(image, inverse(symmetry)),
  }));
}

/** Mirrored symmetries are their own inverses. */
function inverse({ flipped, turns }: SymmetryParams): SymmetryParams {
  return { flipped, turns: flipped ? turns : (4 - turns) % 4 };
}
