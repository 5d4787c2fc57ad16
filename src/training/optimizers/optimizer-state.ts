/** Whether an optimizer's state is that of the weights it is to train. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

export type NamedTensors = { name: string; tensor: tf.Tensor }[];

/**
 * tfjs's optimizers keep momenta by position among the weights that are trained. Once layers have been frozen or
 * unfrozen the positions are others', and momenta of the same shape would be taken without a word.
 *
 * @throws RangeError where the state is that of other weights
 */
export async function checkOptimizerState(optimizer: tf.Optimizer, model: LayersModel): Promise<void> {
  if (!isStateNamed(optimizer)) return;
  const state = await stateOf(optimizer);
  if (state.length === 0 || isStateOf(model.trainableWeights, state)) return;
  throw new RangeError(
    'optimizer has the state of other weights than the model trains now, as when layers were frozen or unfrozen since. Pass a new one',
  );
}

/** What the optimizer keeps for the weights, which stays its own. */
export async function stateOf(optimizer: tf.Optimizer): Promise<NamedTensors> {
  const [iterations, ...state] = await optimizer.getWeights();
  tf.dispose(iterations?.tensor);
  return state;
}

/** `optimizer.setWeights`, without a leak and to the byte; the tensors stay the caller's. */
export async function restoreState(optimizer: tf.Optimizer, values: NamedTensors): Promise<void> {
  // tfjs forgets these without freeing them.
  const before = await stateOf(optimizer);
  await optimizer.setWeights(values);
  // Those of an optimizer within this one it has freed itself.
  for (const { tensor } of before) if (!tensor.isDisposed) tensor.dispose();
  if (['Adam', 'AdamW'].includes(optimizer.getClassName())) restorePowers(optimizer);
}

/**
 * Adam's powers of its betas as training makes them, by one multiplication a step in single precision; tfjs restores
 * them by `tf.pow`, which rounds otherwise.
 */
function restorePowers(optimizer: tf.Optimizer): void {
  const { beta1, beta2, accBeta1, accBeta2, iterations } = optimizer as unknown as {
    beta1: number;
    beta2: number;
    accBeta1: tf.Variable;
    accBeta2: tf.Variable;
    iterations: number;
  };
  const power = (beta: number) => {
    const factor = Math.fround(beta);
    let product = factor;
    for (let step = 0; step < iterations; step++) product = Math.fround(product * factor);
    return product;
  };
  tf.tidy(() => {
    accBeta1.assign(tf.scalar(power(beta1)));
    accBeta2.assign(tf.scalar(power(beta2)));
  });
}

/** tfjs's optimizers that keep something for each weight and name it after the weight; Adamax doesn't tell. */
const NAMING = ['Adam', 'AdamW', 'RMSProp', 'Momentum', 'Adagrad', 'Adadelta'];

export function isStateNamed(optimizer: tf.Optimizer): boolean {
  return NAMING.includes(optimizer.getClassName());
}

/** Whether each part of the state is for the weight at its place, once through all weights or several times. */
export function isStateOf(weights: readonly { name: string }[], state: readonly { name: string }[]): boolean {
  const names = weights.map(({ name }) => unnumbered(name));
  return (
    state.length % names.length === 0 &&
    state.every(({ name }, i) => unnumbered(name.replace(/\/[^/]*$/, '')) === names[i % names.length])
  );
}

/** Without the number that tfjs puts behind a name that is taken, say by an earlier copy of the model. */
const unnumbered = (name: string) => name.replace(/_\d+$/, '');
