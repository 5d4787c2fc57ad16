// The innermost loops of depthwise.c, a row of the output at a time.
//
// Three pixels by sixteen channels, eight by four, or six by four whose taps overlap, are held in registers, and all
// channels of some pixels are done before the next, as they lie in memory. Taps outside the image are left out.
#pragma once
#include "depthwise.h"

enum { WIDE_PIXELS = 3, NARROW_PIXELS = 8, GATHERED_PIXELS = 4, SLIDING_PIXELS = 6, SLIDING_TAPS = 5 };

typedef struct {
  const float *input;  // [batch, in_height, in_width, in_channels]
  const float *filter; // [taps_y, taps_x, filter_channels]
  const float *bias;   // [filter_channels]
  float *output;
  int batch, in_height, in_width, in_channels;
  int out_height, out_width, channels, multiplier, filter_channels;
  int taps_y, taps_x;
  int stride_y, stride_x; // input pixels from one output pixel to the next
  int step_y, step_x;     // input pixels from one tap to the next
  int pad_top, pad_left;
  int out_image, out_row, out_pixel; // floats from one image, row and pixel of the output to the next
  float low, high;                   // bounds of the output
  int fold;                          // how many channels are summed into one of the output
  float *rows;                       // where `fold` is above one, a row for each task
  int tasks;
} Gather;

// A row of the output, and its taps that lie in the image.
typedef struct {
  const float *input, *filter; // of the first of these taps, and where the row's first pixel has it
  float *output;
  int taps_y, out_pixel;
} Row;

// A block of channels of `count` pixels from x on, with taps first … end - 1 of each row. Inlined with constants.
INLINE void gather_block(const Gather *g, const Row *r, int channel, int x, int first, int end, const int count,
                         const int vectors, const int kind) {
  const int tap = g->step_x * g->in_channels, pixel = g->stride_x * g->in_channels;
  const Lanes lanes = lanes_of(channel, g->channels, g->multiplier, kind);
  const float *row = r->input + x * pixel + first * tap + lanes.input;
  const float *filter = r->filter + first * g->filter_channels + channel;
  v4 sums[NARROW_PIXELS][WIDE_VECTORS];
#pragma unroll
  for (int v = 0; v < vectors; v++) {
    v4 bias = load4(g->bias + channel + 4 * v);
#pragma unroll
    for (int p = 0; p < count; p++) sums[p][v] = bias;
  }
  for (int ky = 0; ky < r->taps_y; ky++) {
    const float *in = row, *w = filter;
    for (int kx = first; kx < end; kx++, in += tap, w += g->filter_channels) {
#pragma unroll
      for (int v = 0; v < vectors; v++) {
        v4 weights = load4(w + 4 * v);
#pragma unroll
        for (int p = 0; p < count; p++)
          sums[p][v] = fma4(load_inputs(in + p * pixel, &lanes, v, kind), weights, sums[p][v]);
      }
    }
    row += g->step_y * g->in_width * g->in_channels;
    filter += g->taps_x * g->filter_channels;
  }
  const v4 low = splat4(g->low), high = splat4(g->high);
#pragma unroll
  for (int p = 0; p < count; p++)
#pragma unroll
    for (int v = 0; v < vectors; v++) {
      v4 y = wasm_f32x4_min(wasm_f32x4_max(sums[p][v], low), high);
      float *to = r->output + (x + p) * r->out_pixel + channel + 4 * v;
      if (kind == GATHERED) store_lanes(to, y, g->channels - channel);
      else store4(to, y);
    }
}

// The last block is moved back to end with the channels; what it shares with the one before comes out the same.
INLINE void gather_pixels(const Gather *g, const Row *r, int x, int first, int end, const int count,
                          const int vectors, const int kind) {
  for (int next = 0; next < g->channels; next += 4 * vectors)
    gather_block(g, r, block_start(next, g->channels, vectors), x, first, end, count, vectors, kind);
}

// Six pixels side by side whose taps overlap: each input is loaded once a row. Inlined with constants.
INLINE void slide_pixels(const Gather *g, const Row *r, int x, const int taps) {
  const int tap = g->in_channels;
  const v4 low = splat4(g->low), high = splat4(g->high);
  for (int next = 0; next < g->channels; next += 4) {
    int channel = block_start(next, g->channels, 1);
    const float *in = r->input + x * tap + channel, *w = r->filter + channel;
    v4 sums[SLIDING_PIXELS], weights[SLIDING_TAPS];
#pragma unroll
    for (int p = 0; p < SLIDING_PIXELS; p++) sums[p] = load4(g->bias + channel);
    for (int ky = 0; ky < r->taps_y; ky++) {
#pragma unroll
      for (int kx = 0; kx < taps; kx++) weights[kx] = load4(w + kx * g->filter_channels);
#pragma unroll
      for (int i = 0; i < SLIDING_PIXELS + taps - 1; i++) {
        v4 input = load4(in + i * tap);
#pragma unroll
        for (int kx = 0; kx < taps; kx++)
          if (i - kx >= 0 && i - kx < SLIDING_PIXELS) sums[i - kx] = fma4(input, weights[kx], sums[i - kx]);
      }
      in += g->step_y * g->in_width * g->in_channels;
      w += taps * g->filter_channels;
    }
#pragma unroll
    for (int p = 0; p < SLIDING_PIXELS; p++)
      store4(r->output + (x + p) * r->out_pixel + channel, wasm_f32x4_min(wasm_f32x4_max(sums[p], low), high));
  }
}

static __attribute__((noinline)) void slide_3(const Gather *g, const Row *r, int x) { slide_pixels(g, r, x, 3); }
static __attribute__((noinline)) void slide_5(const Gather *g, const Row *r, int x) { slide_pixels(g, r, x, 5); }

INLINE void gather_row(const Gather *g, const Row *r, const int count, const int vectors, const int kind) {
  int last_x = (g->taps_x - 1) * g->step_x, inside = g->in_width - last_x + g->pad_left;
  int begin = min(g->out_width, taps_from(-g->pad_left, g->stride_x));
  int end = inside > 0 ? min(g->out_width, ceil_div(inside, g->stride_x)) : 0;
  int slides = kind == EACH && g->stride_x == 1 && g->step_x == 1 && (g->taps_x == 3 || g->taps_x == 5);
  for (int x = 0; x < g->out_width;) {
    if (slides && x >= begin && x + SLIDING_PIXELS <= end) {
      (g->taps_x == 3 ? slide_3 : slide_5)(g, r, x);
      x += SLIDING_PIXELS;
    } else if (x >= begin && x + count <= end) {
      gather_pixels(g, r, x, 0, g->taps_x, count, vectors, kind);
      x += count;
    } else {
      int from = x * g->stride_x - g->pad_left;
      gather_pixels(g, r, x, taps_from(from, g->step_x), taps_to(from, g->step_x, g->taps_x, g->in_width), 1, vectors,
                    kind);
      x++;
    }
  }
}

static void each_wide(const Gather *g, const Row *r) { gather_row(g, r, WIDE_PIXELS, WIDE_VECTORS, EACH); }
static void each_narrow(const Gather *g, const Row *r) { gather_row(g, r, NARROW_PIXELS, 1, EACH); }
static void pairs_wide(const Gather *g, const Row *r) { gather_row(g, r, WIDE_PIXELS, WIDE_VECTORS, PAIRS); }
static void pairs_narrow(const Gather *g, const Row *r) { gather_row(g, r, NARROW_PIXELS, 1, PAIRS); }
static void gathered(const Gather *g, const Row *r) { gather_row(g, r, GATHERED_PIXELS, 1, GATHERED); }
