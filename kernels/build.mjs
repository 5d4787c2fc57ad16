// Builds the WebAssembly kernels from src/ into ../src/engine/wasm/binaries, once for each kind of host, with an LLVM
// that is itself WebAssembly: the same bytes on any machine with Node.
// usage: npm run kernels [-- --check]   --check compares with what is there and changes nothing
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { runClang } from '@yowasp/clang';

const source = new URL('src/', import.meta.url);
const output = new URL('../src/engine/wasm/binaries/', import.meta.url);

const COMMON = [
  ...'--target=wasm32 -std=c11 -O3 -nostdlib -ffreestanding -msimd128 -mbulk-memory -Wall -Wextra -Werror'.split(
    ' ',
  ),
  ...'-Wl,--no-entry -Wl,--import-memory -Wl,--export=__stack_pointer -Wl,--strip-all'.split(' '),
];
const SHARED = ['-matomics', '-Wl,--shared-memory', '-Wl,--max-memory=4294967296'];
const RELAXED = ['-mrelaxed-simd'];
const BUILDS = {
  simd: [],
  relaxed: RELAXED,
  'shared-simd': SHARED,
  'shared-relaxed': [...SHARED, ...RELAXED],
};

const check = process.argv.includes('--check');
const files = Object.fromEntries(
  readdirSync(source).map((file) => [file, readFileSync(new URL(file, source), 'utf8')]),
);
const units = Object.keys(files).filter((file) => file.endsWith('.c'));
let stale = 0;
for (const [name, flags] of Object.entries(BUILDS)) {
  const { 'out.wasm': bytes } = await compile([...COMMON, ...flags, ...units, '-o', 'out.wasm']);
  refuseData(name, bytes);
  const text = [
    `// Built from kernels/src by \`npm run kernels\`; ${bytes.length} bytes. Not to be edited.`,
    `export const base64 =\n  '${Buffer.from(bytes).toString('base64')}';\n`,
  ].join('\n');
  const file = new URL(`${name}.ts`, output);
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`src/engine/wasm/binaries/${name}.ts is not what kernels/src builds. Run npm run kernels.`);
    stale++;
  }
  console.log(`${name}: ${bytes.length} bytes`);
}
process.exitCode = stale ? 1 : 0;

async function compile(args) {
  const stderr = (bytes) => bytes && process.stderr.write(bytes);
  try {
    return await runClang(['clang', ...args], files, { stderr, fetchProgress: () => {} });
  } catch {
    // It has printed why; the error itself holds all the sources.
    console.error('clang failed.');
    process.exit(1);
  }
}

/** A data section would overwrite what tfjs keeps at those addresses. */
function refuseData(name, bytes) {
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at++];
    let size = 0;
    for (let shift = 0, byte = 0x80; byte & 0x80; shift += 7) {
      byte = bytes[at++];
      size += (byte & 0x7f) * 2 ** shift;
    }
    if (id === 11)
      throw new Error(`${name}: the kernels have static data; make it a constant or a parameter`);
    at += size;
  }
}
