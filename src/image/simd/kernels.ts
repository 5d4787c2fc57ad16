/**
 * The image kernels in WebAssembly SIMD (`kernels/image`), on a memory of their own. Images pass through it in
 * pieces that fit the processor's cache, so that it stays small. Where it can't run, the TypeScript loops do.
 */
import { fromHex } from '../../from-hex';
import { hex } from './binary';

/** Functions of the kernels; addresses are bytes in `memory`. */
export interface ImageKernels {
  readonly memory: WebAssembly.Memory;
  readonly __heap_base: WebAssembly.Global;
  unfilter(raw: number, out: number, rowBytes: number, rows: number, step: number): number;
  swap_bytes(from: number, to: number, samples: number): void;
  resize_area(
    sampleBytes: number,
    rows: number,
    width: number,
    channels: number,
    columns: number,
    rowOverlaps: number,
    y: number,
    end: number,
    area: number,
    line: number,
    sums: number,
    out: number,
  ): void;
  normalize: NormalizeKernel;
  unpack_bits(packed: number, length: number, out: number, expected: number): number;
  look_up_u8: LookUpKernel;
  look_up_u16: LookUpKernel;
  interleave4_u8(a: number, b: number, c: number, d: number, samples: number, out: number): void;
  halve_u8(from: number, width: number, channels: number, rows: number, out: number): void;
  blur_along(
    line: number,
    weights: number,
    radius: number,
    channels: number,
    samples: number,
    out: number,
  ): void;
  blur_across(
    rows: number,
    weights: number,
    radius: number,
    samples: number,
    bytes: number,
    out: number,
  ): void;
  warp_affine_u8: WarpKernel;
  warp_affine_u16: WarpKernel;
  warp_affine_f32: WarpKernel;
  turn_u8: TurnKernel;
  turn_u16: TurnKernel;
  turn_u32: TurnKernel;
  turn_u64: TurnKernel;
  turn_u128: TurnKernel;
}

type TurnKernel = (
  from: number,
  start: number,
  right: number,
  down: number,
  begin: number,
  end: number,
  width: number,
  to: number,
) => void;

type WarpKernel = (
  from: number,
  stride: number,
  channels: number,
  stepX: number,
  stepY: number,
  lines: number,
  rows: number,
  to: number,
  rowSamples: number,
) => void;

/** `kernels/shared/normalize.h`. */
export type NormalizeKernel = (
  sampleBytes: number,
  samples: number,
  count: number,
  centres: number,
  spreads: number,
  period: number,
  out: number,
) => void;

/** Tables of 256 or 65536 entries one after the other; `count` samples, a multiple of `channels`. */
export type LookUpKernel = (
  samples: number,
  count: number,
  tables: number,
  channels: number,
  out: number,
) => void;

/** The kernels with room to work in. Calls are synchronous, so nobody else uses the room meanwhile. */
export class ImageWorkspace {
  #bytes: Uint8Array<ArrayBuffer>;

  constructor(private readonly kernels: ImageKernels) {
    this.#bytes = new Uint8Array(kernels.memory.buffer);
  }

  /** Room of `size` bytes at `address`, a multiple of 64, in `bytes`, the whole memory, until the next call. */
  open(size: number): { address: number; bytes: Uint8Array<ArrayBuffer>; kernels: ImageKernels } {
    const { memory, __heap_base: heap } = this.kernels;
    const address = ((heap.value as number) + 63) & ~63;
    // Kernels may read and write a vector beyond the end.
    const missing = address + size + 64 - memory.buffer.byteLength;
    if (missing > 0) {
      memory.grow(Math.ceil(missing / 65536));
      this.#bytes = new Uint8Array(memory.buffer);
    }
    return { address, bytes: this.#bytes, kernels: this.kernels };
  }
}

/** Bytes of an image that pass through at a time: they stay in the processor's second-level cache. */
export const PIECE_BYTES = 65536;

/** The samples as bytes, without a copy. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

let workspace: ImageWorkspace | undefined;
let tried = false;

/** The kernels; undefined where there is no WebAssembly SIMD, or a page's policy forbids WebAssembly. */
export function imageWorkspace(): ImageWorkspace | undefined {
  if (!tried) {
    tried = true;
    try {
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(fromHex(hex)));
      workspace = new ImageWorkspace(exports as unknown as ImageKernels);
    } catch {
      // The TypeScript loops give the same samples.
    }
  }
  return workspace;
}
