// Gradient of DepthwiseConv2dNative for the filter: for each tap and channel, the sum over all pixels of input times
// dy.
//
// Three taps of a row by sixteen channels are held in registers while the pixels of a band of rows go by. The rows are
// cut into parts by the sizes alone, each with sums of its own, added in order and in double precision at the end.
#include "depthwise.h"

enum { TAPS = 3, BAND_BYTES = 128 << 10 };

typedef struct {
  ConvShape s;
  const float *x, *dy;
  float *sums;
  int multiplier, band_rows, parts, part_floats;
} FilterGradient;

static FilterGradient plan(const ConvShape *s) {
  FilterGradient g = {.s = *s, .multiplier = s->out_channels / s->in_channels};
  int taps = s->filter_height * s->filter_width, row_bytes = 4 * s->out_width * s->out_channels;
  g.band_rows = max(1, BAND_BYTES / row_bytes);
  g.parts = work_split(s->batch * s->out_height,
                       (double)s->batch * s->out_height * s->out_width * s->out_channels * taps);
  g.part_floats = taps * ((s->out_channels + 15) & ~15);
  return g;
}

EXPORT(depthwise_filter_gradient_scratch_floats)
int depthwise_filter_gradient_scratch_floats(const ConvShape *s) {
  FilterGradient g = plan(s);
  return g.parts * g.part_floats;
}

// A band of rows, a row of taps and a block of channels.
typedef struct {
  const float *x, *dy; // at output column 0
  float *sums;         // [taps][channels of the block]
  Lanes lanes;
  int rows, x_row, dy_row, channels;
} Band;

// Adds what columns begin … end - 1 give for `taps` taps from `first` on. Inlined with constants.
INLINE void add_columns(const FilterGradient *g, const Band *b, int first, int begin, int end, const int taps,
                        const int vectors, const int kind) {
  const ConvShape *s = &g->s;
  const int pixel = s->stride_x * s->in_channels, tap = s->dilation_x * s->in_channels, dy_pixel = s->out_channels;
  v4 acc[TAPS][WIDE_VECTORS];
#pragma unroll
  for (int j = 0; j < taps; j++)
#pragma unroll
    for (int v = 0; v < vectors; v++) acc[j][v] = zero4();
  for (int row = 0; row < b->rows; row++) {
    const float *x = b->x + row * b->x_row + first * tap + begin * pixel;
    const float *dy = b->dy + row * b->dy_row + begin * dy_pixel;
    for (int i = begin; i < end; i++, x += pixel, dy += dy_pixel)
#pragma unroll
      for (int v = 0; v < vectors; v++) {
        v4 d = kind == GATHERED ? load_lanes(dy, b->channels) : load4(dy + 4 * v);
#pragma unroll
        for (int j = 0; j < taps; j++) acc[j][v] = fma4(load_inputs(x + j * tap, &b->lanes, v, kind), d, acc[j][v]);
      }
  }
#pragma unroll
  for (int j = 0; j < taps; j++)
#pragma unroll
    for (int v = 0; v < vectors; v++) {
      float *sum = b->sums + ((first + j) * vectors + v) * 4;
      store4(sum, add4(load4(sum), acc[j][v]));
    }
}

typedef void Columns(const FilterGradient *g, const Band *b, int first, int begin, int end);
#define COLUMNS(name, taps, vectors, kind)                                                              \
  static __attribute__((noinline)) void name(const FilterGradient *g, const Band *b, int first, int begin, int end) { \
    add_columns(g, b, first, begin, end, taps, vectors, kind);                                          \
  }
COLUMNS(each_wide_1, 1, WIDE_VECTORS, EACH)
COLUMNS(each_wide_2, 2, WIDE_VECTORS, EACH)
COLUMNS(each_wide_3, 3, WIDE_VECTORS, EACH)
COLUMNS(each_narrow_1, 1, 1, EACH)
COLUMNS(each_narrow_2, 2, 1, EACH)
COLUMNS(each_narrow_3, 3, 1, EACH)
COLUMNS(pairs_wide_1, 1, WIDE_VECTORS, PAIRS)
COLUMNS(pairs_wide_2, 2, WIDE_VECTORS, PAIRS)
COLUMNS(pairs_wide_3, 3, WIDE_VECTORS, PAIRS)
COLUMNS(pairs_narrow_1, 1, 1, PAIRS)
COLUMNS(pairs_narrow_2, 2, 1, PAIRS)
COLUMNS(pairs_narrow_3, 3, 1, PAIRS)
COLUMNS(gathered_1, 1, 1, GATHERED)

