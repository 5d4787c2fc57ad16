// Samples → `(sample - centre) / spread` in single precision; the TypeScript loop of src/image/normalize.ts gives the
// same. `n` samples of `kind` 1 or 2 bytes, or 4 for floats; the centres and spreads are those of `period` samples, a
// multiple of 4, and sample 0 has the first.
#pragma once
#include <stdint.h>
#include <wasm_simd128.h>

static inline __attribute__((always_inline)) v128_t load_samples(int kind, const void *samples, int i) {
  if (kind == 4) return wasm_v128_load((const float *)samples + i);
  if (kind == 2) return wasm_f32x4_convert_u32x4(wasm_u32x4_load16x4((const uint16_t *)samples + i));
  v128_t bytes = wasm_v128_load32_zero((const uint8_t *)samples + i);
  return wasm_f32x4_convert_u32x4(wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(bytes)));
}

static inline __attribute__((always_inline)) void normalize_kind(
  int kind, const void *samples, int n, const float *centres, const float *spreads, int period, float *out
) {
  int i = 0, p = 0;
  for (; i + 4 <= n; i += 4) {
    v128_t from_centre = wasm_f32x4_sub(load_samples(kind, samples, i), wasm_v128_load(centres + p));
    wasm_v128_store(out + i, wasm_f32x4_div(from_centre, wasm_v128_load(spreads + p)));
    p = p + 4 == period ? 0 : p + 4;
  }
  for (; i < n; i++, p++) {
    float sample = kind == 4   ? ((const float *)samples)[i]
                   : kind == 2 ? ((const uint16_t *)samples)[i]
                               : ((const uint8_t *)samples)[i];
    out[i] = (sample - centres[p]) / spreads[p];
  }
}

__attribute__((export_name("normalize"))) void normalize(
  int kind, const void *samples, int n, const float *centres, const float *spreads, int period, float *out
) {
  if (kind == 1) normalize_kind(1, samples, n, centres, spreads, period, out);
  else if (kind == 2) normalize_kind(2, samples, n, centres, spreads, period, out);
  else normalize_kind(4, samples, n, centres, spreads, period, out);
}
