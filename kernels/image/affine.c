// The inside of an affine warp: pixels all of whose neighbours are in the image. src/augment/warp-affine.ts has the
// same sums in TypeScript, and the borders.
#include "simd.h"

typedef uint16_t u16;
typedef float f32;

typedef struct {
  double x, y;     // where output pixel 0 of the line is looked up, multiples of 2^-32
  int begin, end;  // the output pixels to write
} line_t;

// Integers become floats through the low bits of 2^23 and back: LLVM makes unsigned conversions of the plain ones, for
// which V8 has no short code.
#define TWO23 wasm_f32x4_const_splat(8388608.0f)
#define UPPER_HALF_OF_TWO23 wasm_i16x8_const_splat(0x4b00)

// Four samples of a pixel and of the next, as floats 2^23 too large.
INLINE void load_u8(const u8 *p, int channels, v128_t *left, v128_t *right) {
  if (channels == 4) {
    const v128_t both = wasm_u16x8_load8x8(p);
    *left = wasm_i16x8_shuffle(both, UPPER_HALF_OF_TWO23, 0, 8, 1, 9, 2, 10, 3, 11);
    *right = wasm_i16x8_shuffle(both, UPPER_HALF_OF_TWO23, 4, 12, 5, 13, 6, 14, 7, 15);
  } else {
    const v128_t first = wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(p));
    const v128_t second = wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(p + channels));
    *left = wasm_i16x8_shuffle(first, UPPER_HALF_OF_TWO23, 0, 8, 1, 9, 2, 10, 3, 11);
    *right = wasm_i16x8_shuffle(second, UPPER_HALF_OF_TWO23, 0, 8, 1, 9, 2, 10, 3, 11);
  }
}
INLINE void load_u16(const u16 *p, int channels, v128_t *left, v128_t *right) {
  *left = wasm_i16x8_shuffle(wasm_v128_load64_zero(p), UPPER_HALF_OF_TWO23, 0, 8, 1, 9, 2, 10, 3, 11);
  *right = wasm_i16x8_shuffle(wasm_v128_load64_zero(p + channels), UPPER_HALF_OF_TWO23, 0, 8, 1, 9, 2, 10, 3, 11);
}
INLINE void load_f32(const f32 *p, int channels, v128_t *left, v128_t *right) {
  *left = wasm_v128_load(p);
  *right = wasm_v128_load(p + channels);
}
INLINE v128_t plain_u8(v128_t v) { return wasm_f32x4_sub(v, TWO23); }
INLINE v128_t plain_u16(v128_t v) { return wasm_f32x4_sub(v, TWO23); }
INLINE v128_t plain_f32(v128_t v) { return v; }

// To nearest, halves to even; the whole numbers are in the low halves.
INLINE v128_t round_even(v128_t v) { return wasm_f32x4_add(v, TWO23); }
INLINE void store_u8(u8 *p, v128_t v) {
  const v128_t whole = round_even(v);
  wasm_v128_store32_lane(p, wasm_i8x16_shuffle(whole, whole, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12), 0);
}
INLINE void store_u16(u16 *p, v128_t v) {
  const v128_t whole = round_even(v);
  wasm_v128_store64_lane(p, wasm_i16x8_shuffle(whole, whole, 0, 2, 4, 6, 0, 2, 4, 6), 0);
}
INLINE void store_f32(f32 *p, v128_t v) { wasm_v128_store(p, v); }

INLINE v128_t blend(v128_t from, v128_t difference, v128_t share) {
  return wasm_f32x4_add(from, wasm_f32x4_mul(difference, share));
}

INLINE int64_t to_fixed(double place) { return (int64_t)(place * 4294967296.0); }

