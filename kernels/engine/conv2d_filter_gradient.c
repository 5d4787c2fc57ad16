// Gradient of Conv2D for the filter: for each tap, the sum over all pixels of input times dy.
//
// The taps of a row and their channels lie side by side in the input, so four of those "columns" by eight output
// channels are held in registers while the pixels of a band of rows go by. What is added up is cut into parts
// by the sizes alone, each with sums of its own, added in order at the end.
#include "conv2d_fft.h"
#include "conv2d_gemm.h"
#include "conv2d_winograd.h"
#include "conv_shape.h"
#include "parallel.h"
#include "simd.h"

enum { COLUMNS = 4, CHANNELS = 8, BLOCK = COLUMNS * CHANNELS, BAND_BYTES = 24 << 10, TASKS = 16, PART_FLOATS = 4 << 20 };

typedef struct {
  ConvShape s;
  const float *x, *dy;
  float *dw, *sums, *bands;
  int segments, segment_step; // runs of columns that lie side by side: one a row of taps, or with dilation one a tap
  int columns;                // of a segment
  int column_blocks, channel_blocks;
  int padded_width, padded_channels; // of the copies in a band
  int copy_x, copy_dy;
  int band_rows, band_floats;
  int blocks, part_floats; // column blocks of the whole filter; floats in one part's sums
  int parts, splits;       // tasks: parts of the images by splits of the column blocks
} FilterGradient;

static FilterGradient plan(const ConvShape *s) {
  FilterGradient g = {.s = *s};
  g.segments = s->dilation_x == 1 ? 1 : s->filter_width;
  g.segment_step = s->dilation_x * s->in_channels;
  g.columns = s->dilation_x == 1 ? s->filter_width * s->in_channels : s->in_channels;
  g.column_blocks = ceil_div(g.columns, COLUMNS);
  g.channel_blocks = ceil_div(s->out_channels, CHANNELS);
  g.blocks = s->filter_height * g.segments * g.column_blocks;
  g.part_floats = g.blocks * g.channel_blocks * BLOCK;

  int last_x = (s->out_width - 1) * s->stride_x + (s->filter_width - 1) * s->dilation_x;
  int last_y = (s->out_height - 1) * s->stride_y + (s->filter_height - 1) * s->dilation_y;
  int pads = s->pad_left > 0 || s->pad_top > 0 || last_x >= s->in_width || last_y >= s->in_height;
  g.copy_x = pads || g.columns < COLUMNS;
  g.copy_dy = s->out_channels % CHANNELS != 0;
  g.padded_width = g.copy_x ? last_x + 1 : s->in_width;
  g.padded_channels = g.channel_blocks * CHANNELS;

  int row_bytes = 4 * (s->stride_y * g.padded_width * s->in_channels + s->out_width * g.padded_channels);
  g.band_rows = max(1, min(BAND_BYTES / row_bytes, s->out_height));
  int in_rows = (g.band_rows - 1) * s->stride_y + (s->filter_height - 1) * s->dilation_y + 1;
  g.band_floats = (g.copy_x ? in_rows * g.padded_width * s->in_channels + 16 : 0) +
                  (g.copy_dy ? g.band_rows * s->out_width * g.padded_channels : 0);
  g.band_floats = (g.band_floats + 15) & ~15;
  g.parts = max(1, min(min(s->batch, TASKS), PART_FLOATS / g.part_floats));
  g.splits = min(g.blocks, ceil_div(TASKS, g.parts));
  return g;
}

EXPORT(conv2d_filter_gradient_scratch_floats) int conv2d_filter_gradient_scratch_floats(const ConvShape *s) {
  if (fft_suits(s)) return conv2d_fft_filter_gradient_scratch_floats(s);
  if (winograd_suits(s)) return conv2d_winograd_filter_gradient_scratch_floats(s);
  if (gemm_suits(s)) return conv2d_gemm_filter_gradient_scratch_floats(s);
  FilterGradient g = plan(s);
  return g.parts * (g.part_floats + g.splits * g.band_floats);
}

// Copies input rows first..first + rows of an image, with zeros for what lies outside.
static void copy_rows(const FilterGradient *g, const float *image, int first, int rows, float *to) {
  const ConvShape *s = &g->s;
  int channels = s->in_channels, width = g->padded_width * channels;
  int left = min(s->pad_left * channels, width);
  int inside = min(s->in_width * channels, width - left);
  for (int row = first; row < first + rows; row++, to += width) {
    if (row < 0 || row >= s->in_height) {
      for (int i = 0; i < width; i++) to[i] = 0;
      continue;
    }
    const float *from = image + row * s->in_width * channels;
    for (int i = 0; i < left; i++) to[i] = 0;
    __builtin_memcpy(to + left, from, inside * sizeof(float));
    for (int i = left + inside; i < width; i++) to[i] = 0;
  }
}

static void copy_dy(const FilterGradient *g, const float *from, int pixels, float *to) {
  int channels = g->s.out_channels;
  for (int p = 0; p < pixels; p++, from += channels, to += g->padded_channels) {
    for (int c = 0; c < channels; c++) to[c] = from[c];
    for (int c = channels; c < g->padded_channels; c++) to[c] = 0;
  }
}

