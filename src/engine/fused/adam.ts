/** A step of Adam as one kernel a variable. */
import * as tf from '@tensorflow/tfjs-core';
import { hasFusedKernel } from './kernels';
import { runFusedList } from './run';
import { wrapMethod } from './wrap';

/** What tfjs's AdamOptimizer holds. */
interface Adam {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly accBeta1: tf.Variable;
  readonly accBeta2: tf.Variable;
  readonly accumulatedFirstMoment: Moment[];
  readonly accumulatedSecondMoment: Moment[];
  incrementIterations(): void;
}

interface Moment {
  originalName: string;
  variable: tf.Variable;
}

type Gradients = tf.NamedTensorMap | { name: string; tensor: tf.Tensor }[];

/** Wraps `applyGradients`. The optimizer's state keeps tfjs's form, so that saving and loading stay the same. */
export function fuseAdam(): void {
  wrapMethod<Adam, [Gradients], undefined>(
    tf.AdamOptimizer.prototype,
    'applyGradients',
    (stock) =>
      function applyGradients(gradients) {
        const steps = list(gradients);
        if (!steps.every(isCovered)) {
          stock.call(this, gradients);
          return;
        }
        step(this, steps);
      },
  );
}

/** A variable's name and gradient, in the optimizer's order; without a gradient it stays as it is. */
type Step = [name: string, gradient: tf.Tensor | undefined];

function list(gradients: Gradients): Step[] {
  return Array.isArray(gradients)
    ? gradients.map(({ name, tensor }) => [name, tensor])
    : Object.entries(gradients);
}

function isCovered([name, gradient]: Step): boolean {
  const { dtype } = variableOf(name);
  return hasFusedKernel('AdamUpdate') && dtype === 'float32' && (!gradient || gradient.dtype === 'float32');
}

function variableOf(name: string): tf.Variable {
  return tf.engine().registeredVariables[name]!;
}

function step(optimizer: Adam, steps: Step[]): void {
  const { learningRate, beta1, beta2, epsilon, accBeta1, accBeta2 } = optimizer;
  const attrs = {
    ...{ learningRate, beta1, beta2, epsilon },
    accBeta1: accBeta1.dataSync()[0]!,
    accBeta2: accBeta2.dataSync()[0]!,
  };
  tf.tidy(() => {
    steps.forEach(([name, gradient], i) => {
      const value = variableOf(name);
      const moments = [
        moment(optimizer.accumulatedFirstMoment, i, `${name}/m`, value),
        moment(optimizer.accumulatedSecondMoment, i, `${name}/v`, value),
      ] as const;
      if (!gradient) return;
      const [firstMoment, secondMoment] = moments;
      const updated = runFusedList('AdamUpdate', {
        inputs: { value, gradient, firstMoment, secondMoment },
        attrs,
      });
      [value, ...moments].forEach((variable, k) => {
        variable.assign(updated[k]!);
        updated[k]!.dispose();
      });
    });
    accBeta1.assign(tf.mul(accBeta1, beta1));
    accBeta2.assign(tf.mul(accBeta2, beta2));
  });
  optimizer.incrementIterations();
}

/** The variable's moment, which starts at zero. */
function moment(moments: Moment[], i: number, originalName: string, value: tf.Variable): tf.Variable {
  moments[i] ??= { originalName, variable: tf.tidy(() => tf.variable(tf.zerosLike(value), false)) };
  return moments[i].variable;
}
