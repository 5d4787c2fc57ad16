/**
 * Runs the blocks of `docs/*.md` that are marked `ts`, those of a page as one program, and keeps what they print
 * and the pictures that they write. As a program of its own (`npm run docs`) it renews `docs/pictures`.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';

const docs = fileURLToPath(new URL('.', import.meta.url));
const root = join(docs, '..');

export const PAGES = [
  'images.md',
  'data.md',
  'models.md',
  'losses.md',
  'thresholds.md',
  'training.md',
  'search.md',
  'predict.md',
  'explain.md',
  'onnx.md',
  'serving.md',
];

/** Those of them that take ten seconds and more. */
export const SLOW_PAGES = ['thresholds.md', 'predict.md', 'explain.md'];

/** What a page's program did. */
export interface PageRun {
  /** Lines that it printed. */
  output: string[];
  /** Files that it wrote to `pictures`, by name. */
  pictures: Map<string, Buffer>;
}

/** The program of a page: its blocks that run, one after another. */
export function programOf(page: string): string {
  return Array.from(page.matchAll(/^```ts\n(.*?)^```$/gms), ([, code]) => code!).join('\n');
}

/** The lines that a program says it prints, each in a comment that begins with an arrow; `…` stands for anything. */
export function promisesOf(program: string): string[] {
  return Array.from(program.matchAll(/\/\/ → (.*)$/gm), ([, line]) => line!);
}

/** What TypeScript says of the programs of all pages under the settings of this repository. */
export async function typeErrors(): Promise<string[]> {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file))
    .config as object;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const programs = new Map<string, string>();
  for (const page of PAGES)
    programs.set(join(docs, `${page}.ts`), programOf(await readFile(join(docs, page), 'utf8')));
  const host = ts.createCompilerHost(options);
  const fromDisk = host.getSourceFile.bind(host);
  host.getSourceFile = (path, version, ...rest) => {
    const program = programs.get(path);
    return program === undefined
      ? fromDisk(path, version, ...rest)
      : ts.createSourceFile(path, program, version);
  };
  const checked = ts.createProgram([...programs.keys()], options, host);
  return [...programs.keys()].flatMap((file) =>
    ts.getPreEmitDiagnostics(checked, checked.getSourceFile(file)).map(({ messageText }) => {
      return `${file}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    }),
  );
}

/** Runs a page in a folder of its own inside the repository, so that `hpa-kit` is found as users find it. */
export async function runPage(name: string): Promise<PageRun> {
  await mkdir(join(root, 'out'), { recursive: true });
  const folder = await mkdtemp(join(root, 'out', 'docs-'));
  try {
    await mkdir(join(folder, 'pictures'));
    for (const helper of (await readdir(docs)).filter((file) => file.startsWith('figure')))
      await writeFile(
        join(folder, helper.replace('.ts', '.js')),
        transpile(await readFile(join(docs, helper), 'utf8')),
      );
    const program = programOf(await readFile(join(docs, name), 'utf8'));
    await writeFile(join(folder, 'page.js'), transpile(program));
    const { stdout } = await promisify(execFile)(process.execPath, ['page.js'], { cwd: folder });
    const names = await readdir(join(folder, 'pictures'));
    const files = names.map(async (file) => [file, await readFile(join(folder, 'pictures', file))] as const);
    return { output: stdout.trimEnd().split('\n'), pictures: new Map(await Promise.all(files)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function transpile(code: string): string {
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2022,
    rewriteRelativeImportExtensions: true,
  };
  return ts.transpileModule(code, { compilerOptions }).outputText;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const page of PAGES) {
    const { output, pictures } = await runPage(page);
    console.log(`\n${page}\n${output.join('\n')}`);
    for (const [name, bytes] of pictures) {
      await writeFile(join(docs, 'pictures', name), bytes);
      console.log(`${name}: ${(bytes.length / 1000).toFixed(1)} kB`);
    }
  }
