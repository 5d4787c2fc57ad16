// Radix 4 by radix 4 along each axis; two real rows make one complex row.
#include "fft16.h"

#define COS_1 0.92387953251128675613f // cos(pi / 8)
#define SIN_1 0.38268343236508977173f
#define COS_2 0.70710678118654752440f

// Four-point transform of elements a, a + step, …, in place. direction: 1 forward, -1 inverse.
INLINE void radix4(v4 *re, v4 *im, int a, int step, const int direction) {
  int b = a + step, c = b + step, d = c + step;
  v4 sum_re = add4(re[a], re[c]), sum_im = add4(im[a], im[c]), dif_re = sub4(re[a], re[c]), dif_im = sub4(im[a], im[c]);
  v4 sum2_re = add4(re[b], re[d]), sum2_im = add4(im[b], im[d]);
  v4 dif2_re = sub4(re[b], re[d]), dif2_im = sub4(im[b], im[d]);
  re[a] = add4(sum_re, sum2_re), im[a] = add4(sum_im, sum2_im);
  re[c] = sub4(sum_re, sum2_re), im[c] = sub4(sum_im, sum2_im);
  if (direction > 0) {
    re[b] = add4(dif_re, dif2_im), im[b] = sub4(dif_im, dif2_re);
    re[d] = sub4(dif_re, dif2_im), im[d] = add4(dif_im, dif2_re);
  } else {
    re[b] = sub4(dif_re, dif2_im), im[b] = add4(dif_im, dif2_re);
    re[d] = add4(dif_re, dif2_im), im[d] = sub4(dif_im, dif2_re);
  }
}

// Times cos - i * sin (forward) or cos + i * sin (inverse).
INLINE void rotate(v4 *re, v4 *im, int at, float cos, float sin, const int direction) {
  v4 c = splat4(cos), s = splat4(direction > 0 ? sin : -sin), r = re[at], i = im[at];
  re[at] = fma4(i, s, mul4(r, c));
  im[at] = fnma4(r, s, mul4(i, c));
}

// In place; element k of the result is at 4 * (k % 4) + k / 4.
INLINE void fft16(v4 *re, v4 *im, const int direction) {
#pragma unroll
  for (int j = 0; j < 4; j++) radix4(re, im, j, 4, direction);
  rotate(re, im, 5, COS_1, SIN_1, direction);
  rotate(re, im, 6, COS_2, COS_2, direction);
  rotate(re, im, 7, SIN_1, COS_1, direction);
  rotate(re, im, 9, COS_2, COS_2, direction);
  rotate(re, im, 10, 0, 1, direction);
  rotate(re, im, 11, -COS_2, COS_2, direction);
  rotate(re, im, 13, SIN_1, COS_1, direction);
  rotate(re, im, 14, -COS_2, COS_2, direction);
  rotate(re, im, 15, -COS_1, -SIN_1, direction);
#pragma unroll
  for (int q = 0; q < 4; q++) radix4(re, im, 4 * q, 1, direction);
}

INLINE int at16(int k) { return 4 * (k & 3) + (k >> 2); }

static void rows_forward(const v4 *a, const v4 *b, int row, Column *columns) {
  v4 re[TILE], im[TILE];
#pragma unroll
  for (int i = 0; i < TILE; i++) re[i] = a[i], im[i] = b[i];
  fft16(re, im, 1);
#pragma unroll
  for (int k = 0; k < TILE_COLUMNS; k++) {
    int p = at16(k), q = at16((TILE - k) % TILE);
    columns[k].re[row] = add4(re[p], re[q]);
    columns[k].im[row] = sub4(im[p], im[q]);
    columns[k].re[row + 1] = add4(im[p], im[q]);
    columns[k].im[row + 1] = sub4(re[q], re[p]);
  }
}

static void rows_inverse(const Column *columns, int row, v4 *a, v4 *b) {
  v4 re[TILE], im[TILE];
#pragma unroll
  for (int k = 0; k < TILE_COLUMNS; k++) {
    v4 a_re = columns[k].re[row], a_im = columns[k].im[row], b_re = columns[k].re[row + 1], b_im = columns[k].im[row + 1];
    re[k] = sub4(a_re, b_im), im[k] = add4(a_im, b_re);
    if (k > 0 && k < 8) re[TILE - k] = add4(a_re, b_im), im[TILE - k] = sub4(b_re, a_im);
  }
  // The transforms of real rows have real ends.
  re[0] = columns[0].re[row], im[0] = columns[0].re[row + 1];
  re[8] = columns[8].re[row], im[8] = columns[8].re[row + 1];
  fft16(re, im, -1);
#pragma unroll
  for (int i = 0; i < TILE; i++) a[i] = re[at16(i)], b[i] = im[at16(i)];
}

INLINE void column_forward(const Column *column, float *re_out, float *im_out, int step, const int count) {
  v4 re[TILE], im[TILE];
#pragma unroll
  for (int i = 0; i < TILE; i++) re[i] = column->re[i], im[i] = column->im[i];
  fft16(re, im, 1);
#pragma unroll
  for (int i = 0; i < count; i++) {
    store4(re_out, re[at16(i)]), store4(im_out, im[at16(i)]);
    re_out += step, im_out += step;
  }
}

static void column_inverse(const float *re_in, const float *im_in, int step, int whole, Column *column) {
  v4 re[TILE], im[TILE];
#pragma unroll
  for (int i = 0; i < TILE_COLUMNS; i++) re[i] = load4(re_in + i * step), im[i] = load4(im_in + i * step);
#pragma unroll
  for (int i = TILE_COLUMNS; i < TILE; i++) {
    re[i] = whole ? load4(re_in + i * step) : re[TILE - i];
    im[i] = whole ? load4(im_in + i * step) : sub4(zero4(), im[TILE - i]);
  }
  fft16(re, im, -1);
#pragma unroll
  for (int i = 0; i < TILE; i++) column->re[i] = re[at16(i)], column->im[i] = im[at16(i)];
}

INLINE int first_frequency(int column) {
  return column == 0 ? 112 : column == 8 ? 121 : (column - 1) * TILE;
}

void fft_tile(const v4 *tile, int rows, float *re, float *im, int step) {
  Column columns[TILE_COLUMNS];
  int row = 0;
  for (; row < rows; row += 2) rows_forward(tile + row * TILE, tile + (row + 1) * TILE, row, columns);
  for (int k = 0; k < TILE_COLUMNS; k++) {
    for (int i = row; i < TILE; i++) columns[k].re[i] = columns[k].im[i] = zero4();
    int f = first_frequency(k) * step;
    if (k % 8) column_forward(&columns[k], re + f, im + f, step, TILE);
    else column_forward(&columns[k], re + f, im + f, step, TILE_COLUMNS);
  }
}

void inverse_fft_tile(const float *re, const float *im, int step, v4 *tile, int rows) {
  Column columns[TILE_COLUMNS];
  for (int k = 0; k < TILE_COLUMNS; k++) {
    int f = first_frequency(k) * step;
    column_inverse(re + f, im + f, step, k % 8, &columns[k]);
  }
  for (int row = 0; row < rows; row += 2) rows_inverse(columns, row, tile + row * TILE, tile + (row + 1) * TILE);
}
