/** MixUp: samples and labels as weighted means of two. */
import {
  blendInto,
  drawPartners,
  mixRows,
  type BatchAugmentation,
  type Partners,
} from './batch-augmentation';
import { drawBeta } from './beta';
import { checkPositive, checkProbability } from './checks';

/** Options of `mixUp`. */
export interface MixUpOptions {
  /** Of the distribution Beta(alpha, alpha) that the share is drawn from. @default 0.2 */
  alpha?: number;
  /** Probability that a batch is mixed. @default 1 */
  probability?: number;
}

/** What `mixUp` drew. */
export interface MixUpParams {
  /** What remains of each sample; its partner has the rest. */
  share: number;
  /** Whom each sample is mixed with. */
  partners: Partners;
}

/**
 * Replaces each sample by `share · sample + (1 − share) · partner`, labels too (Zhang et al. 2018, "mixup:
 * Beyond empirical risk minimization"). As in the paper's code, one share serves a batch, and partners are
 * a permutation of it.
 *
 * @throws RangeError when alpha is not positive, or the probability outside 0–1
 */
export function mixUp({ alpha = 0.2, probability = 1 }: MixUpOptions = {}): BatchAugmentation<MixUpParams> {
  checkPositive('alpha', alpha);
  checkProbability('probability', probability);
  return {
    name: 'mixUp',
    sample: (random, batchSize) => ({
      share: random.bool(probability) ? drawBeta(random, alpha) : 1,
      partners: drawPartners(random, batchSize),
    }),
    apply(pixels, labels, { height, width, channels, classes }, { share, partners }) {
      if (share === 1) return;
      const mix = (own: Float32Array, partner: Float32Array): void => {
        blendInto(own, partner, share);
      };
      mixRows(pixels, height * width * channels, partners, mix);
      mixRows(labels, classes, partners, mix);
    },
  };
}
