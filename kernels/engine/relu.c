// ReLU, its gradient, and the gradient of a bias.
#include "columns.h"

typedef struct {
  Columns columns;
  const float *x, *y;
  float *to;
  double *sums; // [tasks][period]
} Relu;

// 0 also for -0; NaN stays.
INLINE void relu_lanes(const void *context, int at, int column, int lanes) {
  (void)column;
  const Relu *r = context;
  v4 x = load_lanes(r->x + at, lanes);
  store_lanes(r->to + at, wasm_v128_andnot(x, wasm_f32x4_le(x, zero4())), lanes);
}

static void relu_task(void *context, int task) {
  const Relu r = *(const Relu *)context;
  map_rows(&r.columns, task, relu_lanes, &r);
}

EXPORT(relu) void relu(Pool *pool, int size, const float *x, float *y) {
  Relu r = {.columns = columns_of(size, BLOCK), .x = x, .to = y};
  parallel(pool, relu_task, &r, r.columns.tasks);
}

INLINE v4 relu_gradient(const Relu *r, int at, int lanes) {
  v4 positive = wasm_f32x4_gt(load_lanes(r->y + at, lanes), zero4());
  return wasm_v128_and(load_lanes(r->x + at, lanes), positive);
}

INLINE void relu_grad_lanes(const void *context, int at, int column, int lanes) {
  (void)column;
  const Relu *r = context;
  store_lanes(r->to + at, relu_gradient(r, at, lanes), lanes);
}

static void relu_grad_task(void *context, int task) {
  const Relu r = *(const Relu *)context;
  map_rows(&r.columns, task, relu_grad_lanes, &r);
}

// y: ReLU's output.
EXPORT(relu_grad) void relu_grad(Pool *pool, int size, const float *dy, const float *y, float *dx) {
  Relu r = {.columns = columns_of(size, BLOCK), .x = dy, .y = y, .to = dx};
  parallel(pool, relu_grad_task, &r, r.columns.tasks);
}

EXPORT(bias_grad_scratch_bytes) int bias_grad_scratch_bytes(int size, int channels) {
  Columns c = columns_of(size, channels);
  return c.tasks * c.period * (int)sizeof(double);
}

INLINE void relu_bias_terms(const void *context, int at, int column, int lanes, v4 terms[MOST_SUMS]) {
  (void)column;
  const Relu *r = context;
  terms[0] = relu_gradient(r, at, lanes);
  store_lanes(r->to + at, terms[0], lanes);
}

static void relu_bias_task(void *context, int task) {
  const Relu r = *(const Relu *)context;
  sum_task(&r.columns, task, relu_bias_terms, &r, 1, r.sums + task * r.columns.period);
}

INLINE void bias_terms(const void *context, int at, int column, int lanes, v4 terms[MOST_SUMS]) {
  (void)column;
  terms[0] = load_lanes(((const Relu *)context)->x + at, lanes);
}

static void bias_task(void *context, int task) {
  const Relu r = *(const Relu *)context;
  sum_task(&r.columns, task, bias_terms, &r, 1, r.sums + task * r.columns.period);
}

static void write_sums(const Relu *r, float *to) {
  for (int channel = 0; channel < r->columns.channels; channel++)
    to[channel] = (float)channel_sum(&r->columns, r->sums, r->columns.period, channel);
}

EXPORT(relu_bias_grad)
void relu_bias_grad(Pool *pool, int size, int channels, const float *dy, const float *y, float *dz, float *d_bias,
                    double *scratch) {
  Relu r = {.columns = columns_of(size, channels), .x = dy, .y = y, .to = dz, .sums = scratch};
  parallel(pool, relu_bias_task, &r, r.columns.tasks);
  write_sums(&r, d_bias);
}

EXPORT(bias_add_grad)
void bias_add_grad(Pool *pool, int size, int channels, const float *dy, float *d_bias, double *scratch) {
  Relu r = {.columns = columns_of(size, channels), .x = dy, .sums = scratch};
  parallel(pool, bias_task, &r, r.columns.tasks);
  write_sums(&r, d_bias);
}
