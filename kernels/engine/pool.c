// Maximum and average pooling of [batch, height, width, channels].
#include "pool.h"

INLINE v4 average(const float *x, int row, int channels, int height, int width, int lanes) {
  v4 sum = zero4();
  for (int i = 0; i < height; i++)
    for (int j = 0; j < width; j++) sum = add4(sum, load_some(x + i * row + j * channels, lanes));
  return wasm_f32x4_div(sum, splat4((float)(max(height, 0) * max(width, 0))));
}

INLINE void pool_lanes(const float *x, int row, int channels, int height, int width, float *y, const int averages,
                       int lanes) {
  if (averages) store_some(y, average(x, row, channels, height, width, lanes), lanes);
  else store_some(y, largest(x, row, channels, height, width, lanes), lanes);
}

// Apart, so that there is little code for them.
static __attribute__((noinline)) void pool_rest(const float *x, int row, int channels, int height, int width, float *y,
                                                int averages, int lanes) {
  pool_lanes(x, row, channels, height, width, y, averages, lanes);
}

INLINE void pool_window(const float *x, int row, int channels, int height, int width, float *y, const int averages) {
  int c = 0;
  for (; c + 4 <= channels; c += 4) pool_lanes(x + c, row, channels, height, width, y + c, averages, 4);
  if (c < channels) pool_rest(x + c, row, channels, height, width, y + c, averages, channels - c);
}

INLINE void pool_rows(const Pooling *p, int task, const int averages) {
  const PoolShape s = p->s;
  const float *x = p->x;
  int first = task * p->rows_per_task, last = min(first + p->rows_per_task, s.batch * s.out_height), row = in_row(&s);
  float *y = p->to + first * s.out_width * s.channels;
  for (int index = first; index < last; index++) {
    const float *image = x + index / s.out_height * s.in_height * row;
    for (int out_x = 0; out_x < s.out_width; out_x++, y += s.channels) {
      Window w = window_at(&s, index % s.out_height, out_x);
      const float *from = image + w.y * row + w.x * s.channels;
      if (w.height == 2 && w.width == 2) pool_window(from, row, s.channels, 2, 2, y, averages);
      else if (w.height == 3 && w.width == 3) pool_window(from, row, s.channels, 3, 3, y, averages);
      else pool_window(from, row, s.channels, w.height, w.width, y, averages);
    }
  }
}

static void max_pool_task(void *context, int task) { pool_rows(context, task, 0); }
static void average_pool_task(void *context, int task) { pool_rows(context, task, 1); }

EXPORT(max_pool) void max_pool(Pool *pool, const PoolShape *s, const float *x, float *y) {
  Pooling p = {.s = *s, .x = x, .to = y};
  run_rows_of_output(pool, &p, max_pool_task);
}

EXPORT(average_pool) void average_pool(Pool *pool, const PoolShape *s, const float *x, float *y) {
  Pooling p = {.s = *s, .x = x, .to = y};
  run_rows_of_output(pool, &p, average_pool_task);
}
