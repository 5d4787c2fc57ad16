/** CutMix: a rectangle of one sample in another, labels by area. */
import {
  blendInto,
  drawPartners,
  mixRows,
  type BatchAugmentation,
  type BatchShape,
  type Partners,
} from './batch-augmentation';
import { drawBeta } from './beta';
import { checkPositive, checkProbability } from './checks';

/** Options of `cutMix`. */
export interface CutMixOptions {
  /** Of the distribution Beta(alpha, alpha) that the share is drawn from. @default 1 */
  alpha?: number;
  /** Probability that a batch is mixed. @default 1 */
  probability?: number;
}

/** What `cutMix` drew. */
export interface CutMixParams {
  /** Share of its area that each sample is to keep; the rectangle may be cut by the border. */
  share: number;
  /** Centre of the rectangle, as shares of width and height. */
  centreX: number;
  /** The same from the top, as a share of the height. */
  centreY: number;
  /** Whom each sample is mixed with. */
  partners: Partners;
}

/**
 * Pastes a rectangle of its partner into each sample; labels become `kept · own + (1 − kept) · partner`,
 * where `kept` is the share of pixels that the rectangle, cut at the border, really leaves (Yun et al.
 * 2019, "CutMix"). As in the paper's code, one rectangle serves a batch.
 *
 * @throws RangeError when alpha is not positive, or the probability outside 0–1
 */
export function cutMix({ alpha = 1, probability = 1 }: CutMixOptions = {}): BatchAugmentation<CutMixParams> {
  checkPositive('alpha', alpha);
  checkProbability('probability', probability);
  return {
    name: 'cutMix',
    sample: (random, batchSize) => ({
      share: random.bool(probability) ? drawBeta(random, alpha) : 1,
      centreX: random.next(),
      centreY: random.next(),
      partners: drawPartners(random, batchSize),
    }),
    apply(pixels, labels, shape, params) {
      const { top, bottom, left, right } = cutBox(shape, params);
      const kept = 1 - ((bottom - top) * (right - left)) / (shape.height * shape.width);
      if (kept === 1) return;
      const { height, width, channels, classes } = shape;
      mixRows(pixels, height * width * channels, params.partners, (own, partner) => {
        for (let y = top; y < bottom; y++) {
          const at = (y * width + left) * channels;
          own.set(partner.subarray(at, at + (right - left) * channels), at);
        }
      });
      mixRows(labels, classes, params.partners, (own, partner) => {
        blendInto(own, partner, kept);
      });
    },
  };
}

interface CutBox {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

function cutBox({ width, height }: BatchShape, { share, centreX, centreY }: CutMixParams): CutBox {
  const side = Math.sqrt(1 - share);
  const span = (centre: number, size: number): [number, number] => {
    const cut = Math.floor(size * side);
    const start = Math.floor(centre * size) - Math.floor(cut / 2);
    return [Math.max(0, start), Math.min(size, start + cut)];
  };
  const [[left, right], [top, bottom]] = [span(centreX, width), span(centreY, height)];
  return { top, bottom, left, right };
}
