// Convolution by taps: each output pixel gathers taps_y * taps_x input pixels.
#pragma once
#include "epilogue.h"
#include "parallel.h"

typedef struct {
  const float *input;  // [batch, in_height, in_width, in_channels]
  const float *filter; // packed, see pack_bytes
  const float *zeros;  // in_channels of them, read for taps outside the image
  float *output;
  int batch, in_height, in_width, in_channels;
  int out_height, out_width, out_channels;
  int taps_y, taps_x;
  int stride_y, stride_x; // input pixels from one output pixel to the next
  int step_y, step_x;     // input pixels from one tap to the next
  int pad_top, pad_left;
  int out_image, out_row; // floats from one image and row of the output to the next
  Epilogue epilogue;
  // Set by gather_taps.
  int band_rows, block_groups, blocks_per_group;
} Taps;

// Output channels lie in blocks of eight, the last of four where that is enough; a block is [tap][in_channels][block].
enum { WIDE = 8, NARROW = 4 };

static inline int packed_floats(int taps, int in_channels, int out_channels) {
  return (out_channels + WIDE - 1) / WIDE * WIDE * taps * in_channels;
}

// Where, in a packed filter, the first of `taps * in_channels` weights of an output channel lies, and how far the next.
static inline int packed_at(int inputs, int out_channels, int channel, int *next) {
  int block = channel / WIDE * WIDE;
  *next = out_channels - block <= NARROW ? NARROW : WIDE;
  return block * inputs + channel - block;
}

void gather_taps(Pool *pool, Taps *taps);
