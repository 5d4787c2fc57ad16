/**
 * How fast exported models predict with onnxruntime, beside PyTorch with the same networks. Each side runs in a process
 * of its own, one after the other, several times over; its best round counts.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { buildModel, exportOnnx } from 'hpa-kit';
import { useEngine } from 'hpa-kit/node';

const HELP = `npm run bench -- onnx [flags]
  --models LIST    haltufBaseline,inceptionResNetV2                     [both]
  --sides LIST     onnxruntime-node,onnxruntime-web,torch               [all]
  --threads N                                                           [one a core]
  --passes N       times that all sides run in turn                     [3]
  --rounds N       rounds in a pass; the best counts                    [5]
  --python PATH    a Python with torch and timm                         [python3]`;

/** The images, and how many batches make a round. */
const CASES = {
  haltufBaseline: { shape: [16, 192, 192, 4], steps: 8 },
  inceptionResNetV2: { shape: [8, 299, 299, 3], steps: 1 },
} as const;

const { values: flags } = parseArgs({
  options: {
    models: { type: 'string', default: 'haltufBaseline,inceptionResNetV2' },
    sides: { type: 'string', default: 'onnxruntime-node,onnxruntime-web,torch' },
    threads: { type: 'string', default: String(availableParallelism()) },
    passes: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    python: { type: 'string', default: 'python3' },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) {
  console.log(HELP);
  process.exit();
}

await useEngine();
const folder = await mkdtemp(join(tmpdir(), 'hpa-kit-onnx-'));
try {
  const sides = flags.sides.split(',');
  const missing = new Map<string, string>();
  console.log(`| images/s | ${sides.join(' | ')} |`);
  console.log(`| --- | ${sides.map(() => '---:').join(' | ')} |`);
  for (const name of flags.models.split(',') as (keyof typeof CASES)[]) {
    const { shape, steps } = CASES[name];
    const [, ...inputShape] = shape;
    const model = await buildModel(name, { inputShape, numClasses: 28 });
    const file = join(folder, `${name}.onnx`);
    await writeFile(file, await exportOnnx(model));
    model.dispose();
    const settings = [shape.join('x'), flags.threads, flags.rounds, String(steps)];
    const best = new Map<string, number>();
    for (let pass = 1; pass <= Number(flags.passes); pass++)
      for (const side of sides.filter((side) => !missing.has(side))) {
        process.stderr.write(`${name}, pass ${pass} of ${flags.passes}: ${side} …\n`);
        const rate = await measure(side, name, file, settings);
        if (typeof rate === 'string') missing.set(side, rate);
        else best.set(side, Math.max(best.get(side) ?? 0, rate));
      }
    console.log(`| ${name} | ${sides.map((side) => best.get(side)?.toFixed(1) ?? '–').join(' | ')} |`);
  }
  for (const [side, reason] of missing) console.log(`${side}: not measured. ${reason}`);
} finally {
  await rm(folder, { recursive: true });
}
process.exit();

/** The side's rate, or why there is none. */
async function measure(
  side: string,
  name: string,
  file: string,
  settings: string[],
): Promise<number | string> {
  const path = (script: string) => fileURLToPath(new URL(script, import.meta.url));
  const loader = [
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=DEP0180',
    '--loader',
    'ts-node/esm',
  ];
  const [program, args] =
    side === 'torch'
      ? [flags.python, [path('onnx_torch.py'), name, ...settings]]
      : [process.execPath, [...loader, path('onnx-side.ts'), side, file, ...settings]];
  try {
    const { stdout } = await promisify(execFile)(program, args);
    return Number(stdout.trim().split('\n').at(-1));
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    const lines = (stderr || message).trim().split('\n');
    return lines.findLast((line) => line.includes('Error')) ?? lines.at(-1)!;
  }
}
