// Undoes PNG's row filters (PNG specification, third edition, section 9). Sub and Up go by sixteen bytes; Average and
// Paeth depend on the byte just made, so that what counts is how few instructions lie between two of them.
#include "simd.h"

static void undo_up(const u8 *raw, const u8 *up, u8 *out, int n) {
  int i = 0;
  for (; i + 16 <= n; i += 16)
    wasm_v128_store(out + i, wasm_i8x16_add(wasm_v128_load(raw + i), wasm_v128_load(up + i)));
  for (; i < n; i++) out[i] = raw[i] + up[i];
}

// The running sum of a vector by doubling distances, then what came before it; the last pixel is carried on.
#define SHIFT_IN(v, bytes) wasm_i8x16_shuffle(wasm_i8x16_splat(0), v, \
  16 - bytes, 17 - bytes, 18 - bytes, 19 - bytes, 20 - bytes, 21 - bytes, 22 - bytes, 23 - bytes, \
  24 - bytes, 25 - bytes, 26 - bytes, 27 - bytes, 28 - bytes, 29 - bytes, 30 - bytes, 31 - bytes)

static void undo_sub(const u8 *raw, u8 *out, int n, int step) {
  int i = 0;
  if (step == 1 || step == 2 || step == 4 || step == 8) {
    v128_t carry = wasm_i8x16_splat(0);
    for (; i + 16 <= n; i += 16) {
      v128_t v = wasm_v128_load(raw + i);
      if (step == 1) v = wasm_i8x16_add(v, SHIFT_IN(v, 1));
      if (step <= 2) v = wasm_i8x16_add(v, SHIFT_IN(v, 2));
      if (step <= 4) v = wasm_i8x16_add(v, SHIFT_IN(v, 4));
      v = wasm_i8x16_add(v, SHIFT_IN(v, 8));
      v = wasm_i8x16_add(v, carry);
      wasm_v128_store(out + i, v);
      carry = step == 1   ? wasm_i8x16_shuffle(v, v, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15)
              : step == 2 ? wasm_i8x16_shuffle(v, v, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15, 14, 15)
              : step == 4 ? wasm_i8x16_shuffle(v, v, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15)
                          : wasm_i8x16_shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
    }
  }
  for (; i < step && i < n; i++) out[i] = raw[i];
  for (; i < n; i++) out[i] = raw[i] + out[i - step];
}

// Average and Paeth need the pixel on the left before they can begin the next: a pixel at a time, all its bytes in one
// vector, with as few instructions as may be between two of them. Stores of 3 and 6 bytes write a little more, which
// the next pixel or row overwrites.
#define STORE_PIXEL(step, to, v) \
  step == 1   ? wasm_v128_store8_lane(to, v, 0) \
  : step == 2 ? wasm_v128_store16_lane(to, v, 0) \
  : step <= 4 ? wasm_v128_store32_lane(to, v, 0) \
              : wasm_v128_store64_lane(to, v, 0)

// The rounded-up mean of complements is the complement of the rounded-down mean: two instructions a pixel.
static INLINE void average_pixels(const u8 *raw, const u8 *up, u8 *out, int n, int step) {
  v128_t left = wasm_i8x16_splat(-1);
  for (int i = 0; i < n; i += step) {
    left = wasm_i8x16_sub(wasm_u8x16_avgr(left, wasm_v128_not(wasm_v128_load(up + i))), wasm_v128_load(raw + i));
    STORE_PIXEL(step, out + i, wasm_v128_not(left));
  }
}

// Paeth's predictor chooses among left a, above b and corner c. For given b and c it is a itself, except for those a in
// a gap of 3|b - c| - 1 numbers next to b: there it is b or c, the one on this side of a limit or the other. All but a
// is known before the row is begun, so the gap, the limit and both results are prepared sixteen bytes at a time.
// Numbers are kept 128 lower, since only signed bytes can be compared in one instruction.
enum { CHUNK = 1024 };
static struct {
  u8 first[CHUNK + 16], last[CHUNK + 16];             // of the gap
  u8 limit[CHUNK + 16], high[CHUNK + 16], flip[CHUNK + 16]; // from the limit on `high`, below it `high ^ flip`
} paeth;

static const int8_t BIAS = -128;

