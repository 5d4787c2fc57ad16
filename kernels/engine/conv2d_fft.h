// Convolutions with large filters by Fourier transforms of 16×16 tiles.
#pragma once
#include "conv_shape.h"
#include "epilogue.h"
#include "parallel.h"

// Whether it is the quicker way; only for stride 1, dilation 1 and channels in fours.
int fft_suits(const ConvShape *s);

int conv2d_fft_scratch_floats(const ConvShape *s);
int conv2d_fft_filter_gradient_scratch_floats(const ConvShape *s);

// As conv2d; with `turned` the filter is [height, width, out_channels, in_channels] and turned by 180 degrees.
void conv2d_fft(Pool *pool, const ConvShape *s, const float *input, const float *filter, int turned, const Epilogue *epilogue, float *output, float *scratch);

// As conv2d_filter_gradient.
void conv2d_fft_filter_gradient(Pool *pool, const ConvShape *s, const float *x, const float *dy, float *dw,
                                float *scratch);
