/** One step of an optimizer for several batches, and with gradients that are clipped. */
import * as tf from '@tensorflow/tfjs-core';
import { restoreState, type NamedTensors } from './optimizer-state';
import { clipGradients, type ClipOptions } from './clip-gradients';
import { listGradients, type NamedGradient } from './named-gradients';

/** Options of `SteppedOptimizer`. */
export interface SteppedOptions extends ClipOptions {
  /** Batches to a step of the optimizer. @default 1 */
  accumulateSteps?: number | undefined;
}

/** The end of the name under which the state has a weight's gradients so far, and the name of their counts. */
const SUM = '/accumulated';
const COUNTS = 'accumulated';

/**
 * An optimizer around another. It collects the gradients of `accumulateSteps` batches, takes their mean weighted by the
 * batches' sizes, clips it, and lets the other make one step of it: k batches of n images are one of k·n, but for
 * batch normalization, which sees n at a time, and losses that are no mean over images, such as `softF1Loss`. Without
 * options it is the other, to the byte.
 *
 * Where the norm that `clipNorm` needs isn't finite the gradients count as 0 and the weights stay finite;
 * `lastNorm` tells.
 *
 * @throws RangeError for options out of range
 * @example
 * const adam = tf.train.adam(1e-3);
 * const optimizer = new SteppedOptimizer(adam, { accumulateSteps: 4, clipNorm: 1 });
 * // for each batch: optimizer.images = its size; await model.trainOnBatch(xs, ys); after the last: optimizer.flush()
 */
export class SteppedOptimizer extends tf.Optimizer {
  /**
   * What saved configurations call it.
   *
   * @nocollapse
   */
  static readonly className = 'SteppedOptimizer';
  /** Images of the batch whose gradients come next. */
  images = 1;
  private readonly accumulateSteps: number;
  private readonly clipping: ClipOptions;
  /** Sums of gradient × images of the weights that have gradients, in the optimizer's order. */
  private sums: NamedTensors = [];
  private pendingBatches = 0;
  private pendingImages = 0;
  /** The two counts, while there is something to save. */
  private counts: tf.Tensor1D | undefined;
  private norm: tf.Scalar | undefined;

  /** @param inner - the optimizer that makes the steps; it stays the caller's to dispose of */
  constructor(
    readonly inner: tf.Optimizer,
    { accumulateSteps = 1, clipNorm, clipValue }: SteppedOptions = {},
  ) {
    super();
    if (!Number.isInteger(accumulateSteps) || accumulateSteps < 1)
      throw new RangeError(`accumulateSteps must be a positive integer. Received ${accumulateSteps}`);
    for (const [name, value] of Object.entries({ clipNorm, clipValue }))
      if (value !== undefined && !(value > 0 && value < Infinity))
        throw new RangeError(`${name} must be a positive number. Received ${value}`);
    this.accumulateSteps = accumulateSteps;
    this.clipping = { clipNorm, clipValue };
  }

  /** Steps of the optimizer within, not batches. */
  override get iterations(): number {
    return this.inner.iterations;
  }

  /** Batches that wait for the next step: 0 right after one. */
  get pending(): number {
    return this.pendingBatches;
  }

  override applyGradients(gradients: tf.NamedTensorMap | NamedTensors): void {
    const list = listGradients(gradients);
    if (this.accumulateSteps === 1) {
      this.step(list);
      return;
    }
    this.add(list);
    if (this.pendingBatches >= this.accumulateSteps) this.flush();
  }

  /** Makes a step of what has come since the last one, if anything has: call it at the end of an epoch. */
  flush(): void {
    if (this.pendingBatches === 0) return;
    tf.tidy(() => {
      const images = this.pendingImages;
      const mean = this.sums.map(({ name, tensor }) => ({ name, tensor: tf.div(tensor, images) }));
      this.clear();
      this.step(mean);
    });
  }

  /**
   * The norm over all gradients of the last step, before `clipNorm` cut it; undefined without a step or `clipNorm`. The
   * engine computes it in any case; only to ask for it costs a transfer.
   */
  async lastNorm(): Promise<number | undefined> {
    return (await this.norm?.data())?.[0];
  }

  private step(gradients: readonly NamedGradient[]): void {
    tf.tidy(() => {
      const clipped = clipGradients(gradients, this.clipping);
      // The optimizers take a null, though tfjs's typing doesn't say so.
      this.inner.applyGradients(clipped.gradients as NamedTensors);
      this.norm?.dispose();
      this.norm = clipped.norm && tf.keep(clipped.norm);
    });
  }

  private add(gradients: readonly NamedGradient[]): void {
    tf.tidy(() => {
      const before = this.sums;
      const given = gradients.flatMap(({ name, tensor }) => (tensor ? [{ name, tensor }] : []));
      // By position: another copy of the model, whose sums these may be, has other names in tfjs.
      this.sums = given.map(({ name, tensor }, i) => {
        const weighted = tf.mul(tensor, this.images);
        return { name, tensor: tf.keep(before[i] ? tf.add(before[i].tensor, weighted) : weighted) };
      });
      tf.dispose(before.map(({ tensor }) => tensor));
      this.count(this.pendingBatches + 1, this.pendingImages + this.images);
    });
  }

  private count(batches: number, images: number): void {
    this.counts?.dispose();
    this.counts = batches === 0 ? undefined : tf.keep(tf.tensor1d([batches, images]));
    [this.pendingBatches, this.pendingImages] = [batches, images];
  }

  private clear(): void {
    tf.dispose(this.sums.map(({ tensor }) => tensor));
    this.sums = [];
    this.count(0, 0);
  }

  /**
   * The state of the optimizer within; between two steps also the gradients so far, as `weight/accumulated`, and
   * `accumulated`, their batches and images. The tensors stay the optimizer's, but for the first.
   */
  override async getWeights(): Promise<NamedTensors> {
    const own = this.sums.map(({ name, tensor }) => ({ name: name + SUM, tensor }));
    const counts = this.counts ? [{ name: COUNTS, tensor: this.counts }] : [];
    return [...(await this.inner.getWeights()), ...own, ...counts];
  }

  /** Takes over what `getWeights` gave, so that training goes on to the same bytes; the tensors stay the caller's. */
  override async setWeights(values: NamedTensors): Promise<void> {
    const isSum = ({ name }: { name: string }) => name.endsWith(SUM);
    const counts = values.find(({ name }) => name === COUNTS);
    const [batches, images] = counts ? Array.from(await counts.tensor.data()) : [0, 0];
    const inner = values.filter((value) => !isSum(value) && value !== counts);
    await restoreState(this.inner, inner);
    this.clear();
    this.sums = values.filter(isSum).map(({ name, tensor }) => {
      return { name: name.slice(0, -SUM.length), tensor: tf.keep(tf.clone(tensor)) };
    });
    this.count(batches!, images!);
  }

  /** Frees what it holds itself; the optimizer within stays the caller's. */
  override dispose(): void {
    this.clear();
    this.norm?.dispose();
    this.norm = undefined;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { accumulateSteps, inner } = this;
    const { clipNorm = null, clipValue = null } = this.clipping;
    const within = { className: inner.getClassName(), config: inner.getConfig() };
    return { ...within, accumulateSteps, clipNorm, clipValue };
  }
}
