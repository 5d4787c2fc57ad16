// A step of Adam for one variable.
#include "columns.h"

typedef struct {
  Columns columns;
  const float *value, *gradient, *first, *second;
  float *new_value, *new_first, *new_second;
  float learning_rate, epsilon, beta1, rest1, beta2, rest2, correction1, correction2;
} Adam;

INLINE void adam_lanes(const void *context, int at, int column, int lanes) {
  (void)column;
  const Adam *a = context;
  v4 gradient = load_lanes(a->gradient + at, lanes);
  v4 first = add4(mul4(load_lanes(a->first + at, lanes), splat4(a->beta1)), mul4(gradient, splat4(a->rest1)));
  v4 square = mul4(mul4(gradient, gradient), splat4(a->rest2));
  v4 second = add4(mul4(load_lanes(a->second + at, lanes), splat4(a->beta2)), square);
  v4 root = wasm_f32x4_sqrt(wasm_f32x4_div(second, splat4(a->correction2)));
  v4 step = wasm_f32x4_div(wasm_f32x4_div(first, splat4(a->correction1)), add4(root, splat4(a->epsilon)));
  store_lanes(a->new_value + at, sub4(load_lanes(a->value + at, lanes), mul4(step, splat4(a->learning_rate))), lanes);
  store_lanes(a->new_first + at, first, lanes);
  store_lanes(a->new_second + at, second, lanes);
}

static void adam_task(void *context, int task) {
  const Adam a = *(const Adam *)context;
  map_rows(&a.columns, task, adam_lanes, &a);
}

// rest = 1 - beta, correction = 1 - beta to the power of the step.
EXPORT(adam_update)
void adam_update(Pool *pool, int size, const float *value, const float *gradient, const float *first,
                 const float *second, float *new_value, float *new_first, float *new_second, float learning_rate,
                 float epsilon, float beta1, float rest1, float beta2, float rest2, float correction1,
                 float correction2) {
  Adam a = {
    .columns = columns_of(size, BLOCK),
    .value = value,
    .gradient = gradient,
    .first = first,
    .second = second,
    .new_value = new_value,
    .new_first = new_first,
    .new_second = new_second,
    .learning_rate = learning_rate,
    .epsilon = epsilon,
    .beta1 = beta1,
    .rest1 = rest1,
    .beta2 = beta2,
    .rest2 = rest2,
    .correction1 = correction1,
    .correction2 = correction2,
  };
  parallel(pool, adam_task, &a, a.columns.tasks);
}
