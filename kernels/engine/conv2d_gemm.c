// A product for each tap of the filter: the input's channels at the pixels which that tap meets,
// turned round, by those of dy. Input pixels are gathered as they are packed; outside of the image they are zeros.
#include "conv2d_gemm.h"
#include "matmul.h"
#include "simd.h"

// Measured: of larger images the sums are quicker that read the input in place.
enum { LEAST_IN_CHANNELS = 32, LEAST_OUT_CHANNELS = 16, MOST_PIXELS = 24 * 24 };

int gemm_suits(const ConvShape *s) {
  return s->in_channels >= LEAST_IN_CHANNELS && s->out_channels >= LEAST_OUT_CHANNELS &&
         s->out_height * s->out_width <= MOST_PIXELS;
}

static MatmulShape gradient_shape(const ConvShape *s) {
  return (MatmulShape){
    .batch = s->filter_height * s->filter_width,
    .rows = s->in_channels,
    .columns = s->out_channels,
    .inner = s->batch * s->out_height * s->out_width,
    .transpose_a = 1,
  };
}

int conv2d_gemm_filter_gradient_scratch_floats(const ConvShape *s) {
  MatmulShape m = gradient_shape(s);
  return matmul_scratch_floats(&m);
}

typedef struct {
  const ConvShape *s;
  const float *x;
} Gather;

static void zero_columns(float *to, int rows, int columns, int to_row) {
  for (int r = 0; r < rows; r++, to += to_row)
    for (int i = 0; i < columns; i++) to[i] = 0;
}

// Some channels of the input at `depth` output pixels, moved by a tap: to[channel][pixel].
static void gather_channels(const void *context, int tap, int channel, int channels, int first, int depth, float *to) {
  const Gather *g = context;
  const ConvShape *s = g->s;
  int ky = tap / s->filter_width * s->dilation_y - s->pad_top, kx = tap % s->filter_width * s->dilation_x - s->pad_left;
  // Output columns whose input column lies inside.
  int begin = kx < 0 ? ceil_div(-kx, s->stride_x) : 0;
  int end = s->in_width > kx ? min(s->out_width, (s->in_width - 1 - kx) / s->stride_x + 1) : 0;
  int row = first / s->out_width, x = first % s->out_width;
  for (int done = 0; done < depth; row++, x = 0) {
    int count = min(s->out_width - x, depth - done), y = row % s->out_height * s->stride_y + ky;
    int from = min(max(begin - x, 0), count), until = max(min(end - x, count), from);
    if (y < 0 || y >= s->in_height) from = until = count;
    zero_columns(to + done, channels, from, depth);
    if (until > from) {
      int pixel = (row / s->out_height * s->in_height + y) * s->in_width + (x + from) * s->stride_x + kx;
      turn(g->x + pixel * s->in_channels + channel, s->stride_x * s->in_channels, until - from, channels,
           to + done + from, depth);
    }
    zero_columns(to + done + until, channels, count - until, depth);
    done += count;
  }
}

void conv2d_gemm_filter_gradient(Pool *pool, const ConvShape *s, const float *x, const float *dy, float *dw,
                                 float *scratch) {
  MatmulShape m = gradient_shape(s);
  Gather g = {s, x};
  TurnedA a = {gather_channels, &g};
  matmul_of(pool, &m, &a, dy, dw, scratch);
}
