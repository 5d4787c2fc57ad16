/** Several optimizers behind one, each for the weights of some layers. */
import * as tf from '@tensorflow/tfjs-core';
import type { layers, LayerVariable } from '@tensorflow/tfjs-layers';
import { listGradients } from './named-gradients';
import { isStateNamed, isStateOf, restoreState, stateOf, type NamedTensors } from './optimizer-state';

/** Layers that are trained at one learning rate. */
export interface LearningRateGroup {
  /** Names of the layers. */
  readonly layers: readonly string[];
  /** Their learning rate, before the schedule. */
  readonly learningRate: number;
  /** What changes their weights. */
  readonly optimizer: tf.Optimizer;
}

interface Group {
  layers: readonly layers.Layer[];
  learningRate: number;
  weights: readonly LayerVariable[];
  optimizer: tf.Optimizer;
}

/** What `learningRateGroups` makes. */
export class GroupedOptimizer extends tf.Optimizer {
  /**
   * What saved configurations call it.
   *
   * @nocollapse
   */
  static readonly className = 'GroupedOptimizer';
  /** Its groups, each with its own optimizer. */
  readonly groups: readonly LearningRateGroup[];
  private readonly members: readonly Group[];

  constructor(groups: readonly Group[]) {
    super();
    if (new Set(groups.map(({ optimizer }) => optimizer)).size < groups.length)
      throw new TypeError('makeOptimizer must make a new optimizer each time. Received the same one twice');
    this.members = groups;
    this.groups = groups.map(({ layers: members, learningRate, optimizer }) => ({
      layers: members.map(({ name }) => name),
      learningRate,
      optimizer,
    }));
  }

  /** One step of each group's optimizer. Throws a RangeError for a gradient of a weight that is in no group. */
  override applyGradients(gradients: tf.NamedTensorMap | NamedTensors): void {
    const byName = new Map(listGradients(gradients).map(({ name, tensor }) => [name, tensor]));
    const steps = this.members.map(({ weights }) =>
      // Always all of them, in one order: tfjs's optimizers keep their state by position.
      weights.map(({ name }) => {
        const tensor = byName.get(name) as tf.Tensor;
        byName.delete(name);
        return { name, tensor };
      }),
    );
    const other = [...byName].find(([, gradient]) => gradient)?.[0];
    if (other !== undefined)
      throw new RangeError(
        `weight "${other}" is in no group: its layer was frozen when the groups were made. Make new ones`,
      );
    this.members.forEach(({ optimizer }, i) => {
      optimizer.applyGradients(steps[i]!);
    });
    this.incrementIterations();
  }

  /** The number of steps, and after it each group's state. The tensors stay the optimizers', but for the first. */
  override async getWeights(): Promise<NamedTensors> {
    const states = await Promise.all(this.members.map(({ optimizer }) => stateOf(optimizer)));
    return [await this.saveIterations(), ...states.flat()];
  }

  /**
   * Takes over what `getWeights` gave; the tensors stay the caller's.
   *
   * @throws RangeError where it is the state of other groups
   */
  override async setWeights(values: NamedTensors): Promise<void> {
    const [iterations, ...state] = values;
    const counts = this.members.map(({ weights }) => weights.length);
    const perWeight = state.length / counts.reduce((sum, count) => sum + count, 0);
    let start = 0;
    const parts = counts.map((count) => state.slice(start, (start += count * perWeight)));
    const fits = this.members.every(({ optimizer, weights }, i) => {
      const hasShapes = parts[i]!.every(({ tensor }, k) =>
        tf.util.arraysEqual(tensor.shape, weights[k % weights.length]!.shape as number[]),
      );
      return hasShapes && (!isStateNamed(optimizer) || isStateOf(weights, parts[i]!));
    });
    if (!iterations || !Number.isInteger(perWeight) || !fits)
      throw new RangeError('the state is not that of these groups');
    for (const [i, { optimizer }] of this.members.entries())
      await restoreState(optimizer, [iterations, ...parts[i]!]);
    await this.extractIterations(values);
  }

  override dispose(): void {
    for (const { optimizer } of this.members) optimizer.dispose();
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      groups: this.groups.map(({ layers: names, learningRate, optimizer }) => ({
        layers: [...names],
        learningRate,
        className: optimizer.getClassName(),
        config: optimizer.getConfig(),
      })),
    };
  }
}
