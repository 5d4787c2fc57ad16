/** `hpa-kit doctor`: what each engine can do on this machine, and why one is missing. */
import os from 'node:os';
import { version } from '../../package.json';
import type { EngineName } from '../node/index';
import { readOptions } from './arguments';
import { UsageError } from './errors';
import { SPEED, type ProbeResult } from './probe-result';
import { runProbe } from './run-probe';

const HELP = `Says what each engine can do on this machine, and why one is missing.

Usage: npx hpa-kit doctor [options]

Each engine is started in a process of its own, computes, trains to known losses
and is timed for a few seconds (${describeSpeed()}).
Nothing is changed.

Options:
  --engine NAME   only this engine; may be given more than once
  --json          print one JSON object
  --help          print this

Exit code: 0 when an engine works, 1 when none does, 2 for a wrong option.
`;

const ENGINES: readonly EngineName[] = ['native', 'webgpu', 'webgl', 'wasm', 'cpu'];
const TIMEOUT_SECONDS = 90;
/** Plain JavaScript works within seconds, and takes minutes to be measured. */
const CPU_TIMEOUT_SECONDS = 8;

/** What `doctor --json` prints. */
export interface DoctorReport {
  hpaKit: string;
  node: string;
  platform: string;
  arch: string;
  cpu: string;
  cores: number;
  memoryBytes: number;
  engines: ({ name: EngineName } & ProbeResult)[];
  /** What `useEngine()` takes here. */
  choice: ProbeResult;
}

export async function doctor(args: string[]): Promise<number> {
  const { engine, json, help } = readOptions('doctor', args, {
    engine: { type: 'string', multiple: true, default: [...ENGINES] },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const unknown = engine.find((name) => !ENGINES.some((known) => known === name));
  if (unknown !== undefined) {
    const message = `--engine must be one of ${ENGINES.join(', ')}. Received ${JSON.stringify(unknown)}`;
    throw new UsageError(message, 'doctor');
  }
  const say = (line: string) => {
    if (!json) process.stdout.write(`${line}\n`);
  };
  const cli = process.argv[1]!;
  const machine = describeMachine();
  const { hpaKit, node, platform, arch, cores, cpu, memoryBytes } = machine;
  say(`hpa-kit ${hpaKit}, Node ${node}, ${platform} ${arch}`);
  say(
    `${cores} ${cores === 1 ? 'core' : 'cores'} (${cpu}), ${(memoryBytes / 2 ** 30).toFixed(0)} GiB memory\n`,
  );

  const engines: DoctorReport['engines'] = [];
  for (const name of ENGINES.filter((known) => engine.includes(known))) {
    const timeoutSeconds = name === 'cpu' ? CPU_TIMEOUT_SECONDS : TIMEOUT_SECONDS;
    const result = await runProbe({ cli, engine: name, timeoutSeconds });
    engines.push({ ...result, name });
    say(describeEngine(name, result));
  }
  const choice = await runProbe({ cli, timeoutSeconds: TIMEOUT_SECONDS });
  say(`\nImages/s: ${describeSpeed()}.`);
  say(choice.available ? `useEngine(): ${choice.reason}` : `useEngine() fails: ${choice.reason}`);
  const faster = fasterThanChoice(engines, choice);
  if (faster) say(`'${faster}' was the faster one here. To have it: useEngine({ engine: '${faster}' })`);

  const report: DoctorReport = { ...machine, engines, choice };
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  return engines.some(({ available }) => available) ? 0 : 1;
}

/** The engine that trained the measured network clearly faster than the one that `useEngine()` takes. */
export function fasterThanChoice(
  engines: DoctorReport['engines'],
  choice: ProbeResult,
): EngineName | undefined {
  const rateOf = (result?: ProbeResult) => (result?.available && result.imagesPerSecond) || 0;
  const taken = choice.available ? engines.find(({ name }) => name === choice.name) : undefined;
  const [first] = engines.toSorted((a, b) => rateOf(b) - rateOf(a));
  return first && taken && rateOf(taken) > 0 && rateOf(first) > 1.1 * rateOf(taken) ? first.name : undefined;
}

function describeMachine(): Omit<DoctorReport, 'engines' | 'choice'> {
  return {
    hpaKit: version,
    node: process.versions.node,
    platform: process.platform,
    arch: process.arch,
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
  };
}

function describeSpeed(): string {
  const { size, batchSize } = SPEED;
  return `training haltufBaseline at ${size} × ${size} × 4, batches of ${batchSize}`;
}

function describeEngine(name: EngineName, result: ProbeResult): string {
  const speed = (rate: number | undefined) =>
    rate === undefined ? 'too slow to measure' : `${rate.toPrecision(3)} images/s`;
  const lines = result.available
    ? [`works    ${speed(result.imagesPerSecond).padEnd(20)} ${list(result.details)}`]
    : [
        `missing  ${sentence(result.reason)}`,
        ...(result.remedy ? [`         ${sentence(result.remedy)}`] : []),
      ];
  return lines.map((line, i) => `${(i === 0 ? name : '').padEnd(8)}${line.trimEnd()}`).join('\n');
}

function list(details: object): string {
  return Object.entries(details)
    .map(([name, value]) => {
      const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
      return typeof value === 'boolean' ? `${words}: ${value ? 'yes' : 'no'}` : `${words}: ${String(value)}`;
    })
    .join(', ');
}

function sentence(text: string): string {
  return text.replace(/\.?$/, '.');
}
