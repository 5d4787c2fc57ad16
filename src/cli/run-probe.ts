/** Runs `hpa-kit probe` in a process of its own and says what came of it, a crash included. */
import type { EngineName } from '../node/index';
import type { ProbeResult } from './probe-result';
import { run } from './run';

export interface RunProbeOptions {
  /** The file of the command line whose engines are meant. */
  cli: string;
  /** @default the one that `useEngine` takes */
  engine?: EngineName;
  cwd?: string;
  timeoutSeconds: number;
  signal?: AbortSignal | undefined;
}

export async function runProbe({ cli, engine, ...options }: RunProbeOptions): Promise<ProbeResult> {
  const args = [cli, 'probe', ...(engine === undefined ? [] : [engine])];
  const { code, endedBy, timedOut, stdout, stderr } = await run(process.execPath, args, options);
  // A library may print to standard output too; a line that a killed process left half-written is none.
  const lines = stdout.split('\n').slice(0, -1);
  const result = lines.findLast((line) => line.startsWith('{"available":'));
  if (result !== undefined && (code === 0 || timedOut)) return JSON.parse(result) as ProbeResult;
  if (timedOut) return { available: false, reason: `it took more than ${options.timeoutSeconds} s` };
  const last = stderr.trimEnd().split('\n').at(-1) ?? '';
  return {
    available: false,
    reason: `its process ended with ${String(endedBy ?? code)}${last && `: ${last}`}`,
  };
}
