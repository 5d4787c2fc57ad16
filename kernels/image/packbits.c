// PackBits (TIFF 6.0, section 9). Runs are mostly short: sixteen bytes are written at once, and what is too much is
// written over by what comes next, or lies in the 128 bytes beyond the end that the caller leaves free.
#include "simd.h"

// How many of the `expected` bytes the data gave.
EXPORT(unpack_bits) int unpack_bits(const u8 *packed, int length, u8 *out, int expected) {
  const u8 *from = packed, *end = packed + length;
  u8 *to = out, *full = out + expected;
  while (to < full && from < end) {
    const int header = *from++;
    if (header == 128) continue;
    if (header > 128) {
      if (from == end) break;
      const v128_t value = wasm_v128_load8_splat(from++);
      const int count = 257 - header;
      for (int i = 0; i < count; i += 16) wasm_v128_store(to + i, value);
      to += count;
    } else {
      const int count = header + 1 < end - from ? header + 1 : end - from;
      for (int i = 0; i < count; i += 16) wasm_v128_store(to + i, wasm_v128_load(from + i));
      to += count;
      from += count;
    }
  }
  return to < full ? to - out : expected;
}
