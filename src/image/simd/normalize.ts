/** Normalisation in WebAssembly: pieces of an image pass through its memory. */
import type { Samples } from '../cell-image';
import { bytesOf, PIECE_BYTES, type ImageWorkspace } from './kernels';

/** `factors[c] · sample + offsets[c]` into `out` from `offset` on; returns how many samples, from the first, it did. */
export function normalizeSimd(
  workspace: ImageWorkspace,
  data: Samples,
  factors: readonly number[],
  offsets: readonly number[],
  out: Float32Array,
  offset: number,
): number {
  const kind = data.BYTES_PER_ELEMENT;
  // Four samples at a time meet the same channels again after so many.
  const period = 4 * factors.length;
  const samplesAtOnce = Math.max(1, Math.floor(PIECE_BYTES / 4 / period)) * period;
  const { address, bytes, kernels } = workspace.open(16 * period + samplesAtOnce * (kind + 4));
  const coefficients = new Float64Array(bytes.buffer, address, 2 * period);
  for (let i = 0; i < period; i++) {
    coefficients[i] = factors[i % factors.length]!;
    coefficients[period + i] = offsets[i % offsets.length]!;
  }
  const to = address + 16 * period;
  const from = to + 4 * samplesAtOnce;
  const results = new Float32Array(bytes.buffer, to, samplesAtOnce);
  const source = bytesOf(data);
  const whole = data.length & ~3;
  for (let done = 0; done < whole; done += samplesAtOnce) {
    const samples = Math.min(samplesAtOnce, whole - done);
    bytes.set(source.subarray(done * kind, (done + samples) * kind), from);
    kernels.normalize(kind, from, samples, address, address + 8 * period, period, to);
    out.set(samples === samplesAtOnce ? results : results.subarray(0, samples), offset + done);
  }
  return whole;
}
