// The innermost loops of matmul.c: a block of up to four rows by eight columns.
//
// Eight sums and one step at a time: with more, or unrolled, V8 spills registers, and it takes twice as long. The other
// products in these kernels are held to the same.
#pragma once
#include "simd.h"

enum { ROWS = 4, COLUMNS = 8 };

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
#pragma nounroll
  for (int k = t->depth; k > 0; k--, b += COLUMNS) {
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

static void multiply_rows(const Block *t, int rows) {
  switch (rows) {
    case 1: return rows1(t);
    case 2: return rows2(t);
    case 3: return rows3(t);
    default: return rows4(t);
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
