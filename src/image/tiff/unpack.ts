/**
 * Decompresses PackBits and LZW into exactly as many bytes as a strip or tile holds, whatever the data says.
 * geotiff's own decoders for the two collect numbers in growing lists, without a bound.
 */
import { HpaError } from '../../errors';
import { imageWorkspace, type ImageWorkspace } from '../simd/kernels';

/**
 * PackBits (TIFF 6.0, section 9). What follows once the block is full is ignored, as libtiff does.
 *
 * @throws HpaError `tiff-invalid` when there is too little
 */
export function unpackBits(packed: Uint8Array, expected: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(expected);
  const workspace = packed.length + expected <= MAX_SIMD_BYTES ? imageWorkspace() : undefined;
  const found = workspace ? unpackBitsSimd(workspace, packed, out) : unpackBitsLoop(packed, out);
  if (found < expected) throw tooLittle('PackBits', found, expected);
  return out;
}

/** Larger blocks are left to the TypeScript loop, so that the kernels' memory stays small. */
const MAX_SIMD_BYTES = 2 ** 24;

function unpackBitsSimd(workspace: ImageWorkspace, packed: Uint8Array, out: Uint8Array): number {
  // Runs may be written as far as 128 bytes beyond the end.
  const { address, bytes, kernels } = workspace.open(out.length + 192 + packed.length);
  const from = address + out.length + 192;
  bytes.set(packed, from);
  const found = kernels.unpack_bits(from, packed.length, address, out.length);
  out.set(bytes.subarray(address, address + out.length));
  return found;
}

/** The same in TypeScript: how many bytes the data gave. */
export function unpackBitsLoop(packed: Uint8Array, out: Uint8Array): number {
  const expected = out.length;
  let from = 0;
  let to = 0;
  while (to < expected && from < packed.length) {
    const header = packed[from++]!;
    if (header === 128) continue;
    const repeats = header > 128;
    const end = Math.min(to + (repeats ? 257 - header : header + 1), expected);
    if (repeats) {
      if (from === packed.length) break;
      // Runs are mostly short: a call of fill() would take longer.
      const value = packed[from++]!;
      while (to < end) out[to++] = value;
    } else {
      const copied = Math.min(end, to + packed.length - from);
      while (to < copied) out[to++] = packed[from++]!;
    }
  }
  return to;
}

const [CLEAR, END, FIRST] = [256, 257, 258];
/** Where in the output the string of each code stands, and how long it is; shared, as nothing here waits. */
const start = new Int32Array(4096);
const length = new Int32Array(4096);

/**
 * LZW (TIFF 6.0, section 13). A string is remembered as the place in the output where it first stood, so
 * that writing it again is a copy.
 *
 * @throws HpaError `tiff-invalid` for damaged codes and when there is too little; `tiff-unsupported` for the
 * reversed bit order of old files
 */
export function unpackLzw(packed: Uint8Array, expected: number): Uint8Array<ArrayBuffer> {
  if (packed[0] === 0 && (packed[1]! & 1) === 1)
    throw new HpaError('tiff-unsupported', 'its LZW is of the kind from before TIFF 6.0: save it anew');
  const out = new Uint8Array(expected);
  let next = FIRST;
  let width = 9;
  let previous = -1;
  let previousLength = 0;
  let to = 0;
  let bits = 0;
  let held = 0;
  let from = 0;
  while (to < expected) {
    while (held < width && from < packed.length) {
      bits = ((bits & 0xffff) << 8) | packed[from++]!;
      held += 8;
    }
    if (held < width) break;
    held -= width;
    const code = (bits >> held) & ((1 << width) - 1);
    if (code === END) break;
    if (code === CLEAR) {
      [next, width, previous] = [FIRST, 9, -1];
      continue;
    }
    // A string that isn't there yet can only be the previous one and its own first byte.
    const known = code < CLEAR || (code >= FIRST && code < next);
    if (!known && (previous < 0 || code !== next || next > 4095)) throw damaged(code, from);
    const at = to;
    if (code < CLEAR) {
      out[to++] = code;
    } else {
      const source = known ? start[code]! : previous;
      const end = Math.min(to + (known ? length[code]! : previousLength + 1), expected);
      for (let i = source; to < end; i++) out[to++] = out[i]!;
    }
    if (previous >= 0 && next < 4096) {
      start[next] = previous;
      length[next] = previousLength + 1;
      next++;
      // Codes grow one entry early: TIFF's LZW has always done so.
      if (next + 1 >= 1 << width && width < 12) width++;
    }
    previous = at;
    previousLength = to - at;
  }
  if (to < expected) throw tooLittle('LZW', to, expected);
  return out;
}

const damaged = (code: number, at: number) =>
  new HpaError(
    'tiff-invalid',
    `its LZW data is damaged: the code ${code} before byte ${at} stands for nothing`,
  );
const tooLittle = (name: string, found: number, expected: number) =>
  new HpaError(
    'tiff-invalid',
    `its ${name} data ends early: ${found} bytes of the ${expected} of its pixels`,
  );
