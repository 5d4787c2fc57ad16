/** Trials in processes of their own: the side of the search. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { HpaError, throwIfAborted } from '../../errors';
import type { Params } from '../../search/space';
import type { TrialContext } from '../../search/trial';
import { fromPlainError } from '../../worker/protocol';
import { TRIALS_VARIABLE, type TrialAnswer, type TrialMessage } from './protocol';

/** Options of `parallelTrials`. */
export interface ParallelTrialsOptions {
  /** Processes at most. @default the cores there are */
  workers?: number;
  /** Milliseconds that an aborted trial has to end by itself before its process is ended. @default 10000 */
  abortMs?: number;
}

/** An objective whose calls run in other processes. */
export interface ParallelTrials {
  (params: Params, trial: TrialContext): Promise<number>;
  /** Processes that train at the same time. */
  readonly workers: number;
  /** Ends the processes; trials under way fail. Not needed for the program to end: idle processes end with it. */
  close(): void;
}

/**
 * Calls the objective that a module gives to `serveTrials`, in a process for each worker. A process stays for the next
 * trial, so that a module may read its images once. One that crashes, for want of memory say, fails its trial alone, and
 * another takes its place; when the search's program ends, whatever ends it, they end too.
 *
 * Each process runs with this one's flags, such as a loader of TypeScript. Workers that each use all cores spoil each
 * other: let the module call `useEngine({ threads: 1 })`. To native TensorFlow the processes' share of the cores is
 * told by TF_NUM_INTRAOP_THREADS, unless it is set.
 *
 * @param module - file URL of a module that calls `serveTrials`
 * @throws RangeError unless `workers` is a positive integer and `abortMs` from 0 to below 2^31. Calls reject with what the
 *   objective throws, and with HpaError `worker-failed` when its process ends
 * @example
 * const objective = parallelTrials(new URL('./trial.ts', import.meta.url), { workers: 2 });
 * const result = await searchHyperparameters({ space, objective, trials: 50 });
 */
export function parallelTrials(
  module: URL,
  { workers = availableParallelism(), abortMs = 10_000 }: ParallelTrialsOptions = {},
): ParallelTrials {
  if (!Number.isInteger(workers) || workers < 1)
    throw new RangeError(`workers must be a positive integer. Received ${workers}.`);
  if (!(abortMs >= 0 && abortMs < 2 ** 31))
    throw new RangeError(`abortMs must be from 0 to below 2^31. Received ${abortMs}.`);
  const file = fileURLToPath(module);
  const all = new Set<ChildProcess>();
  const idle: ChildProcess[] = [];

  const start = (): ChildProcess => {
    const child = fork(file, { serialization: 'advanced', env: environment(workers) });
    all.add(child);
    child.once('exit', () => {
      all.delete(child);
      const place = idle.indexOf(child);
      if (place >= 0) idle.splice(place, 1);
    });
    return child;
  };

  const run = async (params: Params, { signal, ...trial }: TrialContext): Promise<number> => {
    throwIfAborted(signal, 'The trial');
    const child = idle.pop() ?? start();
    const answer = await ask(child, { kind: 'run', params, trial }, signal, abortMs);
    if (all.has(child)) idle.push(child);
    if ('error' in answer) throw fromPlainError(answer.error);
    // The search finds out whether it is a number.
    return answer.score as number;
  };
  return Object.assign(run, {
    workers,
    close: () => {
      for (const child of all) child.kill('SIGKILL');
    },
  });
}

/** Sends a process its trial and waits for the answer; keeps this program alive until then. */
async function ask(
  child: ChildProcess,
  message: TrialMessage,
  signal: AbortSignal,
  abortMs: number,
): Promise<TrialAnswer> {
  const ended = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  setBusy(child, true);
  signal.addEventListener(
    'abort',
    () => {
      send(child, { kind: 'abort' });
      timer = setTimeout(() => child.kill('SIGKILL'), abortMs);
    },
    { signal: ended.signal },
  );
  try {
    return await new Promise((resolve, reject) => {
      const fail = (reason: string, cause?: Error) => {
        const text = `The process of the trial ended: ${reason}`;
        reject(new HpaError('worker-failed', text, { cause }));
      };
      const options = { signal: ended.signal };
      const broken = (error: Error) => {
        fail(error.message, error);
      };
      once(child, 'message', options).then(([answer]) => {
        resolve(answer as TrialAnswer);
      }, broken);
      once(child, 'exit', options).then(([code, killer]) => {
        if (code === 0) fail('it had nothing to do. Does its module call serveTrials?');
        else fail(killer === null ? `its code is ${code}` : `it was ended by ${killer}`);
      }, broken);
      send(child, message);
    });
  } finally {
    clearTimeout(timer);
    ended.abort();
    setBusy(child, false);
  }
}

/** A failure shows in the process's exit. */
function send(child: ChildProcess, message: TrialMessage): void {
  child.send(message, () => undefined);
}

/** Whether it has work: an idle one should not keep this program alive. */
function setBusy(child: ChildProcess, busy: boolean): void {
  const change = busy ? 'ref' : 'unref';
  child[change]();
  child.channel?.[change]();
}

function environment(workers: number): NodeJS.ProcessEnv {
  const threads = String(Math.max(1, Math.floor(availableParallelism() / workers)));
  return {
    TF_NUM_INTRAOP_THREADS: threads,
    ...process.env,
    [TRIALS_VARIABLE]: '1',
  };
}
