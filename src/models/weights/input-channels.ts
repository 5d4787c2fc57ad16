/** First kernels for more channels than the weights were trained on. */

/**
 * What becomes of the first convolution where the model has other channels than the file:
 * - `repeat`: the file's channels over and over, rescaled by channels before / channels after;
 * - `mean`: the mean of the file's channels for each, rescaled likewise;
 * - `{ copy }`: one of the file's channels for each further one (the winner's: 0, red, for yellow).
 *
 * An image whose channels are all the same then gives the same first activation as before.
 */
export type InputChannels = 'repeat' | 'mean' | { copy: number };
