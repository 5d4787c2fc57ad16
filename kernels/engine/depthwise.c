// DepthwiseConv2dNative, and its gradient for the input: the same with the filter turned round, for each phase of the
// stride, summed over the channel multiplier.
#include "depthwise_gather.h"
#include "phase.h"

// Adds up each run of `fold` channels.
static void fold_row(const Gather *g, const float *row, float *to) {
  for (int x = 0; x < g->out_width; x++, to += g->out_pixel)
    for (int c = 0; c < g->channels / g->fold; c++) {
      float sum = *row++;
      for (int i = 1; i < g->fold; i++) sum += *row++;
      to[c] = sum;
    }
}

static void gather_rows(void *context, int index) {
  const Gather *g = context;
  const int rows = g->batch * g->out_height, kind = kind_of(g->channels, g->multiplier);
  const int vectors = block_vectors(g->channels, kind);
  const int end_row = (int)((int64_t)(index + 1) * rows / g->tasks);
  for (int at = (int)((int64_t)index * rows / g->tasks); at < end_row; at++) {
    int image = at / g->out_height, y = at % g->out_height, from = y * g->stride_y - g->pad_top;
    int first = taps_from(from, g->step_y), end = taps_to(from, g->step_y, g->taps_y, g->in_height);
    const float *input = g->input + ((image * g->in_height + from + first * g->step_y) * g->in_width - g->pad_left) *
                                      g->in_channels;
    float *output = g->output + image * g->out_image + y * g->out_row;
    float *to = g->fold > 1 ? g->rows + index * g->out_width * g->channels : output;
    Row r = {.input = input, .output = to, .taps_y = max(0, end - first)};
    r.filter = g->filter + first * g->taps_x * g->filter_channels;
    r.out_pixel = g->fold > 1 ? g->channels : g->out_pixel;
    if (kind == GATHERED) gathered(g, &r);
    else if (kind == EACH) (vectors > 1 ? each_wide : each_narrow)(g, &r);
    else (vectors > 1 ? pairs_wide : pairs_narrow)(g, &r);
    if (g->fold > 1) fold_row(g, to, output);
  }
}

INLINE double products_of(const ConvShape *s) {
  return (double)s->batch * s->out_height * s->out_width * s->out_channels * s->filter_height * s->filter_width;
}

INLINE int padded(int channels) { return max(channels, 4); }

EXPORT(depthwise_scratch_floats) int depthwise_scratch_floats(const ConvShape *s) {
  return padded(s->out_channels) + (s->out_channels < 4 ? s->filter_height * s->filter_width * 4 : 0);
}

// filter: [filter_height, filter_width, out_channels]; bias: [out_channels] or null; the output lies in low … high.
EXPORT(depthwise)
void depthwise(Pool *pool, const ConvShape *s, const float *input, const float *filter, const float *bias,
               float *output, float low, float high, float *scratch) {
  int taps = s->filter_height * s->filter_width, channels = s->out_channels;
  for (int c = 0; c < padded(channels); c++) scratch[c] = bias && c < channels ? bias[c] : 0;
  if (channels < 4) {
    float *copy = scratch + 4;
    for (int i = 0; i < taps; i++)
      for (int c = 0; c < 4; c++) copy[i * 4 + c] = c < channels ? filter[i * channels + c] : 0;
    filter = copy;
  }
  Gather g = {
    .input = input,
    .filter = filter,
    .bias = scratch,
    .output = output,
    .batch = s->batch,
    .in_height = s->in_height,
    .in_width = s->in_width,
    .in_channels = s->in_channels,
    .out_height = s->out_height,
    .out_width = s->out_width,
    .channels = channels,
    .multiplier = channels / s->in_channels,
    .filter_channels = padded(channels),
    .taps_y = s->filter_height,
    .taps_x = s->filter_width,
    .stride_y = s->stride_y,
    .stride_x = s->stride_x,
    .step_y = s->dilation_y,
    .step_x = s->dilation_x,
    .pad_top = s->pad_top,
    .pad_left = s->pad_left,
    .out_image = s->out_height * s->out_width * channels,
    .out_row = s->out_width * channels,
    .out_pixel = channels,
    .low = low,
    .high = high,
    .fold = 1,
    .tasks = work_split(s->batch * s->out_height, products_of(s)),
  };
  parallel(pool, gather_rows, &g, g.tasks);
}

EXPORT(depthwise_input_gradient_scratch_floats)
int depthwise_input_gradient_scratch_floats(const ConvShape *s) {
  int rows = s->out_channels > s->in_channels ? MAX_PARALLEL * s->in_width * s->out_channels : 0;
  return (1 + s->filter_height * s->filter_width) * padded(s->out_channels) + rows;
}

// Gradient for the input, of [batch, in_height, in_width, in_channels]. Where a stride is above 1, dilation is 1.
EXPORT(depthwise_input_gradient)
void depthwise_input_gradient(Pool *pool, const ConvShape *s, const float *dy, const float *filter, float *dx,
                              float *scratch) {
  int channels = s->out_channels, filter_channels = padded(channels);
  float *packed = scratch + filter_channels;
  for (int c = 0; c < filter_channels; c++) scratch[c] = 0;
  for (int py = 0; py < s->stride_y; py++)
    for (int px = 0; px < s->stride_x; px++) {
      Phase y = phase_of(s->in_height, s->filter_height, s->stride_y, s->pad_top, py);
      Phase x = phase_of(s->in_width, s->filter_width, s->stride_x, s->pad_left, px);
      if (y.count == 0 || x.count == 0) continue;
      float *turned = packed;
      for (int my = y.taps - 1; my >= 0; my--)
        for (int mx = x.taps - 1; mx >= 0; mx--, turned += filter_channels) {
          const float *tap = filter + ((py + s->stride_y * my) * s->filter_width + px + s->stride_x * mx) * channels;
          for (int c = 0; c < filter_channels; c++) turned[c] = c < channels ? tap[c] : 0;
        }
      Gather g = {
        .input = dy,
        .filter = packed,
        .bias = scratch,
        .output = dx + (y.first * s->in_width + x.first) * s->in_channels,
        .batch = s->batch,
        .in_height = s->out_height,
        .in_width = s->out_width,
        .in_channels = channels,
        .out_height = y.count,
        .out_width = x.count,
        .channels = channels,
        .multiplier = 1,
        .filter_channels = filter_channels,
        .taps_y = y.taps,
        .taps_x = x.taps,
        .stride_y = 1,
        .stride_x = 1,
        .step_y = s->dilation_y,
        .step_x = s->dilation_x,
        .pad_top = (y.taps - 1) * s->dilation_y - y.offset,
        .pad_left = (x.taps - 1) * s->dilation_x - x.offset,
        .out_image = s->in_height * s->in_width * s->in_channels,
        .out_row = s->stride_y * s->in_width * s->in_channels,
        .out_pixel = s->stride_x * s->in_channels,
        .low = -__builtin_inff(),
        .high = __builtin_inff(),
        .fold = channels / s->in_channels,
        .rows = packed + s->filter_height * s->filter_width * filter_channels,
        .tasks = work_split(s->batch * y.count, products_of(s) / (s->stride_y * s->stride_x)),
      };
      parallel(pool, gather_rows, &g, g.tasks);
    }
}
