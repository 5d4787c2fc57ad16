// Conv2D, and its gradient for the input: the same with the filter turned round, for each phase of the stride.
#include "conv2d_fft.h"
#include "conv2d_winograd.h"
#include "conv_shape.h"
#include "phase.h"
#include "simd.h"
#include "taps.h"

INLINE int aligned(int floats) { return (floats + 15) & ~15; }

EXPORT(conv2d_scratch_floats) int conv2d_scratch_floats(const ConvShape *s) {
  if (fft_suits(s)) return conv2d_fft_scratch_floats(s);
  if (winograd_suits(s)) return conv2d_winograd_scratch_floats(s);
  return aligned(s->in_channels) + packed_floats(s->filter_height * s->filter_width, s->in_channels, s->out_channels);
}

INLINE const float *zeros_at(float *scratch, int channels) {
  for (int i = 0; i < channels; i++) scratch[i] = 0;
  return scratch;
}

typedef struct {
  const float *filter;
  float *packed;
  int inputs, out_channels;
} Packing;

static void pack_block(void *context, int block) {
  const Packing *p = context;
  int channel = block * WIDE, next, at = packed_at(p->inputs, p->out_channels, channel, &next);
  int width = min(next, p->out_channels - channel);
  const float *from = p->filter + channel;
  for (int k = 0; k < p->inputs; k++, at += next, from += p->out_channels)
    for (int i = 0; i < width; i++) p->packed[at + i] = from[i];
}

// filter: [filter_height, filter_width, in_channels, out_channels].
EXPORT(conv2d)
void conv2d(Pool *pool, const ConvShape *s, const float *input, const float *filter, const Epilogue *epilogue,
            float *output, float *scratch) {
  if (fft_suits(s)) {
    conv2d_fft(pool, s, input, filter, 0, epilogue, output, scratch);
    return;
  }
  if (winograd_suits(s)) {
    conv2d_winograd(pool, s, input, filter, 0, epilogue, output, scratch);
    return;
  }
  int inputs = s->filter_height * s->filter_width * s->in_channels;
  float *packed = scratch + aligned(s->in_channels);
  Packing packing = {filter, packed, inputs, s->out_channels};
  parallel(pool, pack_block, &packing, ceil_div(s->out_channels, WIDE));
  Taps taps = {
    .input = input,
    .filter = packed,
    .zeros = zeros_at(scratch, s->in_channels),
    .output = output,
    .batch = s->batch,
    .in_height = s->in_height,
    .in_width = s->in_width,
    .in_channels = s->in_channels,
    .out_height = s->out_height,
    .out_width = s->out_width,
    .out_channels = s->out_channels,
    .taps_y = s->filter_height,
    .taps_x = s->filter_width,
    .stride_y = s->stride_y,
    .stride_x = s->stride_x,
    .step_y = s->dilation_y,
    .step_x = s->dilation_x,
    .pad_top = s->pad_top,
    .pad_left = s->pad_left,
    .out_image = s->out_height * s->out_width * epilogue->out_pixel,
    .out_row = s->out_width * epilogue->out_pixel,
    .epilogue = *epilogue,
  };
  gather_taps(pool, &taps);
}

// The convolution of dy that gives the input's gradient, where stride is 1.
static ConvShape turned_shape(const ConvShape *s) {
  ConvShape t = *s;
  t.in_height = s->out_height, t.in_width = s->out_width, t.in_channels = s->out_channels;
  t.out_height = s->in_height, t.out_width = s->in_width, t.out_channels = s->in_channels;
  t.pad_top = (s->filter_height - 1) * s->dilation_y - s->pad_top;
  t.pad_left = (s->filter_width - 1) * s->dilation_x - s->pad_left;
  return t;
}

EXPORT(conv2d_input_gradient_scratch_floats) int conv2d_input_gradient_scratch_floats(const ConvShape *s) {
  ConvShape turned = turned_shape(s);
  if (fft_suits(&turned)) return conv2d_fft_scratch_floats(&turned);
  if (winograd_suits(&turned)) return conv2d_winograd_scratch_floats(&turned);
  return aligned(s->out_channels) + packed_floats(s->filter_height * s->filter_width, s->out_channels, s->in_channels);
}

// Gradient for the input, of [batch, in_height, in_width, in_channels]. Where a stride is above 1, dilation is 1.
EXPORT(conv2d_input_gradient)
void conv2d_input_gradient(Pool *pool, const ConvShape *s, const float *dy, const float *filter, float *dx,
                           float *scratch) {
  ConvShape turned = turned_shape(s);
  Epilogue plain = {.out_pixel = s->in_channels};
  if (fft_suits(&turned)) {
    conv2d_fft(pool, &turned, dy, filter, 1, &plain, dx, scratch);
    return;
  }
  if (winograd_suits(&turned)) {
    conv2d_winograd(pool, &turned, dy, filter, 1, &plain, dx, scratch);
    return;
  }
  const float *zeros = zeros_at(scratch, s->out_channels);
  float *packed = scratch + aligned(s->out_channels);
  for (int py = 0; py < s->stride_y; py++)
    for (int px = 0; px < s->stride_x; px++) {
      // A dilated filter has stride 1, and one phase that holds all of its taps.
      Phase y = phase_of(s->in_height, s->filter_height, s->stride_y, s->pad_top, py);
      Phase x = phase_of(s->in_width, s->filter_width, s->stride_x, s->pad_left, px);
      if (y.count == 0 || x.count == 0) continue;
      int inputs = y.taps * x.taps * s->out_channels;
      for (int channel = 0; channel < s->in_channels; channel++) {
        int next, at = packed_at(inputs, s->in_channels, channel, &next);
        for (int my = y.taps - 1; my >= 0; my--)
          for (int mx = x.taps - 1; mx >= 0; mx--) {
            int ky = py + s->stride_y * my, kx = px + s->stride_x * mx;
            const float *tap = filter + ((ky * s->filter_width + kx) * s->in_channels + channel) * s->out_channels;
            for (int k = 0; k < s->out_channels; k++, at += next) packed[at] = tap[k];
          }
      }
      Taps taps = {
        .input = dy,
        .filter = packed,
        .zeros = zeros,
        .output = dx + (y.first * s->in_width + x.first) * s->in_channels,
        .batch = s->batch,
        .in_height = s->out_height,
        .in_width = s->out_width,
        .in_channels = s->out_channels,
        .out_height = y.count,
        .out_width = x.count,
        .out_channels = s->in_channels,
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
        .epilogue = {.out_pixel = s->stride_x * s->in_channels},
      };
      gather_taps(pool, &taps);
    }
}
