/** First kernels for other numbers of channels than the weights were trained on. */

/**
 * What becomes of the first convolution where the model has other channels than the file:
 * - `repeat`: the model's channels take the file's over and over; those that take the same one share its weights
 *   equally (from RGB to four: half of red, green, blue, half of red);
 * - `mean`: each takes an equal share of the sum of the file's;
 * - `{ copy }`: the further ones are copies of one of the file's channels, counted from 0, with which they share its
 *   weights equally; the others stay as they are (from RGB to four with `copy: 0`: red's weights in halves for red and
 *   yellow).
 *
 * With fewer channels than the file's, `repeat` and `copy` add those left over onto the model's, again over and over:
 * one channel gets the sum.
 *
 * An image whose channels are all the same gives the same first activation as before, since each position's weights
 * keep their sum over the channels. Other programs differ: timm's `repeat` multiplies all by channels before /
 * channels after, the same where the model's are a multiple of the file's, or one. The winning solution copied red's
 * weights to yellow undivided, and so let such an image weigh red twice.
 */
export type InputChannels = 'repeat' | 'mean' | { copy: number };

/** Shape of a convolution's kernel: `[height, width, in, out]`. */
type KernelShape = readonly [height: number, width: number, inChannels: number, outChannels: number];

/**
 * The kernel of a first convolution for images of `channels` channels, in a new array of shape
 * `[height, width, channels, out]`. Where the file has as many, its values as they are.
 *
 * @throws RangeError for values that don't fill the shape, sizes that are not positive integers, and a `copy` that
 *   the file has not; TypeError for another way than those there are
 */
export function adaptInputChannels(
  values: Float32Array,
  shape: KernelShape,
  channels: number,
  how: InputChannels,
): Float32Array {
  const [height, width, before, outs] = shape;
  for (const size of [height, width, before, outs, channels])
    if (!Number.isInteger(size) || size < 1)
      throw new RangeError(`shape and channels must be made of positive integers. Received ${size}`);
  const positions = height * width;
  if (values.length !== positions * before * outs)
    throw new RangeError(
      `values must fill the shape ${shape.join('×')}. Received ${values.length} of ${positions * before * outs}`,
    );
  const parts = partsOf(before, channels, how);
  if (channels === before) return values.slice();

  const adapted = new Float32Array(positions * channels * outs);
  for (let position = 0; position < positions; position++)
    for (const { from, to, share } of parts) {
      const source = (position * before + from) * outs;
      const target = (position * channels + to) * outs;
      for (let o = 0; o < outs; o++) adapted[target + o]! += values[source + o]! * share;
    }
  return adapted;
}

/** Which of the file's channels goes onto which of the model's, and how much of it; each one's shares sum to 1. */
type Part = { from: number; to: number; share: number };

function partsOf(before: number, channels: number, how: InputChannels): Part[] {
  if (how === 'mean')
    return range(channels).flatMap((to) => range(before).map((from) => ({ from, to, share: 1 / channels })));
  const source = sourceOf(before, how);
  const pairs = range(Math.max(before, channels)).map((i) => ({ from: source(i), to: i % channels }));
  const uses = range(before).map((channel) => pairs.filter(({ from }) => from === channel).length);
  return pairs.map((pair) => ({ ...pair, share: 1 / uses[pair.from]! }));
}

/** Which of the file's channels the model's i-th takes. */
function sourceOf(before: number, how: Exclude<InputChannels, 'mean'>): (i: number) => number {
  if (how === 'repeat') return (i) => i % before;
  const copied: unknown = typeof how === 'object' ? (how as { copy?: unknown } | null)?.copy : undefined;
  if (typeof copied !== 'number')
    throw new TypeError(
      `inputChannels must be 'repeat', 'mean' or { copy: channel }. Received ${JSON.stringify(how)}`,
    );
  if (!Number.isInteger(copied) || copied < 0 || copied >= before)
    throw new RangeError(`copy must be a channel of the file, from 0 to ${before - 1}. Received ${copied}`);
  return (i) => (i < before ? i : copied);
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
