// The gradient of a convolution for its filter, as matrix products.
#pragma once
#include "conv_shape.h"
#include "parallel.h"

int gemm_suits(const ConvShape *s);

int conv2d_gemm_filter_gradient_scratch_floats(const ConvShape *s);

void conv2d_gemm_filter_gradient(Pool *pool, const ConvShape *s, const float *x, const float *dy, float *dw,
                                 float *scratch);
