/**
 * Runs a benchmark by name:
 *
 *   npm run bench -- engines [flags]    images/s of each engine and each peer, training and predicting
 *   npm run bench -- models [flags]     weights, arithmetic and images/s of every model
 *   npm run bench -- weights [flags]    how long a large file of weights takes to load, beside Keras
 *   npm run bench -- kernels [flags]    GFLOP/s of each convolution of the networks that come next
 *   npm run bench -- duloc [flags]      the baseline on real images, beside Keras
 *   npm run bench -- images [flags]     decoding, resizing and augmentation beside OpenCV, Pillow, upng-js and sharp
 *   npm run bench -- data [flags]       how long batches take, and how long training waits for them
 *   npm run bench -- thresholds [flags] thresholds, metrics and calibration beside scikit-learn
 *   npm run bench -- onnx [flags]        exported models in onnxruntime beside PyTorch
 *
 * `--help` after the name lists its flags.
 */
const BENCHMARKS = [
  'engines',
  'models',
  'weights',
  'kernels',
  'duloc',
  'images',
  'data',
  'thresholds',
  'onnx',
];

const benchmark = process.argv[2];
if (benchmark === undefined || !BENCHMARKS.includes(benchmark)) {
  console.error(`Usage: npm run bench -- ${BENCHMARKS.join('|')} [flags]`);
  process.exit(benchmark === undefined || benchmark === '--help' ? 0 : 2);
}
process.argv.splice(2, 1);
await import(`./${benchmark}.ts`);
export {};
