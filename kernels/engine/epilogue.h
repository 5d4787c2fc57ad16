// What a convolution does to its sums before it stores them, in the order in which TypeScript writes it.
#pragma once
#include "simd.h"

typedef struct {
  const float *bias; // of each channel, or null
  int relu;
  const float *scale, *shift; // of each channel, or null: batch normalization with fixed moments
  int last_relu;
  int out_pixel; // floats from one pixel of the output to the next
} Epilogue;

// The last steps for channels channel..channel + 3 of which `left` are there; the bias is in the sum.
INLINE v4 finish_channels(const Epilogue *e, v4 sum, int channel, int left) {
  if (e->relu) sum = relu4(sum);
  if (e->scale) sum = fma4(sum, load_lanes(e->scale + channel, left), load_lanes(e->shift + channel, left));
  return e->last_relu ? relu4(sum) : sum;
}
