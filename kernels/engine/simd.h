// Four floats at a time, with fused multiply-add where the build has relaxed SIMD.
#pragma once
#include <stdint.h>
#include <wasm_simd128.h>

typedef v128_t v4;

#define EXPORT(name) __attribute__((export_name(#name)))
#define INLINE static inline __attribute__((always_inline))

#ifdef __wasm_relaxed_simd__
#define fma4(a, b, c) wasm_f32x4_relaxed_madd(a, b, c)
#define fnma4(a, b, c) wasm_f32x4_relaxed_nmadd(a, b, c)
#else
#define fma4(a, b, c) wasm_f32x4_add(wasm_f32x4_mul(a, b), c)
#define fnma4(a, b, c) wasm_f32x4_sub(c, wasm_f32x4_mul(a, b))
#endif

#define add4(a, b) wasm_f32x4_add(a, b)
#define sub4(a, b) wasm_f32x4_sub(a, b)
#define mul4(a, b) wasm_f32x4_mul(a, b)
// NaN stays NaN, as in tfjs.
#define relu4(a) wasm_f32x4_max(a, zero4())
#define splat4(x) wasm_f32x4_splat(x)
#define zero4() wasm_f32x4_const_splat(0.0f)
#define load4(p) wasm_v128_load(p)
#define loadsplat4(p) wasm_v128_load32_splat(p)
#define store4(p, v) wasm_v128_store(p, v)

INLINE int min(int a, int b) { return a < b ? a : b; }
INLINE int max(int a, int b) { return a > b ? a : b; }
INLINE int ceil_div(int a, int b) { return (a + b - 1) / b; }

// The first n of four lanes.
INLINE void store_lanes(float *p, v4 v, int n) {
  if (n >= 4) {
    store4(p, v);
    return;
  }
  if (n > 0) p[0] = wasm_f32x4_extract_lane(v, 0);
  if (n > 1) p[1] = wasm_f32x4_extract_lane(v, 1);
  if (n > 2) p[2] = wasm_f32x4_extract_lane(v, 2);
}

INLINE v4 load_lanes(const float *p, int n) {
  if (n >= 4) return load4(p);
  v4 v = zero4();
  if (n > 0) v = wasm_f32x4_replace_lane(v, 0, p[0]);
  if (n > 1) v = wasm_f32x4_replace_lane(v, 1, p[1]);
  if (n > 2) v = wasm_f32x4_replace_lane(v, 2, p[2]);
  return v;
}
