// Area-averaging resize: each output pixel is the mean of what it covers. Overlaps are integers, in units of one over
// the output's size, so sums of integer samples are exact, whatever their order; those of floats follow the order of
// the TypeScript loops. src/image/resize.ts has the rest.
#include "simd.h"

typedef struct {
  int count;
  const int *first, *last; // source pixels covered, first to last
  const int *head, *tail;  // overlap with the first, and with the last where it is another, else 0
  int whole;               // overlap with those between
} Overlaps;

#define WEIGHT(overlaps, i, at) \
  ((at) == (overlaps)->first[i] ? (overlaps)->head[i] : (at) == (overlaps)->last[i] ? (overlaps)->tail[i] : (overlaps)->whole)

static INLINE void add_row_u8(const u8 *row, uint32_t *line, int n, uint32_t weight, int begin) {
  const v128_t w = wasm_i32x4_splat(weight);
  int i = 0;
  for (; i + 8 <= n; i += 8) {
    v128_t s = wasm_u16x8_load8x8(row + i);
    v128_t low = wasm_i32x4_mul(wasm_u32x4_extend_low_u16x8(s), w);
    v128_t high = wasm_i32x4_mul(wasm_u32x4_extend_high_u16x8(s), w);
    if (!begin) {
      low = wasm_i32x4_add(low, wasm_v128_load(line + i));
      high = wasm_i32x4_add(high, wasm_v128_load(line + i + 4));
    }
    wasm_v128_store(line + i, low);
    wasm_v128_store(line + i + 4, high);
  }
  for (; i < n; i++) line[i] = (begin ? 0 : line[i]) + weight * row[i];
}

static INLINE void add_row_u16(const uint16_t *row, uint32_t *line, int n, uint32_t weight, int begin) {
  const v128_t w = wasm_i32x4_splat(weight);
  int i = 0;
  for (; i + 4 <= n; i += 4) {
    v128_t s = wasm_i32x4_mul(wasm_u32x4_load16x4(row + i), w);
    wasm_v128_store(line + i, begin ? s : wasm_i32x4_add(s, wasm_v128_load(line + i)));
  }
  for (; i < n; i++) line[i] = (begin ? 0 : line[i]) + weight * row[i];
}

static INLINE void add_row_f32(const float *row, double *line, int n, double weight, int begin) {
  for (int i = 0; i < n; i++) line[i] = begin ? weight * row[i] : line[i] + weight * row[i];
}

// The means of one line of `channels` interleaved sums. `area` is the number of source pixels of the whole image.
#define AVERAGE_LINE(name, sum_type, line_type, out_type, round)                                              \
  static void name(const line_type *line, int channels, const Overlaps *x, double area, out_type *out) {      \
    for (int i = 0; i < x->count; i++)                                                                        \
      for (int c = 0; c < channels; c++) {                                                                    \
        int at = x->first[i] * channels + c, end = x->last[i] * channels + c;                                 \
        sum_type sum = (sum_type)x->head[i] * line[at];                                                       \
        for (at += channels; at < end; at += channels) sum += (sum_type)x->whole * line[at];                  \
        sum += (sum_type)x->tail[i] * line[end];                                                              \
        *out++ = (out_type)((double)sum / area + round);                                                      \
      }                                                                                                       \
  }
AVERAGE_LINE(average_u8, int64_t, uint32_t, u8, 0.5)
AVERAGE_LINE(average_u16, int64_t, uint32_t, uint16_t, 0.5)
AVERAGE_LINE(average_f32, double, double, float, 0)

// 8-bit samples whose sums fit 32 bits: first all the sums of the line, then their means by four.
static void average_small(
  const uint32_t *line, int channels, const Overlaps *x, double area, uint32_t *sums, u8 *out
) {
  const int whole = x->whole, n = x->count * channels;
  for (int i = 0; i < x->count; i++) {
    int at = x->first[i] * channels;
    const int end = x->last[i] * channels, head = x->head[i], tail = x->tail[i];
    uint32_t *to = sums + i * channels;
    if (channels == 4) {
      const v128_t by = wasm_i32x4_splat(whole);
      v128_t sum = wasm_i32x4_mul(wasm_v128_load(line + at), wasm_i32x4_splat(head));
      for (at += 4; at < end; at += 4) sum = wasm_i32x4_add(sum, wasm_i32x4_mul(wasm_v128_load(line + at), by));
      sum = wasm_i32x4_add(sum, wasm_i32x4_mul(wasm_v128_load(line + end), wasm_i32x4_splat(tail)));
      wasm_v128_store(to, sum);
    } else {
      for (int c = 0; c < channels; c++) {
        uint32_t inside = 0;
        for (int k = at + channels + c; k < end; k += channels) inside += line[k];
        to[c] = head * line[at + c] + whole * inside + tail * line[end + c];
      }
    }
  }
  const v128_t half = wasm_f64x2_splat(0.5), by = wasm_f64x2_splat(area);
  for (int i = 0; i < n; i += 4) {
    v128_t sum = wasm_v128_load(sums + i);
    v128_t low = wasm_f64x2_convert_low_u32x4(sum);
    v128_t high = wasm_f64x2_convert_low_u32x4(wasm_i32x4_shuffle(sum, sum, 2, 3, 2, 3));
    low = wasm_u32x4_trunc_sat_f64x2_zero(wasm_f64x2_add(wasm_f64x2_div(low, by), half));
    high = wasm_u32x4_trunc_sat_f64x2_zero(wasm_f64x2_add(wasm_f64x2_div(high, by), half));
    v128_t means = wasm_i64x2_shuffle(low, high, 0, 2);
    means = wasm_u16x8_narrow_i32x4(means, means);
    wasm_v128_store32_lane(out + i, wasm_u8x16_narrow_i16x8(means, means), 0);
  }
}

