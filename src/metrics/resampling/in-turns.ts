/** Does long computations step by step, so that they can be watched and stopped. */
import { throwIfAborted } from '../../errors';
import { ProgressMeter, yieldToEventLoop, type OnProgress } from '../../progress';

/** How long steps may hold up timers, input and output. */
const TURN_MILLISECONDS = 30;

/** How a computation of some length is watched and stopped. */
export interface WatchOptions {
  /** Stops the work with an HpaError `aborted`. */
  signal?: AbortSignal | undefined;
  /** Is told of every few steps; where `Progress` speaks of images, it counts resamples. */
  onProgress?: OnProgress | undefined;
}

/** Calls `step` with 0 to steps − 1, letting the event loop have its turn now and then. */
export async function inTurns(
  phase: string,
  steps: number,
  step: (index: number) => void,
  { signal, onProgress }: WatchOptions,
): Promise<void> {
  const meter = new ProgressMeter(phase, steps, onProgress);
  let [reported, turnEnds] = [0, 0];
  try {
    for (let index = 0; index < steps; index++) {
      if (performance.now() >= turnEnds) {
        meter.add(index - reported);
        reported = index;
        await yieldToEventLoop();
        throwIfAborted(signal, `The ${phase}`);
        turnEnds = performance.now() + TURN_MILLISECONDS;
      }
      step(index);
    }
    meter.add(steps - reported);
  } finally {
    meter.end();
  }
}
