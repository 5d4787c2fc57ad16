// The two passes of a separable, symmetric filter in single precision. src/augment/blur-loops.ts has the same sums in
// TypeScript. Rows leave room for a vector beyond their end.
#include "simd.h"

typedef uint16_t u16;
typedef float f32;

INLINE v128_t add_pair(v128_t sum, v128_t one, v128_t other, f32 weight) {
  return wasm_f32x4_add(sum, wasm_f32x4_mul(wasm_f32x4_add(one, other), wasm_f32x4_splat(weight)));
}

// Along a row: `line` is its first sample, with a margin of `radius` pixels before and after.
EXPORT(blur_along)
void blur_along(const f32 *line, const f32 *weights, int radius, int channels, int samples, f32 *out) {
  for (int i = 0; i < samples; i += 8) {
    const f32 *at = line + i;
    v128_t a = wasm_f32x4_mul(wasm_v128_load(at), wasm_f32x4_splat(weights[0]));
    v128_t b = wasm_f32x4_mul(wasm_v128_load(at + 4), wasm_f32x4_splat(weights[0]));
    for (int k = 1, step = channels; k <= radius; k++, step += channels) {
      a = add_pair(a, wasm_v128_load(at - step), wasm_v128_load(at + step), weights[k]);
      b = add_pair(b, wasm_v128_load(at - step + 4), wasm_v128_load(at + step + 4), weights[k]);
    }
    wasm_v128_store(out + i, a);
    wasm_v128_store(out + i + 4, b);
  }
}

// To nearest, halves to even: at 2^23 floats are whole numbers, and these are in the low bits.
INLINE v128_t whole(v128_t v) {
  return wasm_v128_and(wasm_f32x4_add(v, wasm_f32x4_const_splat(8388608.0f)), wasm_i32x4_const_splat(0x7fffff));
}

// Across rows: those at distance k are rows[2k - 1] and rows[2k]. `bytes` says of what samples the result is.
EXPORT(blur_across)
void blur_across(const f32 *const *rows, const f32 *weights, int radius, int samples, int bytes, void *out) {
  for (int i = 0; i < samples; i += 8) {
    v128_t a = wasm_f32x4_mul(wasm_v128_load(rows[0] + i), wasm_f32x4_splat(weights[0]));
    v128_t b = wasm_f32x4_mul(wasm_v128_load(rows[0] + i + 4), wasm_f32x4_splat(weights[0]));
    for (int k = 1; k <= radius; k++) {
      const f32 *above = rows[2 * k - 1] + i, *below = rows[2 * k] + i;
      a = add_pair(a, wasm_v128_load(above), wasm_v128_load(below), weights[k]);
      b = add_pair(b, wasm_v128_load(above + 4), wasm_v128_load(below + 4), weights[k]);
    }
    if (bytes == 4) {
      wasm_v128_store((f32 *)out + i, a);
      wasm_v128_store((f32 *)out + i + 4, b);
    } else {
      const v128_t halves = wasm_u16x8_narrow_i32x4(whole(a), whole(b));
      if (bytes == 2)
        wasm_v128_store((u16 *)out + i, halves);
      else
        wasm_v128_store64_lane((u8 *)out + i, wasm_u8x16_narrow_i16x8(halves, halves), 0);
    }
  }
}
