// Images with rows and columns exchanged, and either reversed: quarter turns and the two transposes. Blocks of pixels
// are exchanged in registers. src/augment/symmetries.ts has the same moves in TypeScript.
#include "simd.h"

typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef v128_t u128;

// Interleaves the units of two vectors, the first halves or the second ones.
#define ZIP_LOW_8(a, b) wasm_i8x16_shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define ZIP_LOW_16(a, b) wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define ZIP_HIGH_16(a, b) wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define ZIP_LOW_32(a, b) wasm_i32x4_shuffle(a, b, 0, 4, 1, 5)
#define ZIP_HIGH_32(a, b) wasm_i32x4_shuffle(a, b, 2, 6, 3, 7)
#define ZIP_LOW_64(a, b) wasm_i64x2_shuffle(a, b, 0, 2)
#define ZIP_HIGH_64(a, b) wasm_i64x2_shuffle(a, b, 1, 3)

// Columns 0 to 7 of eight rows of bytes; out rows are `stride` apart, backwards when that is negative.
INLINE void block_u8(const u8 *const *rows, u8 *out, int stride) {
  const v128_t a = ZIP_LOW_8(wasm_v128_load64_zero(rows[0]), wasm_v128_load64_zero(rows[1]));
  const v128_t b = ZIP_LOW_8(wasm_v128_load64_zero(rows[2]), wasm_v128_load64_zero(rows[3]));
  const v128_t c = ZIP_LOW_8(wasm_v128_load64_zero(rows[4]), wasm_v128_load64_zero(rows[5]));
  const v128_t d = ZIP_LOW_8(wasm_v128_load64_zero(rows[6]), wasm_v128_load64_zero(rows[7]));
  const v128_t ab_low = ZIP_LOW_16(a, b), ab_high = ZIP_HIGH_16(a, b);
  const v128_t cd_low = ZIP_LOW_16(c, d), cd_high = ZIP_HIGH_16(c, d);
  const v128_t columns[4] = {ZIP_LOW_32(ab_low, cd_low), ZIP_HIGH_32(ab_low, cd_low), ZIP_LOW_32(ab_high, cd_high),
                             ZIP_HIGH_32(ab_high, cd_high)};
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) {
    wasm_v128_store64_lane(out + 2 * i * stride, columns[i], 0);
    wasm_v128_store64_lane(out + (2 * i + 1) * stride, columns[i], 1);
  }
}
INLINE void block_u16(const u16 *const *rows, u16 *out, int stride) {
#pragma clang loop unroll(full)
  for (int half = 0; half < 2; half++) {
    const v128_t a = ZIP_LOW_16(wasm_v128_load64_zero(rows[4 * half]), wasm_v128_load64_zero(rows[4 * half + 1]));
    const v128_t b = ZIP_LOW_16(wasm_v128_load64_zero(rows[4 * half + 2]), wasm_v128_load64_zero(rows[4 * half + 3]));
    const v128_t low = ZIP_LOW_32(a, b), high = ZIP_HIGH_32(a, b);
    wasm_v128_store64_lane(out + 4 * half, low, 0);
    wasm_v128_store64_lane(out + 4 * half + stride, low, 1);
    wasm_v128_store64_lane(out + 4 * half + 2 * stride, high, 0);
    wasm_v128_store64_lane(out + 4 * half + 3 * stride, high, 1);
  }
}
INLINE void block_u32(const u32 *const *rows, u32 *out, int stride) {
  const v128_t a = wasm_v128_load(rows[0]), b = wasm_v128_load(rows[1]);
  const v128_t c = wasm_v128_load(rows[2]), d = wasm_v128_load(rows[3]);
  const v128_t ab_low = ZIP_LOW_32(a, b), ab_high = ZIP_HIGH_32(a, b);
  const v128_t cd_low = ZIP_LOW_32(c, d), cd_high = ZIP_HIGH_32(c, d);
  wasm_v128_store(out, ZIP_LOW_64(ab_low, cd_low));
  wasm_v128_store(out + stride, ZIP_HIGH_64(ab_low, cd_low));
  wasm_v128_store(out + 2 * stride, ZIP_LOW_64(ab_high, cd_high));
  wasm_v128_store(out + 3 * stride, ZIP_HIGH_64(ab_high, cd_high));
}
INLINE void block_u64(const u64 *const *rows, u64 *out, int stride) {
  const v128_t a = wasm_v128_load(rows[0]), b = wasm_v128_load(rows[1]);
  wasm_v128_store(out, ZIP_LOW_64(a, b));
  wasm_v128_store(out + stride, ZIP_HIGH_64(a, b));
}
INLINE void block_u128(const u128 *const *rows, u128 *out, int stride) {
  (void)stride;
  *out = *rows[0];
}

// Output pixel (y, x) of rows `begin` to `end` is pixel start + y * down + x * right of the source, where `right` is a
// row and `down` a pixel, forwards or backwards. A block is `tall` source rows by `wide` columns; of a source row, as
// many blocks are taken in turn as a cache line holds.
#define TURN(pixel, wide, tall)                                                                                       \
  EXPORT(turn_##pixel)                                                                                                \
  void turn_##pixel(const pixel *from, int start, int right, int down, int begin, int end, int width, pixel *to) {    \
    const int whole_rows = (end - begin) / (wide) * (wide), whole_columns = width / (tall) * (tall);                  \
    const int line = 64 / sizeof(pixel), aside = down < 0 ? (wide) - 1 : 0;                                           \
    for (int top = 0; top < whole_rows; top += line) {                                                                \
      const int bottom = top + line < whole_rows ? top + line : whole_rows;                                           \
      for (int x = 0; x < whole_columns; x += (tall))                                                                 \
        for (int y = top; y < bottom; y += (wide)) {                                                                  \
          const pixel *at = from + start + (begin + y) * down + x * right - aside;                                    \
          const pixel *rows[tall];                                                                                    \
          for (int i = 0; i < (tall); i++) rows[i] = at + i * right;                                                  \
          block_##pixel(rows, to + (y + aside) * width + x, down < 0 ? -width : width);                               \
        }                                                                                                             \
    }                                                                                                                 \
    for (int y = 0; y < end - begin; y++)                                                                             \
      for (int x = y < whole_rows ? whole_columns : 0; x < width; x++)                                                \
        to[y * width + x] = from[start + (begin + y) * down + x * right];                                             \
  }

TURN(u8, 8, 8)
TURN(u16, 4, 8)
TURN(u32, 4, 4)
TURN(u64, 2, 2)
TURN(u128, 1, 1)