// Output rows `y` to `end` from source rows, of which the one at `rows` is the first that row `y` covers. `line` has
// room for a row of sums, `sums` for four bytes a sample of an output row. `kind` is the bytes of a sample: 1, 2, or 4 for floats.
EXPORT(resize_area) void resize_area(
  int kind, const void *rows, int width, int channels, const Overlaps *x, const Overlaps *y_overlaps, int y, int end,
  double area, void *line, uint32_t *sums, void *out
) {
  const int n = width * channels, top = y_overlaps->first[y];
  const int small = kind == 1 && area * 255 < 4294967296.0;
  for (; y < end; y++) {
    for (int row = y_overlaps->first[y]; row <= y_overlaps->last[y]; row++) {
      const u8 *from = (const u8 *)rows + (row - top) * n * kind;
      const int weight = WEIGHT(y_overlaps, y, row), begin = row == y_overlaps->first[y];
      if (kind == 1) begin ? add_row_u8(from, line, n, weight, 1) : add_row_u8(from, line, n, weight, 0);
      else if (kind == 2) add_row_u16((const uint16_t *)from, line, n, weight, begin);
      else add_row_f32((const float *)from, line, n, weight, begin);
    }
    if (small) average_small(line, channels, x, area, sums, out);
    else if (kind == 1) average_u8(line, channels, x, area, out);
    else if (kind == 2) average_u16(line, channels, x, area, out);
    else average_f32(line, channels, x, area, out);
    out = (u8 *)out + x->count * channels * kind;
  }
}

// Shuffles that are one instruction of x64 each; most others load their pattern every time.
#define ZIP_LOW(p, q) wasm_i8x16_shuffle(p, q, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define ZIP_HIGH(p, q) wasm_i8x16_shuffle(p, q, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)

// Four 8-bit planes of `n` samples, a multiple of 16, as pixels of four channels.
EXPORT(interleave4_u8) void interleave4_u8(const u8 *a, const u8 *b, const u8 *c, const u8 *d, int n, u8 *out) {
  for (int i = 0; i < n; i += 16, out += 64) {
    v128_t p = wasm_v128_load(a + i), q = wasm_v128_load(b + i), r = wasm_v128_load(c + i), s = wasm_v128_load(d + i);
    v128_t low = ZIP_LOW(p, q), high = ZIP_HIGH(p, q), low2 = ZIP_LOW(r, s), high2 = ZIP_HIGH(r, s);
    wasm_v128_store(out, wasm_i16x8_shuffle(low, low2, 0, 8, 1, 9, 2, 10, 3, 11));
    wasm_v128_store(out + 16, wasm_i16x8_shuffle(low, low2, 4, 12, 5, 13, 6, 14, 7, 15));
    wasm_v128_store(out + 32, wasm_i16x8_shuffle(high, high2, 0, 8, 1, 9, 2, 10, 3, 11));
    wasm_v128_store(out + 48, wasm_i16x8_shuffle(high, high2, 4, 12, 5, 13, 6, 14, 7, 15));
  }
}

// Half the width and height of 8-bit images with 1 or 4 channels, `rows` a multiple of 2 and `width` of 8.
EXPORT(halve_u8) void halve_u8(const u8 *in, int width, int channels, int rows, u8 *out) {
  const v128_t two = wasm_i16x8_splat(2);
  const int n = width * channels;
  for (int y = 0; y < rows; y += 2, in += 2 * n) {
    const u8 *a = in, *b = in + n;
    if (channels == 1) {
      for (int i = 0; i < n; i += 16, out += 8) {
        v128_t sum = wasm_i16x8_add(
          wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(a + i)), wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(b + i))
        );
        sum = wasm_u16x8_shr(wasm_i16x8_add(sum, two), 2);
        wasm_v128_store64_lane(out, wasm_u8x16_narrow_i16x8(sum, sum), 0);
      }
    } else {
#define COLUMN_SUMS(i, half) wasm_u16x8_extadd_pairwise_u8x16(ZIP_##half(wasm_v128_load(a + i), wasm_v128_load(b + i)))
#define PAIR_SUMS(p, q) wasm_i16x8_add(wasm_i64x2_shuffle(p, q, 0, 2), wasm_i64x2_shuffle(p, q, 1, 3))
      for (int i = 0; i < n; i += 32, out += 16) {
        v128_t low = PAIR_SUMS(COLUMN_SUMS(i, LOW), COLUMN_SUMS(i, HIGH));
        v128_t high = PAIR_SUMS(COLUMN_SUMS(i + 16, LOW), COLUMN_SUMS(i + 16, HIGH));
        low = wasm_u16x8_shr(wasm_i16x8_add(low, two), 2);
        high = wasm_u16x8_shr(wasm_i16x8_add(high, two), 2);
        wasm_v128_store(out, wasm_u8x16_narrow_i16x8(low, high));
      }
    }
  }
}
