// The gradients of maximum and average pooling.
#include "pool.h"

INLINE void lanes_gradient(const float *x, int row, int channels, int height, int width, const float *dy, float *dx,
                           int from, int to, v4 share, const int averages, const int add, int lanes) {
  v4 gradient = load_some(dy, lanes), maximum = zero4(), wanted = zero4();
  if (averages) {
    gradient = mul4(gradient, share);
  } else {
    maximum = largest(x, row, channels, height, width, lanes);
    wanted = wasm_f32x4_ne(maximum, splat4(-__builtin_inff()));
  }
  for (int i = 0; i < height; i++)
    for (int j = 0; j < width; j++) {
      int at = i * row + j * channels;
      v4 given = gradient;
      if (!averages) {
        v4 here = wasm_v128_and(wanted, wasm_f32x4_eq(load_some(x + at, lanes), maximum));
        wanted = wasm_v128_andnot(wanted, here);
        given = wasm_v128_and(gradient, here);
      }
      if (i < from || i >= to) continue;
      store_some(dx + at, add ? add4(load_some(dx + at, lanes), given) : given, lanes);
    }
}

static __attribute__((noinline)) void rest_gradient(const float *x, int row, int channels, int height, int width,
                                                    const float *dy, float *dx, int from, int to, v4 share,
                                                    int averages, int add, int lanes) {
  lanes_gradient(x, row, channels, height, width, dy, dx, from, to, share, averages, add, lanes);
}

// Gives dy to the window's first largest value, or a share of it to all. Rows outside [from, to) are another task's.
INLINE void window_gradient(const float *x, int row, int channels, int height, int width, const float *dy, float *dx,
                            int from, int to, v4 share, const int averages, const int add) {
  int c = 0;
  for (; c + 4 <= channels; c += 4)
    lanes_gradient(x + c, row, channels, height, width, dy + c, dx + c, from, to, share, averages, add, 4);
  if (c < channels)
    rest_gradient(x + c, row, channels, height, width, dy + c, dx + c, from, to, share, averages, add, channels - c);
}

static void clear(float *p, int count) { __builtin_memset(p, 0, (unsigned)count * sizeof(float)); }

// Windows side by side, all inside the image: each row of the output has rows of dx of its own.
INLINE void gradient_rows(const Pooling *p, int task, const int averages) {
  const PoolShape s = p->s;
  int first = task * p->rows_per_task, last = min(first + p->rows_per_task, s.batch * s.out_height), row = in_row(&s);
  int covered = s.out_width * s.filter_width * s.channels;
  const float *dy = p->dy + first * s.out_width * s.channels;
  v4 share = splat4(1.0f / (float)(s.filter_height * s.filter_width));
  for (int index = first; index < last; index++) {
    int out_y = index % s.out_height;
    int at = (index / s.out_height * s.in_height + out_y * s.filter_height) * row;
    float *dx = p->to + at;
    const float *x = p->x + at;
    for (int out_x = 0; out_x < s.out_width; out_x++, dy += s.channels) {
      int from = out_x * s.filter_width * s.channels;
      if (s.filter_height == 2 && s.filter_width == 2)
        window_gradient(x + from, row, s.channels, 2, 2, dy, dx + from, 0, 2, share, averages, 0);
      else
        window_gradient(x + from, row, s.channels, s.filter_height, s.filter_width, dy, dx + from, 0,
                        s.filter_height, share, averages, 0);
    }
    if (covered < row)
      for (int i = 0; i < s.filter_height; i++) clear(dx + i * row + covered, row - covered);
    int left = s.in_height - s.out_height * s.filter_height;
    if (out_y == s.out_height - 1 && left > 0) clear(dx + s.filter_height * row, left * row);
  }
}

// Any windows: a task adds up what those that reach a band of the input give to it.
INLINE void gradient_band(const Pooling *p, int task, const int averages) {
  const PoolShape s = p->s;
  int image = task / p->bands, row = in_row(&s);
  int top = task % p->bands * p->rows_per_task, bottom = min(top + p->rows_per_task, s.in_height);
  const float *x = p->x + image * s.in_height * row;
  float *dx = p->to + image * s.in_height * row;
  v4 share = splat4(1.0f / (float)(s.filter_height * s.filter_width));
  clear(dx + top * row, (bottom - top) * row);
  // The first window that ends below the band's top, up to those that start above its bottom.
  int reach = top + s.pad_top - s.filter_height + 1;
  int first = reach <= 0 ? 0 : ceil_div(reach, s.stride_y);
  for (int out_y = first; out_y < s.out_height && out_y * s.stride_y - s.pad_top < bottom; out_y++)
    for (int out_x = 0; out_x < s.out_width; out_x++) {
      Window w = window_at(&s, out_y, out_x);
      int at = w.y * row + w.x * s.channels;
      const float *dy = p->dy + ((image * s.out_height + out_y) * s.out_width + out_x) * s.channels;
      int from = top - w.y, to = bottom - w.y;
      if (w.height == 3 && w.width == 3 && from <= 0 && to >= 3)
        window_gradient(x + at, row, s.channels, 3, 3, dy, dx + at, 0, 3, share, averages, 1);
      else
        window_gradient(x + at, row, s.channels, w.height, w.width, dy, dx + at, from, to, share, averages, 1);
    }
}

static void max_rows_task(void *context, int task) { gradient_rows(context, task, 0); }
static void average_rows_task(void *context, int task) { gradient_rows(context, task, 1); }
static void max_band_task(void *context, int task) { gradient_band(context, task, 0); }
static void average_band_task(void *context, int task) { gradient_band(context, task, 1); }

static void pool_gradient(Pool *pool, Pooling *p, Task rows_task, Task band_task) {
  const PoolShape *s = &p->s;
  int apart = s->stride_y == s->filter_height && s->stride_x == s->filter_width && s->pad_top == 0 &&
              s->pad_left == 0 && s->out_height * s->filter_height <= s->in_height &&
              s->out_width * s->filter_width <= s->in_width;
  if (apart) {
    run_rows_of_output(pool, p, rows_task);
    return;
  }
  // Windows across two bands are searched twice: few of them.
  p->rows_per_task = max(rows_a_task(s->in_height, in_row(s)), 4 * s->filter_height);
  p->bands = ceil_div(s->in_height, p->rows_per_task);
  parallel(pool, band_task, p, s->batch * p->bands);
}

EXPORT(max_pool_grad)
void max_pool_grad(Pool *pool, const PoolShape *s, const float *x, const float *dy, float *dx) {
  Pooling p = {.s = *s, .x = x, .dy = dy, .to = dx};
  pool_gradient(pool, &p, max_rows_task, max_band_task);
}

// A window's gradient is divided by the filter's whole size, as tfjs does it, also at padded borders.
EXPORT(average_pool_grad)
void average_pool_grad(Pool *pool, const PoolShape *s, const float *dy, float *dx) {
  Pooling p = {.s = *s, .x = dy, .dy = dy, .to = dx};
  pool_gradient(pool, &p, average_rows_task, average_band_task);
}
