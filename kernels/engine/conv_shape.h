// The sizes of a convolution, in the order in which TypeScript writes them.
#pragma once

typedef struct {
  int batch;
  int in_height, in_width, in_channels;
  int out_height, out_width, out_channels;
  int filter_height, filter_width;
  int stride_y, stride_x;
  int dilation_y, dilation_x;
  int pad_top, pad_left;
} ConvShape;
