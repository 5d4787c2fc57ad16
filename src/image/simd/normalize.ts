/** Normalisation in WebAssembly: pieces of an image pass through its memory. */
import type { Samples } from '../cell-image';
import { bytesOf, PIECE_BYTES, type ImageWorkspace, type NormalizeKernel } from './kernels';

/** `(sample − centre) / spread` in single precision, for each channel. */
export interface Scaling {
  centres: Float32Array;
  spreads: Float32Array;
}

/** Where the kernel works: its memory, room in it, and the kernel itself. */
export interface NormalizeRoom {
  bytes: Uint8Array;
  /** Of `normalizeRoomBytes`, a multiple of 64. */
  address: number;
  normalize: NormalizeKernel;
}

const SAMPLES_AT_ONCE = PIECE_BYTES / 4;

/** Four samples at a time meet the same channels again after so many. */
const periodOf = (channels: number) => 4 * channels;

export const normalizeRoomBytes = (channels: number): number => 8 * periodOf(channels) + PIECE_BYTES;

/**
 * Takes the samples into the room piece by piece; `place` says where the results of samples `from` to `to` go and, with
 * what it returns, takes them from there.
 */
export function normalizePieces(
  { bytes, address, normalize }: NormalizeRoom,
  data: Samples,
  { centres, spreads }: Scaling,
  place: (from: number, to: number) => { out: number; done?: () => void },
): void {
  const channels = centres.length;
  const period = periodOf(channels);
  const coefficients = new Float32Array(bytes.buffer, bytes.byteOffset + address, 2 * period);
  for (let i = 0; i < period; i++) {
    coefficients[i] = centres[i % channels]!;
    coefficients[period + i] = spreads[i % channels]!;
  }
  const kind = data.BYTES_PER_ELEMENT;
  const samples = address + 8 * period;
  const atOnce = Math.max(1, Math.floor(SAMPLES_AT_ONCE / period)) * period;
  const source = bytesOf(data);
  for (let from = 0; from < data.length; from += atOnce) {
    const to = Math.min(data.length, from + atOnce);
    bytes.set(source.subarray(from * kind, to * kind), samples);
    const { out, done } = place(from, to);
    normalize(kind, samples, to - from, address, address + 4 * period, period, out);
    done?.();
  }
}

/** The same for images of very many channels would need a large room: they are left to the TypeScript loop. */
export const MAX_NORMALIZE_CHANNELS = SAMPLES_AT_ONCE / 4;

/** Into `out` from `offset` on, wherever that lies. */
export function normalizeSimd(
  workspace: ImageWorkspace,
  data: Samples,
  scaling: Scaling,
  out: Float32Array,
  offset: number,
): void {
  const room = normalizeRoomBytes(scaling.centres.length);
  const { address, bytes, kernels } = workspace.open(room + PIECE_BYTES);
  const results = new Float32Array(bytes.buffer, address + room, SAMPLES_AT_ONCE);
  normalizePieces({ bytes, address, normalize: kernels.normalize }, data, scaling, (from, to) => ({
    out: address + room,
    done: () => {
      out.set(results.subarray(0, to - from), offset + from);
    },
  }));
}
