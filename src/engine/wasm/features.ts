/** What this host's WebAssembly can do. */

/** Whether it has fixed-width SIMD. */
export const hasSimd = (): boolean => WebAssembly.validate(PROBES.simd);

/** Whether it has relaxed SIMD, and with it fused multiply-add. */
export const hasRelaxedSimd = (): boolean => WebAssembly.validate(PROBES.relaxedSimd);

/** Whether its memory can be shared among threads: in a browser, only on pages that are cross-origin isolated. */
export function hasSharedMemory(): boolean {
  if (typeof SharedArrayBuffer === 'undefined' || !WebAssembly.validate(PROBES.atomics)) return false;
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  if (crossOriginIsolated === false) return false;
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    structuredClone(memory.buffer); // throws where it may not leave the thread
    return true;
  } catch {
    return false;
  }
}

/** A module with one function of those instructions, or one whose memory is shared. */
function probe(type: number[], body: number[], memory: number[] = []): Uint8Array<ArrayBuffer> {
  const code = [0, ...body, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 4 + type.length, 1, 0x60, 0, type.length, ...type],
    ...[3, 2, 1, 0],
    ...memory,
    ...[10, 2 + code.length, 1, code.length, ...code],
  ]);
}

const [I32, V128] = [0x7f, 0x7b];
const constant = [0x41, 0, 0xfd, 0x0f]; // i32.const 0, i8x16.splat
const PROBES = {
  simd: probe([V128], constant),
  relaxedSimd: probe([V128], [...constant, ...constant, ...constant, 0xfd, 0x85, 0x02]), // f32x4.relaxed_madd
  atomics: probe([I32], [0x41, 0, 0xfe, 0x10, 2, 0], [5, 4, 1, 3, 1, 1]), // i32.atomic.load
};
