// Discrete Fourier transforms of 16×16 tiles, four channels at a time.
//
// A transformed tile is FREQUENCIES complex numbers a channel: those of a real tile that its symmetry does not repeat,
// column by column of the second axis: columns 1 to 7 whole, and rows 0 to 8 of columns 0 and 8.
#pragma once
#include "simd.h"

enum { TILE = 16, FREQUENCIES = 130, TILE_COLUMNS = 9 };

// 256 of an inverse transform, and twice two of the pairs of rows that share a complex transform.
#define TILE_SCALE (1.0f / (256 * 4))

// A complex column of a half-transformed tile.
typedef struct {
  v4 re[TILE], im[TILE];
} Column;

// Real tile [16][16], of which only the first `rows` are not zero, to 2 * its transform; element f goes to
// re + f * step and im + f * step.
void fft_tile(const v4 *tile, int rows, float *re, float *im, int step);

// The first `rows` rows of the inverse of a transform, times 1 / TILE_SCALE when both factors came from fft_tile.
void inverse_fft_tile(const float *re, const float *im, int step, v4 *tile, int rows);
