/** Runs a script in cells as `npm run example` does, in a process of its own, and keeps what each cell gives. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { withMarkers } from './cells.ts';
import type { Output } from './notebook.ts';
import type { Event } from './recorder.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..', '..');

/** What a run gave. */
export interface Execution {
  /** Outputs of each cell that was reached, by its number from 0. */
  outputs: Map<number, Output[]>;
  /** The script's exit status: 0, unless it failed or was ended. */
  status: number;
}

/**
 * Runs a script and gives the outputs of its cells. What its threads print counts as its own; what processes that it
 * starts print is put to the cell at which it arrives. An error ends the run, and is the last output.
 */
export async function execute(
  script: string,
  { path, args = [], firstCode }: { path: string; args?: readonly string[]; firstCode: number },
): Promise<Execution> {
  const folder = await mkdtemp(join(tmpdir(), 'notebook-'));
  try {
    const source = join(folder, 'source.ts');
    await writeFile(source, withMarkers(script, path));
    const node = ['ExperimentalWarning', 'DEP0180'].map((warning) => `--disable-warning=${warning}`);
    const recorder = pathToFileURL(join(here, 'recorder.ts')).href;
    node.push(
      '--enable-source-maps',
      '--loader',
      join(here, 'loader.mjs'),
      '--loader',
      'ts-node/esm',
      '--import',
      recorder,
    );
    const child = spawn(process.execPath, [...node, path, ...args], {
      cwd: root,
      env: {
        ...process.env,
        NO_COLOR: '1',
        NOTEBOOK_SCRIPT: pathToFileURL(path).href,
        NOTEBOOK_SOURCE: source,
        NOTEBOOK_EVENTS: '3',
      },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const outputs = new Map<number, Output[]>();
    // Modules that the script imports run before its first cell.
    let cell = firstCode;
    let failed = false as boolean;
    const add = (output: Output): void => {
      const list = outputs.get(cell) ?? [];
      const last = list.at(-1);
      if (output.output_type === 'stream' && last?.output_type === 'stream' && last.name === output.name)
        last.text += output.text;
      else list.push(output);
      outputs.set(cell, list);
    };
    const onEvent = (event: Event): void => {
      if ('cell' in event) outputs.set((cell = event.cell), outputs.get(cell) ?? []);
      else if ('stream' in event) add({ output_type: 'stream', name: event.stream, text: event.text });
      else if ('picture' in event) {
        const data = { [event.mime]: event.data, 'text/plain': event.picture };
        add({ output_type: 'display_data', data, metadata: {} });
      } else {
        failed = true;
        add(errorOutput(event.error));
      }
    };
    createInterface({ input: child.stdio[3] as NodeJS.ReadableStream }).on('line', (line) => {
      onEvent(JSON.parse(line) as Event);
    });
    for (const name of ['stdout', 'stderr'] as const)
      child[name]!.setEncoding('utf8').on('data', (text: string) => {
        // Node prints the error that ended the script once more.
        if (!failed) onEvent({ stream: name, text });
      });
    const status = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => {
        resolve(code ?? 1);
      });
    });
    if (status !== 0 && !failed)
      add(errorOutput({ name: 'ExitStatus', message: `The script ended with status ${status}` }));
    return { outputs, status };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function errorOutput({ name, message, stack }: { name: string; message: string; stack?: string }): Output {
  const traceback = (stack ?? `${name}: ${message}`)
    .replaceAll(pathToFileURL(root).href, '')
    .replaceAll(root, '')
    .split('\n');
  return { output_type: 'error', ename: name, evalue: message, traceback };
}
