// The innermost loops of matmul.c: a block of up to six rows by eight columns, and transposition.
#pragma once
#include "simd.h"

enum { ROWS = 6, COLUMNS = 8 };

// to[c][r] = from[r][c].
static void turn(const float *from, int from_row, int rows, int columns, float *to, int to_row) {
  int r = 0;
  for (; r + 4 <= rows; r += 4, from += 4 * from_row, to += 4) {
    const float *p0 = from, *p1 = p0 + from_row, *p2 = p1 + from_row, *p3 = p2 + from_row;
    float *q = to;
    int c = 0;
    for (; c + 4 <= columns; c += 4, q += 4 * to_row) {
      v4 a = load4(p0 + c), b = load4(p1 + c), d = load4(p2 + c), e = load4(p3 + c);
      v4 ab = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), de = wasm_i32x4_shuffle(d, e, 0, 4, 1, 5);
      v4 ab2 = wasm_i32x4_shuffle(a, b, 2, 6, 3, 7), de2 = wasm_i32x4_shuffle(d, e, 2, 6, 3, 7);
      store4(q, wasm_i64x2_shuffle(ab, de, 0, 2));
      store4(q + to_row, wasm_i64x2_shuffle(ab, de, 1, 3));
      store4(q + 2 * to_row, wasm_i64x2_shuffle(ab2, de2, 0, 2));
      store4(q + 3 * to_row, wasm_i64x2_shuffle(ab2, de2, 1, 3));
    }
    for (; c < columns; c++, q += to_row) q[0] = p0[c], q[1] = p1[c], q[2] = p2[c], q[3] = p3[c];
  }
  for (; r < rows; r++, from += from_row, to++)
    for (int c = 0; c < columns; c++) to[c * to_row] = from[c];
}

typedef struct {
  const float *a;    // rows of the block, `a_row` floats apart
  const float *b;    // a packed strip
  const float *from; // added to the products
  float *out;
  int a_row, from_row, out_row, depth;
  float low, high;
} Block;

INLINE void multiply(const Block *t, const int rows) {
  const float *a[ROWS], *b = t->b;
  v4 sums[ROWS][2];
#pragma unroll
  for (int i = 0; i < rows; i++) {
    a[i] = t->a + i * t->a_row;
    sums[i][0] = sums[i][1] = zero4();
  }
  int k = t->depth;
  for (; k >= 4; k -= 4) {
#pragma unroll
    for (int u = 0; u < 4; u++) {
      v4 b0 = load4(b + u * COLUMNS), b1 = load4(b + u * COLUMNS + 4);
#pragma unroll
      for (int i = 0; i < rows; i++) {
        v4 x = loadsplat4(a[i] + u);
        sums[i][0] = fma4(x, b0, sums[i][0]);
        sums[i][1] = fma4(x, b1, sums[i][1]);
      }
    }
    b += 4 * COLUMNS;
#pragma unroll
    for (int i = 0; i < rows; i++) a[i] += 4;
  }
  for (; k > 0; k--, b += COLUMNS) {
    v4 b0 = load4(b), b1 = load4(b + 4);
#pragma unroll
    for (int i = 0; i < rows; i++) {
      v4 x = loadsplat4(a[i]++);
      sums[i][0] = fma4(x, b0, sums[i][0]);
      sums[i][1] = fma4(x, b1, sums[i][1]);
    }
  }
  const float *from = t->from;
  float *out = t->out;
  const v4 low = splat4(t->low), high = splat4(t->high);
#pragma unroll
  for (int i = 0; i < rows; i++, from += t->from_row, out += t->out_row) {
    store4(out, wasm_f32x4_min(wasm_f32x4_max(add4(load4(from), sums[i][0]), low), high));
    store4(out + 4, wasm_f32x4_min(wasm_f32x4_max(add4(load4(from + 4), sums[i][1]), low), high));
  }
}

static void rows1(const Block *t) { multiply(t, 1); }
static void rows2(const Block *t) { multiply(t, 2); }
static void rows3(const Block *t) { multiply(t, 3); }
static void rows4(const Block *t) { multiply(t, 4); }
static void rows5(const Block *t) { multiply(t, 5); }
static void rows6(const Block *t) { multiply(t, 6); }

static void multiply_rows(const Block *t, int rows) {
  switch (rows) {
    case 1: return rows1(t);
    case 2: return rows2(t);
    case 3: return rows3(t);
    case 4: return rows4(t);
    case 5: return rows5(t);
    default: return rows6(t);
  }
}

// The last strip, of less than eight columns, by way of a full one.
static void multiply_narrow(const Block *t, int rows, int columns) {
  float full[ROWS * COLUMNS];
  Block b = *t;
  b.from = b.out = full;
  b.from_row = b.out_row = COLUMNS;
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < COLUMNS; j++) full[i * COLUMNS + j] = j < columns ? t->from[i * t->from_row + j] : 0;
  multiply_rows(&b, rows);
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) t->out[i * t->out_row + j] = full[i * COLUMNS + j];
}
