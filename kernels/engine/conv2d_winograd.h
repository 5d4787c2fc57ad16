// 3×3 convolutions in a quarter of the multiplications: Lavin and Gray, "Fast algorithms for convolutional neural
// networks" (2016), F(4×4, 3×3). The points of interpolation are 0, infinity and the positive and negative roots of a
// half and of two, which lose a quarter as much to rounding as the paper's 1 and 2.
#pragma once
#include "conv_shape.h"
#include "epilogue.h"
#include "parallel.h"

// Whether it is the quicker way; only for stride 1, dilation 1 and channels in fours.
int winograd_suits(const ConvShape *s);

int conv2d_winograd_scratch_floats(const ConvShape *s);
int conv2d_winograd_filter_gradient_scratch_floats(const ConvShape *s);

// As conv2d_fft and conv2d_fft_filter_gradient.
void conv2d_winograd(Pool *pool, const ConvShape *s, const float *input, const float *filter, int turned,
                     const Epilogue *epilogue, float *output, float *scratch);
void conv2d_winograd_filter_gradient(Pool *pool, const ConvShape *s, const float *x, const float *dy, float *dw,
                                     float *scratch);
