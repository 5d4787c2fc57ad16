/** What the experiments share: flags, results that outlive an interruption, tables, intervals, and their pages. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { versions } from 'hpa-kit';

/** What one measurement gave: names and numbers. */
export type Measurement = Record<string, number | string | null>;

export interface ExperimentResults {
  machine: string;
  versions: Record<string, string>;
  /** By what was measured, such as `wasm, haltufBaseline, batch 8`. */
  measurements: Record<string, Measurement>;
}

/** A page's part that is made of results: Markdown, and pictures by name. */
export interface RenderedResults {
  markdown: string;
  pictures: Record<string, string>;
}

const docs = fileURLToPath(new URL('../../docs/experiments/', import.meta.url));

export const FLAGS_HELP = `  --quick       a few small measurements, to see that it runs
  --out DIR     where results are kept; what was measured there, on this machine and with these versions, is not
                measured again (out/experiments, with --quick out/experiments/quick)
  --docs        write the results into docs/experiments too
  --help        this text`;

/** The flags that all experiments have, and those of one. */
export function readFlags(help: string, own: Record<string, { type: 'string' | 'boolean' }> = {}) {
  const { values } = parseArgs({
    options: {
      ...own,
      quick: { type: 'boolean', default: false },
      docs: { type: 'boolean', default: false },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(`${help}\n\n${FLAGS_HELP}`);
    process.exit();
  }
  const flags = { out: values.quick ? 'out/experiments/quick' : 'out/experiments', ...values };
  if (flags.quick && flags.docs)
    throw new RangeError('--docs must not go with --quick, whose results say nothing.');
  return flags as { quick: boolean; docs: boolean; out: string } & Record<
    string,
    string | boolean | undefined
  >;
}

/** A flag that is a number of something. */
export function countFlag(
  name: string,
  value: string | boolean | undefined,
  initial: number,
  max = Infinity,
) {
  const count = Number(value ?? initial);
  if (!Number.isInteger(count) || count < 1 || count > max)
    throw new RangeError(`--${name} must be an integer from 1 to ${max}. Received ${String(value)}`);
  return count;
}

/** The results of an experiment in a file of their own, saved after each measurement. */
export class ResultsFile {
  readonly results: ExperimentResults;
  private readonly file: string;

  constructor(
    private readonly name: string,
    out: string,
  ) {
    this.file = join(out, `${name}.json`);
    const { engine: _, ...of } = versions();
    const fresh = { machine: machine(), versions: of, measurements: {} };
    const kept = readJson(this.file);
    const origin = ({ machine, versions }: ExperimentResults) => JSON.stringify([machine, versions]);
    const isSame = kept !== undefined && origin(kept) === origin(fresh);
    if (kept && !isSame) console.log(`${this.file} is of another machine or other versions: measuring anew.`);
    this.results = isSame ? kept : fresh;
  }

  /** Measures unless that was done before. */
  async measure(key: string, work: () => Promise<Measurement>): Promise<void> {
    const { measurements } = this.results;
    measurements[key] ??= await work();
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(`${this.file}.tmp`, `${JSON.stringify(this.results, null, 2)}\n`);
    renameSync(`${this.file}.tmp`, this.file);
    console.log(`${key}: ${JSON.stringify(measurements[key])}`);
  }

  /** Reads what other processes have measured since. */
  reload(): void {
    Object.assign(this.results, readJson(this.file));
  }

  /** Writes results, pictures and the page's part; with `toDocs` into the documentation, else beside the results. */
  publish(render: (results: ExperimentResults) => RenderedResults, toDocs: boolean): void {
    const { markdown, pictures } = render(this.results);
    const folder = toDocs ? docs : dirname(this.file);
    mkdirSync(join(folder, 'pictures'), { recursive: true });
    for (const [picture, svg] of Object.entries(pictures))
      writeFileSync(join(folder, 'pictures', picture), svg);
    if (toDocs) {
      writeFileSync(join(docs, `${this.name}.json`), `${JSON.stringify(this.results, null, 2)}\n`);
      const page = join(docs, `${this.name}.md`);
      writeFileSync(page, withResults(readFileSync(page, 'utf8'), markdown));
    } else writeFileSync(join(folder, `${this.name}.md`), markdown);
    console.log(`\n${markdown}\nWrote ${toDocs ? 'docs/experiments' : folder}.`);
  }
}

/** A page with another part of results. */
export function withResults(page: string, markdown: string): string {
  return page.replace(/(<!-- results -->\n)[^]*(<!-- \/results -->)/, (_, before: string, after: string) => {
    return `${before}\n${markdown}\n${after}`;
  });
}

function readJson(file: string): ExperimentResults | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ExperimentResults;
  } catch {
    return undefined;
  }
}

function machine(): string {
  const all = cpus();
  return `${all.length} × ${all[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
}

/** Where and with what the results were measured. */
export function provenance({ machine: where, versions: of }: ExperimentResults): string {
  const parts = Object.entries(of).map(([name, version]) =>
    name === 'platform' ? version : `${name} ${version}`,
  );
  return `Measured on ${where}; ${parts.join(', ')}.\n`;
}

/** A Markdown table, its first column to the left and the others to the right, as Prettier writes it. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, i) => Math.max(3, ...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n') + '\n';
}

/** Quantiles of Student's t at 97.5 %, by degrees of freedom from 1. */
const T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** So many values an interval can be made of. */
export const MAX_SEEDS = T.length + 1;

/** Mean of a few values and the half width of its 95 % confidence interval. */
export function meanAndInterval(values: readonly number[]): { mean: number; halfWidth: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, halfWidth: n > 1 ? T[n - 2]! * Math.sqrt(variance / n) : NaN };
}

/** `.412 ± .031` */
export function withInterval(values: readonly number[], digits = 3): string {
  const { mean, halfWidth } = meanAndInterval(values);
  return `${mean.toFixed(digits)} ± ${halfWidth.toFixed(digits)}`;
}
