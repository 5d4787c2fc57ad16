// Builds the WebAssembly kernels, a folder of C a module and one that they share, with an LLVM that is itself WebAssembly: the same bytes on
// any machine with Node. Each binary becomes a TypeScript file that holds it in hexadecimal, which compresses by a fifth better than base64.
// usage: npm run kernels [-- --check] [-- --only image]
//   --check   compares with what is there and changes nothing
//   --only    builds one module: engine or image
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runClang } from '@yowasp/clang';

const COMMON = [
  ...'--target=wasm32 -std=c11 -O3 -nostdlib -ffreestanding -msimd128 -mbulk-memory -I. -Wall -Wextra -Werror'.split(
    ' ',
  ),
  ...'-Wl,--no-entry -Wl,--strip-all'.split(' '),
];
const SHARED = ['-matomics', '-Wl,--shared-memory', '-Wl,--max-memory=4294967296'];
const RELAXED = ['-mrelaxed-simd'];

const MODULES = {
  // On tfjs's own memory, once for each kind of host.
  engine: {
    flags: ['-Wl,--import-memory', '-Wl,--export=__stack_pointer'],
    builds: { simd: [], relaxed: RELAXED, 'shared-simd': SHARED, 'shared-relaxed': [...SHARED, ...RELAXED] },
    file: (build) => `src/engine/wasm/binaries/${build}.ts`,
    // A data section would overwrite what tfjs keeps at those addresses.
    mayHoldData: false,
  },
  // On a memory of its own.
  image: {
    flags: ['-Wl,--export=__heap_base'],
    builds: { simd: [] },
    file: () => 'src/image/simd/binary.ts',
    mayHoldData: true,
  },
};

const { values: options } = parseArgs({ options: { check: { type: 'boolean' }, only: { type: 'string' } } });
if (options.only && !(options.only in MODULES)) {
  console.error(`--only must be ${Object.keys(MODULES).join(' or ')}. Received ${options.only}`);
  process.exit(2);
}
let stale = 0;
for (const [name, module] of Object.entries(MODULES)) {
  if (options.only && options.only !== name) continue;
  const files = { ...readFolder(name), shared: readFolder('shared') };
  const units = Object.keys(files).filter((file) => file.endsWith('.c'));
  for (const [build, flags] of Object.entries(module.builds)) {
    const args = [...COMMON, ...module.flags, ...flags, ...units, '-o', 'out.wasm'];
    const { 'out.wasm': bytes } = await compile(args, files);
    if (!module.mayHoldData) refuseData(build, bytes);
    const text = [
      `// Built from kernels/${name} by \`npm run kernels\`; ${bytes.length} bytes. Not to be edited.`,
      `export const hex =\n  '${Buffer.from(bytes).toString('hex')}';\n`,
    ].join('\n');
    const file = module.file(build);
    const path = new URL(`../${file}`, import.meta.url);
    if (!options.check) writeFileSync(path, text);
    else if (readFileSync(path, 'utf8') !== text) {
      console.error(`${file} is not what kernels/${name} builds. Run npm run kernels.`);
      stale++;
    }
    console.log(`${name} ${build}: ${bytes.length} bytes`);
  }
}
process.exitCode = stale ? 1 : 0;

function readFolder(name) {
  const folder = new URL(`${name}/`, import.meta.url);
  return Object.fromEntries(
    readdirSync(folder).map((file) => [file, readFileSync(new URL(file, folder), 'utf8')]),
  );
}

async function compile(args, files) {
  const stderr = (bytes) => bytes && process.stderr.write(bytes);
  try {
    return await runClang(['clang', ...args], files, { stderr, fetchProgress: () => {} });
  } catch {
    // It has printed why; the error itself holds all the sources.
    console.error('clang failed.');
    process.exit(1);
  }
}

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
