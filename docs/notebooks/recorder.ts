/**
 * Runs inside the process of a notebook's script: sends what it prints, the pictures that it names and the error that
 * ends it to whom watches, a line of JSON each, in the order in which they happen.
 */
import { readFileSync, statSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { isMainThread } from 'node:worker_threads';

/** What happens in a script, in order. */
export type Event =
  | { cell: number }
  | { stream: 'stdout' | 'stderr'; text: string }
  | { picture: string; mime: string; data: string }
  | { error: { name: string; message: string; stack?: string } };

const MIME: Record<string, string> = {
  png: 'image/png',
  svg: 'image/svg+xml',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
};
const PICTURE = /(?<=^|[\s'"(])[\w./-]+\.(png|svg|jpe?g)(?![\w/])/g;

/** When each picture that was shown had been written: it is shown again only if it was written since. */
const shown = new Map<string, number>();

// Threads and processes that the script starts inherit its arguments, but not the stream to whom watches.
if (isMainThread && process.env['NOTEBOOK_EVENTS']) {
  const descriptor = Number(process.env['NOTEBOOK_EVENTS']);
  delete process.env['NOTEBOOK_EVENTS'];
  record((event) => writeSync(descriptor, `${JSON.stringify(event)}\n`));
}

function record(send: (event: Event) => void): void {
  Object.assign(globalThis, {
    notebookCell: (cell: number) => {
      send({ cell });
    },
  });
  for (const stream of ['stdout', 'stderr'] as const) {
    const decoder = new StringDecoder('utf8');
    process[stream].write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
      const text = typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk));
      send({ stream, text });
      for (const [path, type] of text.matchAll(PICTURE)) {
        const file = statSync(path, { throwIfNoEntry: false });
        if (!file?.isFile() || file.mtimeMs < performance.timeOrigin) continue;
        if (shown.get(path) === file.mtimeMs) continue;
        shown.set(path, file.mtimeMs);
        const mime = MIME[type!]!;
        send({ picture: path, mime, data: readFileSync(path, type === 'svg' ? 'utf8' : 'base64') });
      }
      const done = rest.at(-1);
      if (typeof done === 'function') process.nextTick(done);
      return true;
    };
  }
  process.on('uncaughtExceptionMonitor', (error: unknown) => {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    send({ error: { name, message, ...(stack !== undefined && { stack }) } });
  });
}
