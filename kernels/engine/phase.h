// The gradient of a strided convolution for its input, taken apart into convolutions of stride one.
#pragma once
#include "simd.h"

// One axis of a phase: the inputs i with (i + pad) % stride == phase, and the taps that reach them. Input
// i = first + stride * j has tap k = phase + stride * m from output j + offset - m.
typedef struct {
  int first, count, taps, offset;
} Phase;

INLINE Phase phase_of(int size, int filter, int stride, int pad, int phase) {
  Phase p;
  p.first = ((phase - pad) % stride + stride) % stride;
  p.count = p.first < size ? ceil_div(size - p.first, stride) : 0;
  p.taps = phase < filter ? ceil_div(filter - phase, stride) : 0;
  p.offset = (p.first + pad - phase) / stride;
  return p;
}
