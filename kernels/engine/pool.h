// Windows of pooling over [batch, height, width, channels].
#pragma once
#include "columns.h"

// In the order in which TypeScript writes them.
typedef struct {
  int batch;
  int in_height, in_width, channels;
  int out_height, out_width;
  int filter_height, filter_width;
  int stride_y, stride_x;
  int pad_top, pad_left;
} PoolShape;

typedef struct {
  PoolShape s;
  const float *x, *dy;
  float *to;
  int rows_per_task; // of the output, or in gradients of overlapping windows of the input
  int bands;         // tasks an image, for the latter
} Pooling;

INLINE int in_row(const PoolShape *s) { return s->in_width * s->channels; }

INLINE v4 load_some(const float *p, int lanes) {
  if (lanes >= 4) return load4(p);
  if (lanes == 1) return wasm_v128_load32_zero(p);
  v4 pair = wasm_v128_load64_zero(p);
  return lanes == 2 ? pair : wasm_v128_load32_lane(p + 2, pair, 2);
}

INLINE void store_some(float *p, v4 v, int lanes) {
  if (lanes >= 4) {
    store4(p, v);
  } else if (lanes == 1) {
    wasm_v128_store32_lane(p, v, 0);
  } else {
    wasm_v128_store64_lane(p, v, 0);
    if (lanes == 3) wasm_v128_store32_lane(p + 2, v, 2);
  }
}

// A window's part inside the image.
typedef struct {
  int y, x, height, width;
} Window;

INLINE Window window_at(const PoolShape *s, int out_y, int out_x) {
  int y = out_y * s->stride_y - s->pad_top, x = out_x * s->stride_x - s->pad_left;
  int top = max(y, 0), left = max(x, 0);
  return (Window){top, left, min(y + s->filter_height, s->in_height) - top,
                  min(x + s->filter_width, s->in_width) - left};
}

// As in tfjs, NaN is never larger, and the maximum of nothing is -infinity.
INLINE v4 largest(const float *x, int row, int channels, int height, int width, int lanes) {
  v4 result = splat4(-__builtin_inff());
  for (int i = 0; i < height; i++)
    for (int j = 0; j < width; j++) result = wasm_f32x4_pmax(result, load_some(x + i * row + j * channels, lanes));
  return result;
}

// How many of `rows`, each with so many floats to read, make a task.
INLINE int rows_a_task(int rows, int floats) {
  if ((double)rows * floats < 2 * TASK_FLOATS) return rows;
  return max(1, max(TASK_FLOATS / floats, ceil_div(rows, MOST_TASKS)));
}

INLINE void run_rows_of_output(Pool *pool, Pooling *p, Task task) {
  int rows = p->s.batch * p->s.out_height;
  p->rows_per_task = rows_a_task(rows, in_row(&p->s) * p->s.stride_y);
  parallel(pool, task, p, ceil_div(rows, p->rows_per_task));
}
