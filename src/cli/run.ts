/** Runs another program, in a process group of its own so that all of it can be ended. */
import { spawn } from 'node:child_process';
import { CliError } from './errors';

export interface RunOptions {
  cwd?: string;
  /** Let the user see what the program prints. @default false */
  show?: boolean;
  /** Text for its standard input. */
  input?: string;
  timeoutSeconds?: number;
  signal?: AbortSignal | undefined;
}

export interface RunResult {
  /** Null when a signal ended it. */
  code: number | null;
  endedBy: NodeJS.Signals | null;
  timedOut: boolean;
  stdout: string;
  stderr: string;
}

/** How long a program may take to end once it is told to. */
const GRACE_MS = 5000;

/** Resolves when the program has ended, however it ended; rejects when it can't be started, or by the signal. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { cwd, show = false, input, timeoutSeconds, signal } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const output = show ? 'inherit' : 'pipe';
    // Windows opens a console window for a detached process.
    const detached = process.platform !== 'win32';
    const child = spawn(command, args, { cwd, detached, stdio: ['pipe', output, output] });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name]?.setEncoding('utf8').on('data', (chunk: string) => (text[name] += chunk));
    child.stdin?.on('error', () => undefined).end(input);

    let timedOut = false;
    let force: NodeJS.Timeout | undefined;
    const kill = (how: NodeJS.Signals) => {
      try {
        if (child.pid !== undefined) process.kill(detached ? -child.pid : child.pid, how);
      } catch {
        // It has ended by itself.
      }
    };
    const end = () => {
      kill('SIGTERM');
      force = setTimeout(() => {
        kill('SIGKILL');
      }, GRACE_MS);
    };
    const limit =
      timeoutSeconds === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            end();
          }, timeoutSeconds * 1000);
    signal?.addEventListener('abort', end, { once: true });
    const settle = (then: () => void) => {
      clearTimeout(limit);
      clearTimeout(force);
      signal?.removeEventListener('abort', end);
      if (signal?.aborted) reject(signal.reason as Error);
      else then();
    };
    child.on('error', (error) => {
      settle(() => {
        reject(error);
      });
    });
    child.on('close', (code, endedBy) => {
      settle(() => {
        resolve({ code, endedBy, timedOut, ...text });
      });
    });
  });
}

/** As `run`, and throws a `CliError` with the end of what the program printed unless it succeeded. */
export async function runOrFail(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const name = `\`${[command, ...args].join(' ')}\``;
  const result = await run(command, args, options).catch((error: unknown) => {
    if (options.signal?.aborted) throw error;
    throw new CliError(`${name} could not be started: ${(error as Error).message}`, 1, { cause: error });
  });
  if (result.code === 0) return result.stdout;
  const how = result.timedOut ? 'took too long' : `failed (${String(result.code ?? result.endedBy)})`;
  const said = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-20).join('\n');
  throw new CliError(`${name} ${how}${said && `:\n${said}`}`);
}

/** Whether a program is there and answers, as `python3 --version` does. */
export async function answers(command: string, args: readonly string[], input?: string): Promise<boolean> {
  try {
    const result = await run(command, args, { timeoutSeconds: 60, ...(input !== undefined && { input }) });
    return result.code === 0;
  } catch {
    return false;
  }
}
