/** The learning rate of an optimizer that is in use, of whichever kind. */
import type * as tf from '@tensorflow/tfjs-core';
import type { GroupedOptimizer } from './grouped-optimizer';
import type { SteppedOptimizer } from './stepped-optimizer';

/** An optimizer of tfjs, or whichever has a learning rate. */
interface Rated {
  learningRate: number;
  /** Of SGD and Momentum, which keep the rate as a tensor too. */
  setLearningRate?(learningRate: number): void;
}

/**
 * Multiplies the learning rate of an optimizer: any of tfjs, `adamW`, `learningRateGroups`, each group's own rate, and a
 * `SteppedOptimizer` around one of them. A step is then, to the byte, one of an optimizer made with that rate. No
 * tensors are left behind.
 *
 * @example
 * const rates = new LearningRateControl(tf.train.sgd(0.1));
 * rates.apply(0.5);
 * rates.current; // 0.05
 * rates.restore(); // 0.1 again
 */
export class LearningRateControl {
  private readonly members: readonly { optimizer: Rated; base: number }[];

  constructor(private readonly optimizer: tf.Optimizer) {
    this.members = ratedWithin(optimizer).map((each) => ({ optimizer: each, base: each.learningRate }));
  }

  /** The highest rate there is now; NaN for an optimizer of another make that has none. */
  get current(): number {
    const rates = this.members.map(({ optimizer }) => optimizer.learningRate);
    return rates.length > 0 ? Math.max(...rates) : NaN;
  }

  /**
   * Sets the rates to those that the optimizer came with, times a factor.
   *
   * @throws RangeError for a factor that is not finite or below 0
   * @throws TypeError for one other than 1 where the optimizer has no learning rate
   */
  apply(factor: number): void {
    if (!(factor >= 0 && factor < Infinity))
      throw new RangeError(`factor must be a finite number of at least 0. Received ${factor}`);
    if (factor !== 1 && this.members.length === 0)
      throw new TypeError(
        `optimizer must have a learningRate for a schedule to change. Received ${this.optimizer.getClassName()}`,
      );
    for (const { optimizer, base } of this.members) setRate(optimizer, base * factor);
  }

  /** Gives each optimizer back the rate that it came with. */
  restore(): void {
    for (const { optimizer, base } of this.members) setRate(optimizer, base);
  }
}

function setRate(optimizer: Rated, rate: number): void {
  if (optimizer.learningRate === rate) return;
  if (optimizer.setLearningRate) optimizer.setLearningRate(rate);
  else optimizer.learningRate = rate;
}

/** Told by what they have: to tfjs's `instanceof` each optimizer is one of every class. */
function ratedWithin(optimizer: tf.Optimizer): Rated[] {
  const { inner, groups, learningRate } = optimizer as tf.Optimizer &
    Partial<Pick<SteppedOptimizer, 'inner'> & Pick<GroupedOptimizer, 'groups'> & Rated>;
  if (inner) return ratedWithin(inner);
  if (groups) return groups.flatMap((group) => ratedWithin(group.optimizer));
  return typeof learningRate === 'number' ? [optimizer as tf.Optimizer & Rated] : [];
}
