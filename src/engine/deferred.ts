/**
 * Operations put off until somebody reads their output. What comes next can then make a longer one of it, so that
 * what lies between is never stored.
 */
import { engine, type TensorInfo } from '@tensorflow/tfjs-core';

/** What is used of a backend. */
interface Backend {
  incRef(dataId: object): void;
  refCount(dataId: object): number;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** Where whoever reads a tensor's values asks the backend where they lie. */
interface Storage {
  get(dataId: object): unknown;
}

/** The tensor as it is now: a variable's data are others once it is assigned. */
export function asItIs({ dataId, shape, dtype }: TensorInfo): TensorInfo {
  return { dataId, shape, dtype };
}

/** The operations of one backend that wait. */
export class Deferred<Operation> {
  readonly #waiting = new Map<object, Operation>();
  /** Above 0 while the backend counts references, which reads nothing. */
  #counting = 0;

  constructor(
    private readonly backend: Backend,
    storage: Storage,
    /** Tensors that an operation reads, which are held until then: none may be a variable, see `asItIs`. */
    private readonly inputsOf: (operation: Operation) => readonly TensorInfo[],
    /** Computes an operation's output, of these data. */
    private readonly run: (operation: Operation, dataId: object) => void,
  ) {
    this.#watch(storage);
  }

  /** Puts off the computation of `output`, whose data are known to the backend. */
  defer(operation: Operation, output: TensorInfo): void {
    for (const { dataId } of this.inputsOf(operation)) this.backend.incRef(dataId);
    this.#waiting.set(output.dataId, operation);
  }

  /** What waits to become this tensor, if nobody but its one owner has asked for it so far. */
  waitingFor({ dataId }: TensorInfo): Operation | undefined {
    const operation = this.#waiting.get(dataId);
    return operation && this.backend.refCount(dataId) === 1 ? operation : undefined;
  }

  /** Computes the tensor, if it waits. */
  settle({ dataId }: { dataId: object }): void {
    const operation = this.#waiting.get(dataId);
    if (!operation) return;
    this.#waiting.delete(dataId);
    this.run(operation, dataId);
    this.#release(operation);
  }

  #release(operation: Operation): void {
    for (const { dataId } of this.inputsOf(operation))
      // The engine disposed of its tensor before, but was told that the data were still in use.
      if (this.backend.disposeData(dataId)) engine().removeDataId(dataId, this.backend as never);
  }

  #watch(storage: Storage): void {
    const { backend } = this;
    const get = storage.get.bind(storage);
    storage.get = (dataId) => {
      if (this.#counting === 0 && this.#waiting.size > 0) this.settle({ dataId });
      return get(dataId);
    };
    const count = <Arguments extends unknown[], Result>(method: (...args: Arguments) => Result) => {
      return (...args: Arguments): Result => {
        this.#counting++;
        try {
          return method.apply(backend, args);
        } finally {
          this.#counting--;
        }
      };
    };
    backend.incRef = count(backend.incRef.bind(backend));
    backend.refCount = count(backend.refCount.bind(backend));
    const disposeData = count(backend.disposeData.bind(backend));
    backend.disposeData = (dataId, force) => {
      const isGone = disposeData(dataId, force);
      const operation = this.#waiting.get(dataId);
      if (isGone && operation) {
        this.#waiting.delete(dataId);
        this.#release(operation);
      }
      return isGone;
    };
  }
}
