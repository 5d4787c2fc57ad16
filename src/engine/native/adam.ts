/** A step of Adam in twelve operations on the weights; TensorFlow's single one wants variables of its own. */
import { scalar, type Tensor } from '@tensorflow/tfjs-core';
import { nativeKernel } from './operations';

export const adamUpdate = nativeKernel('AdamUpdate', (operation, { inputs, attrs }) => {
  const { value, gradient, firstMoment, secondMoment } = inputs as Record<
    'value' | 'gradient' | 'firstMoment' | 'secondMoment',
    Tensor
  >;
  const { learningRate, beta1, beta2, epsilon, accBeta1, accBeta2 } = attrs as Record<
    'learningRate' | 'beta1' | 'beta2' | 'epsilon' | 'accBeta1' | 'accBeta2',
    number
  >;
  const run = (name: string, ...of: Tensor[]): Tensor => operation(name, of)[0]!;
  const average = (old: Tensor, now: Tensor, beta: number): Tensor =>
    run('AddV2', run('Mul', old, scalar(beta)), run('Mul', now, scalar(1 - beta)));

  const m = average(firstMoment, gradient, beta1);
  const v = average(secondMoment, run('Square', gradient), beta2);
  // The corrections of both moments, taken out of the fraction: m̂ / (√v̂ + ε) = m·c₂/c₁ / (√v + ε·c₂).
  const c1 = 1 - accBeta1;
  const c2 = Math.sqrt(1 - accBeta2);
  const ratio = run('RealDiv', m, run('AddV2', run('Sqrt', v), scalar(epsilon * c2)));
  return [run('Sub', value, run('Mul', ratio, scalar((learningRate * c2) / c1))), m, v];
});
