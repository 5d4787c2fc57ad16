/** Progress for people: a bar on a terminal, now and then a line elsewhere. */
import { Presets, SingleBar } from 'cli-progress';
import type { DownloadProgress, Progress } from '../progress';

/** Options of `terminalProgress`. */
export interface TerminalProgressOptions {
  /** Where to write. @default process.stderr */
  stream?: NodeJS.WriteStream;
  /** Seconds between two lines of one phase where there is no terminal. @default 10 */
  lineEverySeconds?: number;
}

/**
 * A progress callback for `trainModel`, `predictDataset`, `saveFolder` and `fetchWeights`: a bar with images or
 * megabytes a second and time left on a terminal, plain lines elsewhere.
 *
 * @example
 * await trainModel(model, { train, valid, onProgress: terminalProgress() });
 */
export function terminalProgress(options: TerminalProgressOptions = {}): OnAnyProgress {
  const { stream = process.stderr, lineEverySeconds = 10 } = options;
  return stream.isTTY ? bars(stream) : lines(stream, lineEverySeconds);
}

type AnyProgress = Progress | DownloadProgress;
type OnAnyProgress = (progress: AnyProgress) => void;

function title(progress: AnyProgress): string {
  if (isDownload(progress)) return progress.phase;
  const { phase, epoch, epochs, fold, folds } = progress;
  const inFold = fold === undefined ? '' : `fold ${fold}/${folds ?? '?'} `;
  return inFold + (epoch === undefined ? phase : `${phase} ${epoch}/${epochs ?? '?'}`);
}

function isDownload(progress: AnyProgress): progress is DownloadProgress {
  return 'bytesPerSecond' in progress;
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

/** How much of how much. */
function amount(progress: AnyProgress): string {
  const { done, total } = progress;
  if (!isDownload(progress)) return `${done}/${total}`;
  return total === undefined ? `${megabytes(done)} MB` : `${megabytes(done)}/${megabytes(total)} MB`;
}

function details(progress: AnyProgress): string {
  if (isDownload(progress)) return `${megabytes(progress.bytesPerSecond)} MB/s`;
  const { imagesPerSecond, loss } = progress;
  const rate = `${imagesPerSecond.toFixed(imagesPerSecond < 10 ? 1 : 0)} images/s`;
  return loss === undefined ? rate : `${rate}, loss ${loss.toFixed(4)}`;
}

function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function bars(stream: NodeJS.WriteStream): OnAnyProgress {
  let bar: SingleBar | undefined;
  let current = '';
  return (progress) => {
    if (title(progress) !== current || !bar) {
      bar?.stop();
      current = title(progress);
      bar = new SingleBar(
        { stream, format: '{title} {bar} {amount} {details}, {left} left', fps: 10, barsize: 24 },
        Presets.shades_classic,
      );
      // An empty bar where the total isn't known.
      bar.start(progress.total ?? Infinity, 0, {
        ...{ title: current.padEnd(12), amount: amount(progress), details: '', left: '?' },
      });
    }
    bar.update(progress.done, {
      ...{ amount: amount(progress), details: details(progress), left: duration(progress.secondsLeft) },
    });
    if (progress.ended) {
      bar.stop();
      bar = undefined;
    }
  };
}

function lines(stream: NodeJS.WriteStream, everySeconds: number): OnAnyProgress {
  let current = '';
  let lastLine = 0;
  return (progress) => {
    const now = performance.now();
    if (title(progress) !== current) [current, lastLine] = [title(progress), now];
    if (!progress.ended && now - lastLine < everySeconds * 1000) return;
    lastLine = now;
    const left = progress.ended ? '' : `, ${duration(progress.secondsLeft)} left`;
    const done = isDownload(progress) ? amount(progress) : `${amount(progress)} images`;
    stream.write(`${current}: ${done}, ${details(progress)}${left}\n`);
  };
}
