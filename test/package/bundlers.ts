/** What is left of a script's imports after each bundler's tree-shaking: code to load before the script runs, gzipped. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build as esbuild } from 'esbuild';
import { build as vite, type Rolldown } from 'vite';
import webpack from 'webpack';

export interface Bundled {
  gzippedBytes: number;
  /** Packages of tfjs that the code imports; they are not part of its size. */
  tfjs: string[];
}

/** Bundles `script` where `dir` has its packages, and leaves tfjs out. */
type Bundle = (dir: string, script: string) => Promise<Bundled>;

interface Bundlers extends Record<'esbuild' | 'webpack', Bundle> {
  /** @param later - parts that count too though they are loaded later, by the beginning of their files' names */
  vite: (dir: string, script: string, later?: readonly string[]) => Promise<Bundled>;
}

const TFJS = /^@tensorflow\//;

export const BUNDLERS: Bundlers = {
  async esbuild(dir, script) {
    const { outputFiles, metafile } = await esbuild({
      stdin: { contents: script, resolveDir: dir },
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
      metafile: true,
      external: ['@tensorflow/*'],
    });
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    return bundled(
      outputFiles.map(({ text }) => text),
      imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => path),
    );
  },

  async vite(dir, script, later = []) {
    const result = await vite({
      root: dir,
      configFile: false,
      logLevel: 'error',
      build: {
        write: false,
        lib: { entry: scriptIn(dir, script), formats: ['es'] },
        rollupOptions: { external: TFJS },
      },
    });
    const [{ output }] = result as [Rolldown.RolldownOutput];
    const chunks = new Map(output.flatMap((part) => (part.type === 'chunk' ? [[part.fileName, part]] : [])));
    const isWanted = (file: string) => later.some((name) => file.startsWith(name));
    const loaded = new Set(
      [...chunks.values()].filter(({ isEntry, fileName }) => isEntry || isWanted(fileName)),
    );
    for (const { imports } of loaded)
      for (const name of imports) if (chunks.has(name)) loaded.add(chunks.get(name)!);
    return bundled(
      Array.from(loaded, ({ code }) => code),
      Array.from(loaded).flatMap(({ imports }) => imports),
    );
  },

  async webpack(dir, script) {
    const entry = scriptIn(dir, script);
    const path = join(entry, '..', 'out');
    const stats = await new Promise<webpack.Stats>((resolve, reject) => {
      webpack(
        {
          mode: 'production',
          context: dir,
          entry,
          output: { path, module: true, library: { type: 'module' } },
          experiments: { outputModule: true },
          externalsType: 'module',
          externals: [TFJS],
          performance: false,
        },
        (error, done) => {
          if (done) resolve(done);
          else reject(error ?? new Error('webpack gave no result'));
        },
      );
    });
    if (stats.hasErrors()) throw new Error(stats.toString('errors-only'));
    const { entrypoints } = stats.toJson({ all: false, entrypoints: true });
    const code = entrypoints!['main']!.assets!.map(({ name }) => readFileSync(join(path, name), 'utf8'));
    const imports = code.flatMap((text) =>
      Array.from(text.matchAll(/\bfrom\s*"([^"]+)"/g), ([, name]) => name!),
    );
    return bundled(code, imports);
  },
};

function bundled(code: string[], imports: string[]): Bundled {
  const gzippedBytes = code.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0);
  return { gzippedBytes, tfjs: [...new Set(imports)].filter((path) => TFJS.test(path)).sort() };
}

function scriptIn(dir: string, script: string): string {
  const path = join(mkdtempSync(join(dir, 'bundle-')), 'script.js');
  writeFileSync(path, script);
  return path;
}