// Adding and subtracting stop at 0 and 255, and half of x is the rounded-up mean of x - 1 and 0.
static void prepare_paeth(const u8 *raw, const u8 *up, const u8 *corner, int n) {
  const v128_t zero = wasm_i8x16_splat(0), one = wasm_i8x16_splat(1), bias = wasm_i8x16_splat(BIAS);
  for (int i = 0; i < n; i += 16) {
    v128_t r = wasm_v128_load(raw + i), b = wasm_v128_load(up + i), c = wasm_v128_load(corner + i);
    v128_t more = wasm_u8x16_sub_sat(b, c), less = wasm_u8x16_sub_sat(c, b); // one of them is 0
    v128_t not_larger = wasm_i8x16_eq(more, zero);
    // From 3c - 2b + 1 to b - 1, or from b + 1 to 3c - 2b - 1; the first is after the last where b equals c.
    v128_t first = wasm_u8x16_add_sat(wasm_u8x16_min(b, c), one);
    first = wasm_u8x16_sub_sat(wasm_u8x16_sub_sat(first, more), more);
    v128_t last = wasm_u8x16_sub_sat(wasm_u8x16_max(b, c), one);
    last = wasm_u8x16_add_sat(wasm_u8x16_add_sat(last, less), less);
    // Half of 3c - b, rounded up where b is the larger result, else the next number above: 256 is beyond all bytes.
    v128_t limit = wasm_u8x16_sub_sat(c, wasm_u8x16_avgr(wasm_u8x16_sub_sat(more, one), zero));
    limit = wasm_u8x16_add_sat(limit, wasm_u8x16_avgr(wasm_u8x16_sub_sat(less, one), zero));
    v128_t beyond = wasm_v128_and(not_larger, wasm_i8x16_eq(limit, wasm_i8x16_splat(-1)));
    limit = wasm_u8x16_add_sat(limit, wasm_v128_and(not_larger, one));
    v128_t with_b = wasm_i8x16_add(r, b), with_c = wasm_i8x16_add(r, c);
    v128_t high = wasm_v128_bitselect(with_c, with_b, not_larger), flip = wasm_v128_xor(with_b, with_c);
    high = wasm_v128_xor(high, wasm_v128_and(flip, beyond));
    flip = wasm_v128_andnot(flip, beyond);
    wasm_v128_store(paeth.first + i, wasm_v128_xor(first, bias));
    wasm_v128_store(paeth.last + i, wasm_v128_xor(last, bias));
    wasm_v128_store(paeth.limit + i, wasm_v128_xor(limit, bias));
    wasm_v128_store(paeth.high + i, wasm_v128_xor(high, bias));
    wasm_v128_store(paeth.flip + i, flip);
  }
}

static INLINE v128_t paeth_pixels(v128_t left, const u8 *raw, u8 *out, int n, int step) {
  const v128_t bias = wasm_i8x16_splat(BIAS);
  for (int i = 0; i < n; i += step) {
    v128_t below = wasm_i8x16_gt(wasm_v128_load(paeth.first + i), left);
    v128_t above = wasm_i8x16_gt(left, wasm_v128_load(paeth.last + i));
    v128_t lower = wasm_i8x16_gt(wasm_v128_load(paeth.limit + i), left);
    v128_t inside = wasm_v128_xor(wasm_v128_load(paeth.high + i), wasm_v128_and(lower, wasm_v128_load(paeth.flip + i)));
    v128_t outside = wasm_i8x16_add(left, wasm_v128_load(raw + i));
    left = wasm_v128_bitselect(outside, inside, wasm_v128_or(below, above));
    STORE_PIXEL(step, out + i, wasm_v128_xor(left, bias));
  }
  return left;
}

static INLINE void undo_paeth(const u8 *raw, const u8 *up, u8 *out, int n, int step) {
  // Over the first pixel there is neither corner nor left: the predictor is what is above.
  v128_t left = wasm_i8x16_add(wasm_v128_load(raw), wasm_v128_load(up));
  STORE_PIXEL(step, out, left);
  left = wasm_v128_xor(left, wasm_i8x16_splat(BIAS));
  int chunk = CHUNK / step * step;
  for (int at = step; at < n; at += chunk) {
    int length = n - at < chunk ? n - at : chunk;
    prepare_paeth(raw + at, up + at, up + at - step, length);
    left = paeth_pixels(left, raw + at, out + at, length, step);
  }
}

static void undo_average_any(const u8 *raw, const u8 *up, u8 *out, int n, int step) {
  if (step == 1) average_pixels(raw, up, out, n, 1);
  else if (step == 2) average_pixels(raw, up, out, n, 2);
  else if (step == 3) average_pixels(raw, up, out, n, 3);
  else if (step == 4) average_pixels(raw, up, out, n, 4);
  else if (step == 6) average_pixels(raw, up, out, n, 6);
  else average_pixels(raw, up, out, n, 8);
}

static void undo_paeth_any(const u8 *raw, const u8 *up, u8 *out, int n, int step) {
  if (step == 1) undo_paeth(raw, up, out, n, 1);
  else if (step == 2) undo_paeth(raw, up, out, n, 2);
  else if (step == 3) undo_paeth(raw, up, out, n, 3);
  else if (step == 4) undo_paeth(raw, up, out, n, 4);
  else if (step == 6) undo_paeth(raw, up, out, n, 6);
  else undo_paeth(raw, up, out, n, 8);
}

// `raw` holds `rows` rows of a filter byte and `row_bytes` bytes, a multiple of `step`; the row above the first lies
// before `out`. Returns the first row whose filter is none of the five, or -1.
EXPORT(unfilter) int unfilter(const u8 *raw, u8 *out, int row_bytes, int rows, int step) {
  for (int y = 0; y < rows; y++, raw += row_bytes + 1, out += row_bytes) {
    const u8 *row = raw + 1, *up = out - row_bytes;
    switch (*raw) {
      case 0: __builtin_memcpy(out, row, row_bytes); break;
      case 1: undo_sub(row, out, row_bytes, step); break;
      case 2: undo_up(row, up, out, row_bytes); break;
      case 3: undo_average_any(row, up, out, row_bytes, step); break;
      case 4: undo_paeth_any(row, up, out, row_bytes, step); break;
      default: return y;
    }
  }
  return -1;
}

// Swaps the two bytes of each of `n` 16-bit samples.
EXPORT(swap_bytes) void swap_bytes(const u8 *in, u8 *out, int n) {
  int i = 0;
  for (; i + 16 <= 2 * n; i += 16) {
    v128_t v = wasm_v128_load(in + i);
    wasm_v128_store(out + i, wasm_i8x16_shuffle(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
  }
  for (; i < 2 * n; i += 2) {
    u8 high = in[i];
    out[i] = in[i + 1];
    out[i + 1] = high;
  }
}
