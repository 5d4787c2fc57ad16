/** Progress of long work: what a callback receives, and the meter that computes rate and time left. */

export interface Progress {
  /** What is going on, such as `train`, `validate` or `predict`. */
  phase: string;
  /** Images done, and how many there will be. */
  done: number;
  /** How many there are. */
  total: number;
  /** Images a second, since this phase began. */
  imagesPerSecond: number;
  /** Estimated seconds until this phase ends. */
  secondsLeft: number;
  /** True for the last report of the phase, which comes also when the work stops early. */
  ended: boolean;
  /** The epoch, from 1, and how many there are, in training. */
  epoch?: number;
  /** How many epochs there are, in training. */
  epochs?: number;
  /** Mean loss of the epoch so far, in training. */
  loss?: number;
  /** The fold, from 1, and how many there are, in cross-validation. */
  fold?: number;
  /** How many folds there are, in cross-validation. */
  folds?: number;
}

/** Called as work goes on. */
export type OnProgress = (progress: Progress) => void;

/** Progress of a download, in bytes. */
export interface DownloadProgress {
  /** Tells it from other progress. */
  phase: 'download';
  /** URL of the file. */
  file: string;
  /** Bytes that have come; from 0 again when the download starts over. */
  done: number;
  /** How many there will be; undefined where the server doesn't say. */
  total: number | undefined;
  /** Since this download began. */
  bytesPerSecond: number;
  /** Estimated seconds until it ends; Infinity where that isn't known. */
  secondsLeft: number;
  /** True for the last report, which comes also when the download fails. */
  ended: boolean;
}

/** What a meter passes on besides its counts. */
type ProgressDetails = Pick<Progress, 'epoch' | 'epochs' | 'loss'>;

/** Counts images of one phase and reports them. Call `end` in a `finally`. */
export class ProgressMeter {
  private readonly start = performance.now();
  private done: number;

  constructor(
    private readonly phase: string,
    private readonly total: number,
    private readonly onProgress: OnProgress | undefined,
    private details: ProgressDetails = {},
    /** Images done before, which the rate leaves out. */
    private readonly doneBefore = 0,
  ) {
    this.done = doneBefore;
  }

  /** Seconds since the phase began. */
  get seconds(): number {
    return (performance.now() - this.start) / 1000;
  }

  get imagesPerSecond(): number {
    return this.seconds > 0 ? (this.done - this.doneBefore) / this.seconds : 0;
  }

  add(images: number, details: ProgressDetails = {}): void {
    this.done += images;
    this.details = { ...this.details, ...details };
    this.report(false);
  }

  end(): void {
    this.report(true);
  }

  private report(ended: boolean): void {
    if (!this.onProgress) return;
    const { phase, done, total, imagesPerSecond, details } = this;
    const secondsLeft = imagesPerSecond > 0 ? Math.max(0, total - done) / imagesPerSecond : Infinity;
    this.onProgress({ phase, done, total, imagesPerSecond, secondsLeft, ended, ...details });
  }
}

/**
 * Lets timers, input and output have their turn. Some engines compute without ever yielding, and an
 * abort or a page's click would otherwise wait for the end.
 */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