// Adds to a block of sums what the pixels of some rows give.
static void add_block(const float *x, int x_pixel, int x_row, const float *dy, int dy_pixel, int rows, int width,
                      float *sums) {
  v4 acc[COLUMNS][2];
#pragma unroll
  for (int j = 0; j < COLUMNS; j++) acc[j][0] = acc[j][1] = zero4();
  for (int row = 0; row < rows; row++) {
    const float *px = x + row * x_row;
#pragma nounroll // see matmul_block.h
    for (int i = 0; i < width; i++, px += x_pixel, dy += dy_pixel) {
      v4 d0 = load4(dy), d1 = load4(dy + 4);
#pragma unroll
      for (int j = 0; j < COLUMNS; j++) {
        v4 v = loadsplat4(px + j);
        acc[j][0] = fma4(v, d0, acc[j][0]);
        acc[j][1] = fma4(v, d1, acc[j][1]);
      }
    }
  }
#pragma unroll
  for (int j = 0; j < COLUMNS; j++)
#pragma unroll
    for (int v = 0; v < 2; v++) {
      float *sum = sums + j * CHANNELS + v * 4;
      store4(sum, add4(load4(sum), acc[j][v]));
    }
}

// The last block of a segment is moved back to end with it, and its first columns are counted in the one before.
INLINE int first_column(const FilterGradient *g, int block) {
  return min(block * COLUMNS, max(0, g->columns - COLUMNS));
}

static void add_part(void *context, int index) {
  const FilterGradient *g = context;
  const ConvShape *s = &g->s;
  int part = index / g->splits, split = index % g->splits;
  int first_block = split * g->blocks / g->splits, end_block = (split + 1) * g->blocks / g->splits;
  float *sums = g->sums + part * g->part_floats;
  for (int i = first_block * g->channel_blocks * BLOCK; i < end_block * g->channel_blocks * BLOCK; i++) sums[i] = 0;

  int first_image = part * s->batch / g->parts, end_image = (part + 1) * s->batch / g->parts;
  for (int image = first_image; image < end_image; image++)
    for (int y = 0; y < s->out_height; y += g->band_rows) {
      int rows = min(g->band_rows, s->out_height - y);
      int in_row = y * s->stride_y - s->pad_top;
      const float *x = g->x + image * s->in_height * s->in_width * s->in_channels;
      const float *dy = g->dy + (image * s->out_height + y) * s->out_width * s->out_channels;
      float *band = g->bands + index * g->band_floats;
      if (g->copy_x) {
        int in_rows = (rows - 1) * s->stride_y + (s->filter_height - 1) * s->dilation_y + 1;
        copy_rows(g, x, in_row, in_rows, band);
        x = band;
        band += in_rows * g->padded_width * s->in_channels + 16;
      } else {
        x += in_row * s->in_width * s->in_channels;
      }
      if (g->copy_dy) {
        copy_dy(g, dy, rows * s->out_width, band);
        dy = band;
      }
      int x_row = g->padded_width * s->in_channels;
      for (int block = first_block; block < end_block; block++) {
        int segment = block / g->column_blocks % g->segments, ky = block / g->column_blocks / g->segments;
        const float *columns = x + ky * s->dilation_y * x_row + segment * g->segment_step +
                               first_column(g, block % g->column_blocks);
        for (int c = 0; c < g->channel_blocks; c++)
          add_block(columns, s->stride_x * s->in_channels, s->stride_y * x_row, dy + c * CHANNELS, g->padded_channels,
                    rows, s->out_width, sums + (block * g->channel_blocks + c) * BLOCK);
      }
    }
}

// dw: [filter_height, filter_width, in_channels, out_channels].
EXPORT(conv2d_filter_gradient)
void conv2d_filter_gradient(Pool *pool, const ConvShape *s, const float *x, const float *dy, float *dw,
                            float *scratch) {
  if (fft_suits(s)) {
    conv2d_fft_filter_gradient(pool, s, x, dy, dw, scratch);
    return;
  }
  if (winograd_suits(s)) {
    conv2d_winograd_filter_gradient(pool, s, x, dy, dw, scratch);
    return;
  }
  if (gemm_suits(s)) {
    conv2d_gemm_filter_gradient(pool, s, x, dy, dw, scratch);
    return;
  }
  FilterGradient g = plan(s);
  g.x = x;
  g.dy = dy;
  g.sums = scratch;
  g.bands = scratch + g.parts * g.part_floats;
  parallel(pool, add_part, &g, g.parts * g.splits);

  for (int block = 0; block < g.blocks; block++) {
    int row = block / g.column_blocks, first = first_column(&g, block % g.column_blocks);
    for (int j = 0; j < min(COLUMNS, g.columns); j++)
      for (int c = 0; c < s->out_channels; c++) {
        const float *sum = g.sums + (block * g.channel_blocks + c / CHANNELS) * BLOCK + j * CHANNELS + c % CHANNELS;
        float total = 0;
        for (int part = 0; part < g.parts; part++) total += sum[part * g.part_floats];
        dw[(row * g.columns + first + j) * s->out_channels + c] = total;
      }
  }
}
