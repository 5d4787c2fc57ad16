/** Filters of convolutions with the batch normalization that follows, kept for the next images. */
import { scalar, tidy, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import { operationsOf, takeOver, type NativeBackend } from './operations';

/** Each of one value a channel. */
export interface Statistics {
  mean: Tensor;
  variance: Tensor;
  scale?: Tensor | null;
  offset?: Tensor | null;
}

interface Folded {
  /** Ids of TensorFlow's tensors, which tfjs doesn't know. */
  filter: number;
  bias: number;
  /** What it was made of. */
  of: readonly unknown[];
}

/**
 * One for each filter, made anew when the statistics have become others, and freed with the filter. Data of
 * tfjs-node never change: what gets other values gets other data.
 */
export class FoldedFilters {
  readonly #byFilter = new WeakMap<object, Folded>();

  constructor(private readonly backend: NativeBackend) {
    const disposeData = backend.disposeData.bind(backend);
    backend.disposeData = (dataId, force) => {
      const isGone = disposeData(dataId, force);
      if (isGone) this.#free(dataId);
      return isGone;
    };
  }

  /** The filter times the scale of each channel, and what to add to each, as ids of the binding. */
  get(filter: TensorInfo, statistics: Statistics, epsilon: number): { filter: number; bias: number } {
    const { mean, variance, scale, offset } = statistics;
    const of = [epsilon, ...[mean, variance, scale, offset].map((tensor) => tensor?.dataId)];
    const known = this.#byFilter.get(filter.dataId);
    if (known?.of.every((part, i) => part === of[i])) return known;
    this.#free(filter.dataId);
    const folded = { ...this.#fold(filter, statistics, epsilon), of };
    this.#byFilter.set(filter.dataId, folded);
    return folded;
  }

  #fold(filter: TensorInfo, { mean, variance, scale, offset }: Statistics, epsilon: number) {
    const { backend } = this;
    const operation = operationsOf(backend);
    const run = (name: string, ...inputs: TensorInfo[]): Tensor => operation(name, inputs)[0]!;
    return tidy(() => {
      const deviation = run('Rsqrt', run('AddV2', variance, scalar(epsilon)));
      const factor = scale ? run('Mul', deviation, scale) : deviation;
      const centre = run('Mul', mean, factor);
      const tensors = [run('Mul', filter, factor), offset ? run('Sub', offset, centre) : run('Neg', centre)];
      const [scaled, bias] = tensors.map((tensor) => takeOver(backend, tensor)) as [number, number];
      return { filter: scaled, bias };
    });
  }

  #free(dataId: object): void {
    const folded = this.#byFilter.get(dataId);
    if (!folded) return;
    this.#byFilter.delete(dataId);
    for (const id of [folded.filter, folded.bias]) this.backend.binding.deleteTensor(id);
  }
}
