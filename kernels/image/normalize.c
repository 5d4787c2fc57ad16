// Samples → `factor * sample + offset` in single precision, computed in double precision, so that it is the same as in
// the TypeScript loop.
#include "simd.h"

static INLINE v128_t scaled(v128_t samples, const double *factors, const double *offsets) {
  return wasm_f64x2_add(wasm_f64x2_mul(samples, wasm_v128_load(factors)), wasm_v128_load(offsets));
}

static INLINE void store_scaled(v128_t low, v128_t high, const double *factors, const double *offsets, float *out) {
  low = wasm_f32x4_demote_f64x2_zero(scaled(low, factors, offsets));
  high = wasm_f32x4_demote_f64x2_zero(scaled(high, factors + 2, offsets + 2));
  wasm_v128_store(out, wasm_i64x2_shuffle(low, high, 0, 2));
}

#define HIGH_HALF(v) wasm_i64x2_shuffle(v, v, 1, 1)

// `n` samples, a multiple of 4, of `kind` 1 or 2 bytes, or 4 for floats. Factors and offsets are those of `period`
// samples, a multiple of 4; sample 0 has the first.
EXPORT(normalize) void normalize(
  int kind, const void *samples, int n, const double *factors, const double *offsets, int period, float *out
) {
  for (int i = 0, p = 0; i < n; i += 4) {
    if (kind == 4) {
      v128_t v = wasm_v128_load((const float *)samples + i);
      store_scaled(
        wasm_f64x2_promote_low_f32x4(v), wasm_f64x2_promote_low_f32x4(HIGH_HALF(v)), factors + p, offsets + p, out + i
      );
    } else {
      v128_t v = kind == 2 ? wasm_u32x4_load16x4((const uint16_t *)samples + i)
                           : wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero((const u8 *)samples + i)));
      store_scaled(
        wasm_f64x2_convert_low_i32x4(v), wasm_f64x2_convert_low_i32x4(HIGH_HALF(v)), factors + p, offsets + p, out + i
      );
    }
    p = p + 4 == period ? 0 : p + 4;
  }
}
