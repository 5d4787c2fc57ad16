/** What `hpa-kit probe` says of an engine. */
import type { EngineDetails, EngineName } from '../node/index';

/** What a probe prints. */
export type ProbeResult =
  | {
      available: true;
      name: EngineName;
      /** Why this engine, when it was free to choose. */
      reason: string;
      details: EngineDetails & { tensorflow?: string };
      /** Median seconds of a training step on `SPEED.batchSize` images. */
      stepSeconds?: number;
      imagesPerSecond?: number;
    }
  | { available: false; reason: string; remedy?: string };

/** What the speed is measured on: `haltufBaseline` at `size` × `size` × 4. */
export const SPEED = { size: 94, batchSize: 8, maxSteps: 5, maxSeconds: 2 };
