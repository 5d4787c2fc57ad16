/** Where tfjs's WebAssembly files are served from. */

/** Where the .wasm files are: their folder, or a path or URL for each file. */
export type WasmPaths = string | Readonly<Record<WasmFile, string>>;

type WasmFile =
  'tfjs-backend-wasm.wasm' | 'tfjs-backend-wasm-simd.wasm' | 'tfjs-backend-wasm-threaded-simd.wasm';
