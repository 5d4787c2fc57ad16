// Four pixels by eight output channels (or eight by four) are held in registers; input is read in place.
#include "taps.h"
#include "simd.h"

enum { WIDE_PIXELS = 4, NARROW_PIXELS = 8, BAND_BYTES = 256 << 10, TASKS = 16 };

// Adds `length` inputs at each of `pixels` places, times a block of 4 * vectors channels. Inlined with constants.
INLINE const float *accumulate(const float *const *at, int shift, int length, const float *weights, v4 sums[][2],
                               const int pixels, const int vectors) {
  const float *from[NARROW_PIXELS];
#pragma unroll
  for (int i = 0; i < pixels; i++) from[i] = at[i] + shift;
#pragma nounroll // see matmul_block.h
  for (int k = 0; k < length; k++) {
    v4 w0 = load4(weights), w1 = vectors > 1 ? load4(weights + 4) : w0;
#pragma unroll
    for (int i = 0; i < pixels; i++) {
      v4 x = loadsplat4(from[i]++);
      sums[i][0] = fma4(x, w0, sums[i][0]);
      if (vectors > 1) sums[i][1] = fma4(x, w1, sums[i][1]);
    }
    weights += 4 * vectors;
  }
  return weights;
}

// A block of channels of some rows, which may go on from one image into the next.
INLINE void gather_rows(const Taps *t, int first_row, int rows, int channel, const int pixels, const int vectors) {
  const int in_row = t->in_width * t->in_channels;
  const int last_y = (t->taps_y - 1) * t->step_y, last_x = (t->taps_x - 1) * t->step_x;
  const int left = min(t->out_channels - channel, 4 * vectors);
  const float *block = t->filter + channel * t->taps_y * t->taps_x * t->in_channels;
  const Epilogue *e = &t->epilogue;
  const v4 bias0 = e->bias ? load_lanes(e->bias + channel, left) : zero4();
  const v4 bias1 = e->bias && vectors > 1 ? load_lanes(e->bias + channel + 4, left - 4) : zero4();
  int image = first_row / t->out_height, y = first_row % t->out_height, x = 0;
  int count = rows * t->out_width;

  for (int done = 0; done < count; done += pixels) {
    const float *at[NARROW_PIXELS];
    float *to[NARROW_PIXELS];
    int ys[NARROW_PIXELS], xs[NARROW_PIXELS];
    int inside;
    const float *in_image = t->input + image * t->in_height * in_row;
    float *out_row = t->output + image * t->out_image + y * t->out_row + channel;
    int iy = y * t->stride_y - t->pad_top, ix = x * t->stride_x - t->pad_left;
    if (x + pixels <= t->out_width) {
      const float *first = in_image + iy * in_row + ix * t->in_channels;
      inside = iy >= 0 && ix >= 0 && iy + last_y < t->in_height &&
               ix + (pixels - 1) * t->stride_x + last_x < t->in_width;
#pragma unroll
      for (int i = 0; i < pixels; i++) {
        at[i] = first + i * t->stride_x * t->in_channels;
        to[i] = out_row + (x + i) * e->out_pixel;
        ys[i] = iy;
        xs[i] = ix + i * t->stride_x;
      }
      x += pixels;
    } else {
      inside = 1;
      for (int i = 0; i < pixels; i++) {
        if (x == t->out_width) {
          x = 0;
          if (++y == t->out_height) y = 0, image++;
          in_image = t->input + image * t->in_height * in_row;
          out_row = t->output + image * t->out_image + y * t->out_row + channel;
          iy = y * t->stride_y - t->pad_top;
        }
        ix = x * t->stride_x - t->pad_left;
        inside &= iy >= 0 && ix >= 0 && iy + last_y < t->in_height && ix + last_x < t->in_width;
        at[i] = in_image + iy * in_row + ix * t->in_channels;
        to[i] = out_row + x * e->out_pixel;
        ys[i] = iy;
        xs[i] = ix;
        x += done + i + 1 < count; // past the end, the last pixel again
      }
    }
    if (x == t->out_width) {
      x = 0;
      if (++y == t->out_height) y = 0, image++;
    }

    v4 sums[NARROW_PIXELS][2];
#pragma unroll
    for (int i = 0; i < pixels; i++) sums[i][0] = bias0, sums[i][1] = bias1;
    const float *weights = block;
    if (inside && t->step_x == 1) {
      for (int ky = 0; ky < t->taps_y; ky++)
        weights = accumulate(at, ky * t->step_y * in_row, t->taps_x * t->in_channels, weights, sums, pixels, vectors);
    } else {
      for (int ky = 0; ky < t->taps_y; ky++)
        for (int kx = 0; kx < t->taps_x; kx++) {
          int dy = ky * t->step_y, dx = kx * t->step_x;
          const float *tap[NARROW_PIXELS];
          for (int i = 0; i < pixels; i++) {
            int within = ys[i] + dy >= 0 && ys[i] + dy < t->in_height && xs[i] + dx >= 0 && xs[i] + dx < t->in_width;
            tap[i] = within ? at[i] + dy * in_row + dx * t->in_channels : t->zeros;
          }
          weights = accumulate(tap, 0, t->in_channels, weights, sums, pixels, vectors);
        }
    }
#pragma unroll
    for (int i = 0; i < pixels; i++) {
      if (done + i >= count) break;
      store_lanes(to[i], finish_channels(e, sums[i][0], channel, left), left);
      if (vectors > 1) store_lanes(to[i] + 4, finish_channels(e, sums[i][1], channel + 4, left - 4), left - 4);
    }
  }
}

static void wide_rows(const Taps *t, int first_row, int rows, int channel) {
  gather_rows(t, first_row, rows, channel, WIDE_PIXELS, 2);
}

static void narrow_rows(const Taps *t, int first_row, int rows, int channel) {
  gather_rows(t, first_row, rows, channel, NARROW_PIXELS, 1);
}

static void gather_band(void *context, int index) {
  const Taps *t = context;
  int band = index / t->block_groups, group = index % t->block_groups;
  int first_row = band * t->band_rows, rows = min(t->band_rows, t->batch * t->out_height - first_row);
  int end = min((group + 1) * t->blocks_per_group * WIDE, t->out_channels);
  for (int channel = group * t->blocks_per_group * WIDE; channel < end; channel += WIDE)
    (t->out_channels - channel > NARROW ? wide_rows : narrow_rows)(t, first_row, rows, channel);
}

void gather_taps(Pool *pool, Taps *t) {
  int rows = t->batch * t->out_height;
  int row_bytes = t->in_width * t->in_channels * t->stride_y * (int)sizeof(float);
  t->band_rows = max(1, min(BAND_BYTES / row_bytes, ceil_div(rows, TASKS)));
  int bands = ceil_div(rows, t->band_rows), blocks = ceil_div(t->out_channels, WIDE);
  t->blocks_per_group = ceil_div(blocks, min(blocks, ceil_div(TASKS, bands)));
  t->block_groups = ceil_div(blocks, t->blocks_per_group);
  parallel(pool, gather_band, t, bands * t->block_groups);
}
