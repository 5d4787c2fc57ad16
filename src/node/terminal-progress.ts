/** Progress for people: a bar on a terminal, now and then a line elsewhere. */
import { Presets, SingleBar } from 'cli-progress';
import type { OnProgress, Progress } from '../progress';

export interface TerminalProgressOptions {
  /** Where to write. @default process.stderr */
  stream?: NodeJS.WriteStream;
  /** Seconds between two lines of one phase where there is no terminal. @default 10 */
  lineEverySeconds?: number;
}

/**
 * A progress callback for `trainModel`, `predictDataset` and `saveFolder`: a bar with images a second
 * and time left on a terminal, plain lines elsewhere.
 *
 * @example
 * await trainModel(model, { train, valid, onProgress: terminalProgress() });
 */
export function terminalProgress(options: TerminalProgressOptions = {}): OnProgress {
  const { stream = process.stderr, lineEverySeconds = 10 } = options;
  return stream.isTTY ? bars(stream) : lines(stream, lineEverySeconds);
}

function title({ phase, epoch, epochs }: Progress): string {
  return epoch === undefined ? phase : `${phase} ${epoch}/${epochs ?? '?'}`;
}

function details({ imagesPerSecond, loss }: Progress): string {
  const rate = `${imagesPerSecond.toFixed(imagesPerSecond < 10 ? 1 : 0)} images/s`;
  return loss === undefined ? rate : `${rate}, loss ${loss.toFixed(4)}`;
}

function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function bars(stream: NodeJS.WriteStream): OnProgress {
  let bar: SingleBar | undefined;
  let current = '';
  return (progress) => {
    if (title(progress) !== current || !bar) {
      bar?.stop();
      current = title(progress);
      bar = new SingleBar(
        { stream, format: '{title} {bar} {value}/{total} {details}, {left} left', fps: 10, barsize: 24 },
        Presets.shades_classic,
      );
      bar.start(progress.total, 0, { title: current.padEnd(12), details: '', left: '?' });
    }
    bar.update(progress.done, { details: details(progress), left: duration(progress.secondsLeft) });
    if (progress.ended) {
      bar.stop();
      bar = undefined;
    }
  };
}

function lines(stream: NodeJS.WriteStream, everySeconds: number): OnProgress {
  let current = '';
  let lastLine = 0;
  return (progress) => {
    const now = performance.now();
    if (title(progress) !== current) [current, lastLine] = [title(progress), now];
    if (!progress.ended && now - lastLine < everySeconds * 1000) return;
    lastLine = now;
    const left = progress.ended ? '' : `, ${duration(progress.secondsLeft)} left`;
    stream.write(`${current}: ${progress.done}/${progress.total} images, ${details(progress)}${left}\n`);
  };
}
