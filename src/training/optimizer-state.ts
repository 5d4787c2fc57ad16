/** Whether an optimizer's state is that of the weights it is to train. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** tfjs's optimizers that keep something for each weight and tell what; Adamax doesn't tell. */
const STATEFUL = ['Adam', 'RMSProp', 'Momentum', 'Adagrad', 'Adadelta'];

/**
 * tfjs's optimizers keep momenta by position among the weights that are trained. Once layers have been frozen or
 * unfrozen the positions are others', and momenta of the same shape would be taken without a word.
 *
 * @throws RangeError where the state is that of other weights
 */
export async function checkOptimizerState(optimizer: tf.Optimizer, model: LayersModel): Promise<void> {
  if (!STATEFUL.includes(optimizer.getClassName())) return;
  const [iterations, ...state] = await optimizer.getWeights();
  tf.dispose(iterations?.tensor);
  const weights = model.trainableWeights.map(({ name }) => unnumbered(name));
  const fits = state.every(({ name }, i) => weightOf(name) === weights[i % weights.length]);
  if (fits && (state.length === 0 || state.length % weights.length === 0)) return;
  throw new RangeError(
    'optimizer has the state of other weights than the model trains now, as when layers were frozen or unfrozen since. Pass a new one',
  );
}

/** The weight that a part of the state is for: `dense/kernel` of `dense/kernel/m`. */
const weightOf = (state: string) => unnumbered(state.replace(/\/[^/]*$/, ''));

/** Without the number that tfjs puts behind a name that is taken, say by an earlier copy of the model. */
const unnumbered = (name: string) => name.replace(/_\d+$/, '');