// Taps first … first + taps - 1 share the columns where all of them lie in the image; the others are added one by
// one.
static void add_taps(const FilterGradient *g, const Band *b, int first, int taps, Columns *all, Columns *one) {
  const ConvShape *s = &g->s;
  const int width = s->out_width, at_first = first * s->dilation_x - s->pad_left;
  const int begin = min(width, taps_from(at_first, s->stride_x));
  const int end = max(begin, taps_to(at_first + (taps - 1) * s->dilation_x, s->stride_x, width, s->in_width));
  if (begin < end) all(g, b, first, begin, end);
  for (int j = 0, at = at_first; taps > 1 && j < taps; j++, at += s->dilation_x) {
    const int from = taps_from(at, s->stride_x), to = taps_to(at, s->stride_x, width, s->in_width);
    if (from < min(to, begin)) one(g, b, first + j, from, min(to, begin));
    if (max(from, end) < to) one(g, b, first + j, max(from, end), to);
  }
}

static void add_band(const FilterGradient *g, const Band *b, Columns *one, Columns *two, Columns *three) {
  int left = g->s.filter_width, first = 0;
  for (; three && left >= 3; left -= 3, first += 3) add_taps(g, b, first, 3, three, one);
  for (; two && left >= 2; left -= 2, first += 2) add_taps(g, b, first, 2, two, one);
  for (; left; left--, first++) add_taps(g, b, first, 1, one, one);
}

// Rows y … y + rows - 1 of an image, all channels. Sums are [block][taps][channels of the block].
static void add_rows(const FilterGradient *g, float *sums, int image, int y, int rows) {
  const ConvShape *s = &g->s;
  const int channels = s->out_channels, kind = kind_of(channels, g->multiplier);
  Band b = {.channels = channels, .x_row = s->stride_y * s->in_width * s->in_channels};
  b.dy_row = s->out_width * channels;
  const int vectors = block_vectors(channels, kind);
  for (int next = 0; next < channels; next += 4 * vectors) {
    int channel = block_start(next, channels, vectors);
    b.lanes = lanes_of(channel, channels, g->multiplier, kind);
    for (int ky = 0; ky < s->filter_height; ky++) {
      int at = ky * s->dilation_y - s->pad_top;
      int from = max(y, taps_from(at, s->stride_y));
      b.rows = min(y + rows, taps_to(at, s->stride_y, s->out_height, s->in_height)) - from;
      if (b.rows <= 0) continue;
      int in_row = image * s->in_height + from * s->stride_y + at;
      b.x = g->x + (in_row * s->in_width - s->pad_left) * s->in_channels + b.lanes.input;
      b.dy = g->dy + (image * s->out_height + from) * b.dy_row + channel;
      b.sums = sums + next * s->filter_height * s->filter_width + ky * s->filter_width * 4 * vectors;
      if (kind == GATHERED) add_band(g, &b, gathered_1, 0, 0);
      else if (kind == EACH && vectors > 1) add_band(g, &b, each_wide_1, each_wide_2, each_wide_3);
      else if (kind == EACH) add_band(g, &b, each_narrow_1, each_narrow_2, each_narrow_3);
      else if (vectors > 1) add_band(g, &b, pairs_wide_1, pairs_wide_2, pairs_wide_3);
      else add_band(g, &b, pairs_narrow_1, pairs_narrow_2, pairs_narrow_3);
    }
  }
}

static void add_part(void *context, int index) {
  const FilterGradient *g = context;
  const int height = g->s.out_height, rows = g->s.batch * height;
  const int end = (int)((int64_t)(index + 1) * rows / g->parts);
  float *sums = g->sums + index * g->part_floats;
  for (int i = 0; i < g->part_floats; i++) sums[i] = 0;
  for (int at = (int)((int64_t)index * rows / g->parts), count; at < end; at += count) {
    count = min(min(g->band_rows, end - at), height - at % height);
    add_rows(g, sums, at / height, at % height, count);
  }
}

// dw: [filter_height, filter_width, out_channels].
EXPORT(depthwise_filter_gradient)
void depthwise_filter_gradient(Pool *pool, const ConvShape *s, const float *x, const float *dy, float *dw,
                               float *scratch) {
  FilterGradient g = plan(s);
  g.x = x;
  g.dy = dy;
  g.sums = scratch;
  parallel(pool, add_part, &g, g.parts);

  const int channels = s->out_channels, taps = s->filter_height * s->filter_width;
  const int kind = kind_of(channels, g.multiplier);
  const int vectors = block_vectors(channels, kind), lanes = 4 * vectors;
  for (int next = 0; next < channels; next += lanes) {
    int channel = block_start(next, channels, vectors);
    for (int tap = 0; tap < taps; tap++)
      for (int lane = 0; lane < min(lanes, channels); lane++) {
        const float *sum = g.sums + next * taps + tap * lanes + lane;
        double total = 0;
        for (int part = 0; part < g.parts; part++) total += sum[part * g.part_floats];
        dw[tap * channels + channel + lane] = (float)total;
      }
  }
}
