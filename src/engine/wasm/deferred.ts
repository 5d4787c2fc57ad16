/**
 * Convolutions put off until somebody reads their output. ReLU or batch normalization that comes next makes a
 * longer one of it, and Concat lets it write where it belongs, so that what lies between is never stored.
 */
import { engine, type backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/** A convolution and what follows it, in this order: bias, ReLU, scale and shift of each channel, ReLU. */
export interface Convolution {
  readonly info: backend_util.Conv2DInfo;
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  /** [channels] */
  readonly bias?: TensorInfo | undefined;
  readonly relu: boolean;
  /** [2, channels]: scales, then shifts. */
  readonly scaleAndShift?: TensorInfo;
  readonly lastRelu?: boolean;
}

/** The convolutions of one backend that wait. */
export class DeferredConvolutions {
  readonly #waiting = new Map<object, Convolution>();
  /** Above 0 while the backend counts references, which reads nothing. */
  #counting = 0;

  constructor(
    private readonly backend: BackendWasm,
    /** Computes a convolution into an output that lies there. */
    private readonly run: (convolution: Convolution, output: TensorInfo) => void,
  ) {
    this.#watch();
  }

  /** Puts off the computation of `output`, whose memory is there. The inputs are held until then. */
  defer(convolution: Convolution, output: TensorInfo): void {
    for (const { dataId } of inputsOf(convolution)) this.backend.incRef(dataId);
    this.#waiting.set(output.dataId, convolution);
  }

  /** What waits to become this tensor, if nobody but its one owner has asked for it so far. */
  waitingFor({ dataId }: TensorInfo): Convolution | undefined {
    const convolution = this.#waiting.get(dataId);
    return convolution && this.backend.refCount(dataId) === 1 ? convolution : undefined;
  }

  /** Computes the tensor, if it waits. */
  settle({ dataId }: { dataId: object }): void {
    const convolution = this.#waiting.get(dataId);
    if (!convolution) return;
    this.#waiting.delete(dataId);
    const { outShape } = convolution.info;
    this.run(convolution, { dataId, shape: outShape, dtype: 'float32' });
    this.#release(convolution);
  }

  #release(convolution: Convolution): void {
    for (const { dataId } of inputsOf(convolution))
      // The engine disposed of its tensor before, but was told that the data were still in use.
      if (this.backend.disposeData(dataId)) engine().removeDataId(dataId, this.backend);
  }

  /** Whoever reads a tensor's values asks the backend where they lie. */
  #watch(): void {
    const { backend } = this;
    const { dataIdMap } = backend as unknown as { dataIdMap: { get(dataId: object): unknown } };
    const get = dataIdMap.get.bind(dataIdMap);
    dataIdMap.get = (dataId) => {
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
      const convolution = this.#waiting.get(dataId);
      if (isGone && convolution) {
        this.#waiting.delete(dataId);
        this.#release(convolution);
      }
      return isGone;
    };
  }
}

function inputsOf({ x, filter, bias, scaleAndShift }: Convolution): TensorInfo[] {
  return [x, filter, bias, scaleAndShift].filter((info) => info !== undefined);
}
