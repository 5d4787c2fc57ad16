/** The loss of the competition's winner. */
import { focalLoss, hardExampleLogLoss, lovaszHingeLoss, weightedSum } from 'hpa-kit';

/** Focal loss is a mean over classes here, and a sum there. */
export function winnersLoss(numClasses: number) {
  return weightedSum([
    [0.5 * numClasses, focalLoss({ gamma: 2 })],
    [0.5, lovaszHingeLoss()],
    [0.5, hardExampleLogLoss()],
  ]);
}