// Four channels at a time; what is read or written beyond the last is of the next pixel, which is written later, or of
// the room that the caller leaves. Outside begin to end the line is zero. Places are fixed-point numbers of 32 bits
// before the point and 32 behind it.
#define WARP(sample)                                                                                                  \
  INLINE void warp_##sample(const sample *from, int stride, int channels, double step_x, double step_y,               \
                            const line_t *lines, int rows, sample *to, int row_samples) {                             \
    const v128_t step = wasm_i64x2_make(to_fixed(step_x), to_fixed(step_y));                                          \
    for (int y = 0; y < rows; y++, to += row_samples) {                                                               \
      const int begin = lines[y].begin, end = lines[y].end;                                                           \
      sample *out = to + begin * channels;                                                                            \
      __builtin_memset(to, 0, (u8 *)out - (u8 *)to);                                                                  \
      v128_t place = wasm_i64x2_make(to_fixed(lines[y].x + begin * step_x), to_fixed(lines[y].y + begin * step_y));   \
      for (sample *last = to + end * channels; out < last; out += channels) {                                         \
        const sample *at = from + wasm_i32x4_extract_lane(place, 3) * stride;                                         \
        at += wasm_i32x4_extract_lane(place, 1) * channels;                                                           \
        const v128_t mantissas = wasm_v128_or(wasm_u32x4_shr(place, 9), wasm_f32x4_const_splat(1));                   \
        const v128_t shares = wasm_f32x4_sub(mantissas, wasm_f32x4_const_splat(1));                                   \
        const v128_t share_x = wasm_i32x4_shuffle(shares, shares, 0, 0, 0, 0);                                        \
        const v128_t share_y = wasm_i32x4_shuffle(shares, shares, 2, 2, 2, 2);                                        \
        place = wasm_i64x2_add(place, step);                                                                          \
        for (int c = 0; c < channels; c += 4) {                                                                       \
          v128_t left, right;                                                                                         \
          load_##sample(at + c, channels, &left, &right);                                                             \
          const v128_t upper = blend(plain_##sample(left), wasm_f32x4_sub(right, left), share_x);                     \
          load_##sample(at + c + stride, channels, &left, &right);                                                    \
          const v128_t lower = blend(plain_##sample(left), wasm_f32x4_sub(right, left), share_x);                     \
          store_##sample(out + c, blend(upper, wasm_f32x4_sub(lower, upper), share_y));                               \
        }                                                                                                             \
      }                                                                                                               \
      __builtin_memset(out, 0, (u8 *)(to + row_samples) - (u8 *)out);                                                 \
    }                                                                                                                 \
  }

WARP(u8)
WARP(u16)
WARP(f32)

// 8-bit images of four channels, two pixels at a time, which share their stores. Scalar places leave the vector units
// to the samples.
INLINE v128_t share_of(int64_t place) {
  return wasm_f32x4_sub(wasm_i32x4_splat(((uint32_t)place >> 9) | 0x3f800000), wasm_f32x4_const_splat(1));
}
INLINE v128_t pixel_u8x4(const u8 *from, int stride, int64_t x, int64_t y) {
  const u8 *at = from + (int)(y >> 32) * stride + (int)(x >> 32) * 4;
  const v128_t share_x = share_of(x), share_y = share_of(y);
  v128_t left, right;
  load_u8(at, 4, &left, &right);
  const v128_t upper = blend(plain_u8(left), wasm_f32x4_sub(right, left), share_x);
  load_u8(at + stride, 4, &left, &right);
  const v128_t lower = blend(plain_u8(left), wasm_f32x4_sub(right, left), share_x);
  return round_even(blend(upper, wasm_f32x4_sub(lower, upper), share_y));
}
INLINE void warp_u8x4(const u8 *from, int stride, double step_x, double step_y, const line_t *lines, int rows, u8 *to,
                      int row_bytes) {
  const int64_t right = to_fixed(step_x), down = to_fixed(step_y);
  for (int row = 0; row < rows; row++, to += row_bytes) {
    const int begin = lines[row].begin, end = lines[row].end;
    int64_t x = to_fixed(lines[row].x) + begin * right, y = to_fixed(lines[row].y) + begin * down;
    u8 *out = to + begin * 4, *last = to + end * 4;
    __builtin_memset(to, 0, out - to);
    for (; out < last - 4; out += 8, x += 2 * right, y += 2 * down) {
      const v128_t one = pixel_u8x4(from, stride, x, y), two = pixel_u8x4(from, stride, x + right, y + down);
      const v128_t halves = wasm_i16x8_shuffle(one, two, 0, 2, 4, 6, 8, 10, 12, 14);
      wasm_v128_store64_lane(out, wasm_u8x16_narrow_i16x8(halves, halves), 0);
    }
    if (out < last) {
      const v128_t one = pixel_u8x4(from, stride, x, y);
      wasm_v128_store32_lane(out, wasm_i8x16_shuffle(one, one, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12), 0);
    }
    __builtin_memset(last, 0, to + row_bytes - last);
  }
}

EXPORT(warp_affine_u8)
void warp_affine_u8(const u8 *from, int stride, int channels, double step_x, double step_y, const line_t *lines,
                    int rows, u8 *to, int row_samples) {
  if (channels == 4)
    warp_u8x4(from, stride, step_x, step_y, lines, rows, to, row_samples);
  else
    warp_u8(from, stride, channels, step_x, step_y, lines, rows, to, row_samples);
}
EXPORT(warp_affine_u16)
void warp_affine_u16(const u16 *from, int stride, int channels, double step_x, double step_y, const line_t *lines,
                     int rows, u16 *to, int row_samples) {
  if (channels == 4)
    warp_u16(from, stride, 4, step_x, step_y, lines, rows, to, row_samples);
  else
    warp_u16(from, stride, channels, step_x, step_y, lines, rows, to, row_samples);
}
EXPORT(warp_affine_f32)
void warp_affine_f32(const f32 *from, int stride, int channels, double step_x, double step_y, const line_t *lines,
                     int rows, f32 *to, int row_samples) {
  if (channels == 4)
    warp_f32(from, stride, 4, step_x, step_y, lines, rows, to, row_samples);
  else
    warp_f32(from, stride, channels, step_x, step_y, lines, rows, to, row_samples);
}
