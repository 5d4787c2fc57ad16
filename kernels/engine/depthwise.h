// What the depthwise kernels share: channels in blocks of vectors, and the inputs that belong to them.
#pragma once
#include "conv_shape.h"
#include "parallel.h"
#include "simd.h"

enum { WIDE_VECTORS = 4, TASK_PRODUCTS = 1 << 18, MAX_PARALLEL = 16 };

// How four output channels find their inputs: one each, one for two, or by offsets.
enum { EACH = 1, PAIRS = 2, GATHERED = 0 };

// Output channel o belongs to input channel o / multiplier.
typedef struct {
  int input;      // the first input channel
  int offsets[4]; // of the lanes' inputs after it, for GATHERED
} Lanes;

INLINE int kind_of(int channels, int multiplier) {
  return channels < 4 || multiplier > 2 ? GATHERED : multiplier == 2 ? PAIRS : EACH;
}

INLINE Lanes lanes_of(int channel, int channels, int multiplier, const int kind) {
  Lanes l = {.input = kind == EACH ? channel : kind == PAIRS ? channel / 2 : channel / multiplier};
  if (kind == GATHERED)
    for (int i = 0; i < 4; i++) l.offsets[i] = min(channel + i, channels - 1) / multiplier - l.input;
  return l;
}

// Inlined with constants: the inputs of output channels 4 * v … 4 * v + 3 of a block.
INLINE v4 load_inputs(const float *p, const Lanes *l, const int v, const int kind) {
  if (kind == EACH) return load4(p + 4 * v);
  if (kind == PAIRS) {
    v4 two = wasm_v128_load64_zero(p + 2 * v);
    return wasm_i32x4_shuffle(two, two, 0, 0, 1, 1);
  }
  v4 four = loadsplat4(p);
  four = wasm_v128_load32_lane(p + l->offsets[1], four, 1);
  four = wasm_v128_load32_lane(p + l->offsets[2], four, 2);
  return wasm_v128_load32_lane(p + l->offsets[3], four, 3);
}

// How many vectors a block of channels has.
INLINE int block_vectors(int channels, int kind) {
  return kind != GATHERED && channels >= 4 * WIDE_VECTORS ? WIDE_VECTORS : 1;
}

// The last block is moved back to end with the channels.
INLINE int block_start(int channel, int channels, int vectors) { return max(0, min(channel, channels - 4 * vectors)); }

// Multiples of `step` from `first` on that lie in 0 … size - 1: the first of `count` of them, and the one after the
// last.
INLINE int taps_from(int first, int step) { return first < 0 ? ceil_div(-first, step) : 0; }
INLINE int taps_to(int first, int step, int count, int size) {
  return first >= size ? 0 : min(count, ceil_div(size - first, step));
}

INLINE int work_split(int units, double products) {
  int enough = products >= (double)TASK_PRODUCTS * MAX_PARALLEL;
  return max(1, min(units, enough ? MAX_PARALLEL : (int)(products / TASK_PRODUCTS)));
}
