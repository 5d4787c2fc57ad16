import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { DownloadProgress, Progress } from 'hpa-kit';
import { terminalProgress } from 'hpa-kit/node';

function record(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), {
    isTTY,
    columns: 100,
    rows: 30,
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  });
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text };
}

const at = (done: number, more: Partial<Progress> = {}): Progress => ({
  phase: 'train',
  done,
  total: 100,
  imagesPerSecond: 12.34,
  secondsLeft: 75,
  ended: false,
  epoch: 2,
  epochs: 5,
  loss: 0.25,
  ...more,
});

describe('terminalProgress', () => {
  it('writes plain lines where there is no terminal: now and then, and one at the end of a phase', () => {
    const { stream, text } = record(false);
    const onProgress = terminalProgress({ stream, lineEverySeconds: 1000 });
    for (let done = 1; done <= 100; done++) onProgress(at(done));
    onProgress(at(100, { ended: true }));
    expect(text()).toBe('train 2/5: 100/100 images, 12 images/s, loss 0.2500\n');
    const often = record(false);
    terminalProgress({ stream: often.stream, lineEverySeconds: 0 })(at(10));
    expect(often.text()).toBe('train 2/5: 10/100 images, 12 images/s, loss 0.2500, 1 min 15 s left\n');
  });

  it('draws a bar with rate and time left on a terminal', async () => {
    const { stream, text } = record(true);
    const onProgress = terminalProgress({ stream });
    onProgress(at(0));
    await new Promise((resolve) => setTimeout(resolve, 150));
    onProgress(at(40));
    onProgress(at(50, { ended: true }));
    expect(text()).toMatch(/train 2\/5\s+█+░+ 50\/100 12 images\/s, loss 0\.2500, 1 min 15 s left/);
  });

  it('counts downloads in megabytes, with or without a total', async () => {
    const download = (done: number, more: Partial<DownloadProgress> = {}): DownloadProgress => ({
      ...{ phase: 'download', file: 'https://example.org/w.h5', done, total: 200e6 },
      ...{ bytesPerSecond: 2.5e6, secondsLeft: 60, ended: false, ...more },
    });
    const { stream, text } = record(false);
    const onProgress = terminalProgress({ stream, lineEverySeconds: 0 });
    onProgress(download(50e6));
    onProgress(download(50e6, { total: undefined, secondsLeft: Infinity }));
    onProgress(download(200e6, { ended: true }));
    expect(text().split('\n')).toEqual([
      'download: 50.0/200.0 MB, 2.5 MB/s, 1 min 0 s left',
      'download: 50.0 MB, 2.5 MB/s, ? left',
      'download: 200.0/200.0 MB, 2.5 MB/s',
      '',
    ]);
    for (const [total, shown] of [
      [200e6, /download\s+█{6}░{18} 50\.0\/200\.0 MB 2\.5 MB\/s, 1 min 0 s left/],
      [undefined, /download\s+░{24} 50\.0 MB 2\.5 MB\/s, 1 min 0 s left/],
    ] as const) {
      const terminal = record(true);
      const onBar = terminalProgress({ stream: terminal.stream });
      onBar(download(0, { total }));
      await new Promise((resolve) => setTimeout(resolve, 150));
      onBar(download(50e6, { total, ended: true }));
      expect(terminal.text()).toMatch(shown);
    }
  });

  it('leaves no timer running when work stops early', () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const onProgress = terminalProgress({ stream: record(true).stream });
    onProgress(at(3));
    expect(timers()).toBe(before + 1);
    onProgress(at(3, { ended: true }));
    expect(timers()).toBe(before);
  });
});
