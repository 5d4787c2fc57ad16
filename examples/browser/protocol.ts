/** What the page and its worker say to each other: calls of the worker's functions, and progress. */

/** A picture for a canvas. */
export interface Picture {
  width: number;
  height: number;
  /** RGBA. */
  pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** A class as the page shows it. */
export interface ClassScore {
  name: string;
  /** Of the model's outputs. */
  index: number;
  probability: number;
  threshold: number;
  predicted: boolean;
}

export interface Result {
  id: string;
  /** Predicted ones first, then the most probable first. */
  classes: ClassScore[];
  composite: Picture;
  milliseconds: number;
}

/** A sample on the page's own server: the URL of each channel's file. */
export interface SampleUrls {
  id: string;
  files: Record<string, string>;
}

/** The worker's functions; calls are answered in their order. */
export interface Calls {
  /** Loads the model of a folder, by its whole URL, and says what computes. */
  load(folder: string): Promise<string>;
  predict(sample: File[] | SampleUrls): Promise<Result>;
  /** Grad-CAM of a class over the sample of the last `predict`. */
  explain(classIndex: number): Promise<Picture>;
}

export type CallName = keyof Calls;

export interface CallMessage {
  call: number;
  name: CallName;
  argument: unknown;
}

/** An answer to a call, or how far `load` is: from 0 to 1, or undefined where the server doesn't say. */
export type WorkerMessage =
  { call: number; value: unknown } | { call: number; error: string } | { progress: number | undefined };
