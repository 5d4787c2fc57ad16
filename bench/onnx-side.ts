/** One side of the ONNX benchmark: predicts with an onnxruntime, and prints images a second. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type * as OnnxRuntime from 'onnxruntime-web';

const [runtime, file, shape, threads, rounds, steps] = process.argv.slice(2) as [
  ...[runtime: 'onnxruntime-node' | 'onnxruntime-web', file: string, shape: string],
  ...[threads: string, rounds: string, steps: string],
];
const ort = createRequire(import.meta.url)(runtime) as typeof OnnxRuntime;
ort.env.wasm.numThreads = Number(threads);
const session = await ort.InferenceSession.create(await readFile(file), {
  ...(runtime === 'onnxruntime-node' ? { intraOpNumThreads: Number(threads) } : {}),
});
const dims = shape.split('x').map(Number);
const size = dims.reduce((product, side) => product * side, 1);
const images = new ort.Tensor('float32', Float32Array.from({ length: size }, Math.random), dims);

let best = 0;
for (let round = 0; round <= Number(rounds); round++) {
  const from = performance.now();
  for (let step = 0; step < Number(steps); step++) await session.run({ images });
  const rate = (Number(steps) * dims[0]!) / ((performance.now() - from) / 1000);
  if (round > 0) best = Math.max(best, rate);
}
console.log(best);
process.exit();
