// Batch normalisation over all but the last axis: with the batch's statistics, their gradient, and with given ones.
#include "columns.h"

// A task's part of the statistics: [period] sums of x - pivot, of its square, and pivots, all doubles but the last.
INLINE int part_doubles(const Columns *c) { return 2 * c->period + c->period / 2; }

typedef struct {
  Columns columns;
  const float *x, *dy;
  float *to;
  double *parts;     // one a task
  const float *rows; // values a channel, repeated over a row each
} BatchNorm;

INLINE const float *constant(const BatchNorm *b, int index) { return b->rows + index * b->columns.period; }

// What the tasks' sums take, and after them up to five rows of constants.
EXPORT(batch_norm_scratch_bytes) int batch_norm_scratch_bytes(int size, int channels) {
  Columns c = columns_of(size, channels);
  return c.tasks * part_doubles(&c) * (int)sizeof(double) + 5 * c.period * (int)sizeof(float);
}

INLINE float *rows_after(const Columns *c, double *parts) { return (float *)(parts + c->tasks * part_doubles(c)); }

typedef struct {
  const float *x, *pivots;
} Moments;

INLINE void value_terms(const void *context, int at, int column, int lanes, v4 terms[MOST_SUMS]) {
  (void)column;
  terms[0] = load_lanes(((const Moments *)context)->x + at, lanes);
}

INLINE void moment_terms(const void *context, int at, int column, int lanes, v4 terms[MOST_SUMS]) {
  const Moments *m = context;
  v4 x = sub4(load_lanes(m->x + at, lanes), load4(m->pivots + column));
  terms[0] = x;
  terms[1] = mul4(x, x);
}

// Sums are of distances from a pivot close to the mean, so that single precision loses nothing: the mean of the
// task's first run, which its caches still hold when it is read again.
static void moments_task(void *context, int task) {
  const BatchNorm b = *(const BatchNorm *)context;
  const Columns *c = &b.columns;
  double *sums = b.parts + task * part_doubles(c);
  float *pivots = (float *)(sums + 2 * c->period);
  Moments m = {b.x, pivots};
  int first = task * c->rows_per_task, rows = min(run_rows(c), min(c->rows_per_task, c->rows - first));
  if (rows > 0) {
    for (int i = 0; i < c->period; i++) sums[i] = 0;
    sum_rows(c, first, first + rows, value_terms, &m, 1, sums);
    for (int i = 0; i < c->period; i++) pivots[i] = (float)(sums[i] / rows);
  } else {
    fill_row(c, b.x, pivots);
  }
  sum_task(c, task, moment_terms, &m, 2, sums);
}

// How many values of a task lie in a column.
INLINE int column_count(const Columns *c, int task, int column) {
  int first = task * c->rows_per_task, last = task == c->tasks - 1;
  return min(first + c->rows_per_task, c->rows) - first + (last && column < c->tail);
}

static void channel_moments(const BatchNorm *b, int channel, double *mean, double *variance) {
  const Columns *c = &b->columns;
  double n = (double)(c->size / c->channels), total = 0, squares = 0;
  for (int task = 0; task < c->tasks; task++) {
    const double *sums = b->parts + task * part_doubles(c);
    const float *pivots = (const float *)(sums + 2 * c->period);
    for (int column = channel; column < c->period; column += c->channels)
      total += sums[column] + (double)column_count(c, task, column) * pivots[column];
  }
  *mean = total / n;
  for (int task = 0; task < c->tasks; task++) {
    const double *sums = b->parts + task * part_doubles(c);
    const float *pivots = (const float *)(sums + 2 * c->period);
    for (int column = channel; column < c->period; column += c->channels) {
      double count = column_count(c, task, column), away = *mean - pivots[column];
      if (count > 0) squares += sums[c->period + column] - 2 * away * sums[column] + count * away * away;
    }
  }
  *variance = squares < 0 ? 0 : squares / n;
}

enum { MEAN, SCALE, SHIFT };

INLINE void normalise_lanes(const void *context, int at, int column, int lanes) {
  const BatchNorm *b = context;
  v4 x = sub4(load_lanes(b->x + at, lanes), load4(constant(b, MEAN) + column));
  v4 y = fma4(x, load4(constant(b, SCALE) + column), load4(constant(b, SHIFT) + column));
  store_lanes(b->to + at, y, lanes);
}

static void normalise_task(void *context, int task) {
  const BatchNorm b = *(const BatchNorm *)context;
  // From the end, of which caches still hold something.
  map_rows(&b.columns, b.columns.tasks - 1 - task, normalise_lanes, &b);
}

// Repeats the first `channels` values of each of `count` rows over the row.
static void repeat(const Columns *c, float *rows, int count) {
  for (int k = 0; k < count; k++)
    for (int i = c->channels; i < c->period; i++) rows[k * c->period + i] = rows[k * c->period + i - c->channels];
}

EXPORT(batch_norm_training)
void batch_norm_training(Pool *pool, int size, int channels, const float *x, const float *gamma, const float *beta,
                         double epsilon, float *y, float *mean, float *variance, double *scratch) {
  BatchNorm b = {.columns = columns_of(size, channels), .x = x, .to = y, .parts = scratch};
  const Columns *c = &b.columns;
  parallel(pool, moments_task, &b, c->tasks);
  float *rows = rows_after(c, scratch);
  for (int i = 0; i < channels; i++) {
    double m, v;
    channel_moments(&b, i, &m, &v);
    mean[i] = rows[i] = (float)m;
    variance[i] = (float)v;
    rows[SCALE * c->period + i] = (float)(gamma[i] / __builtin_sqrt(v + epsilon));
    rows[SHIFT * c->period + i] = beta[i];
  }
  repeat(c, rows, 3);
  b.rows = rows;
  parallel(pool, normalise_task, &b, c->tasks);
}

// With given statistics; gamma and beta may be null.
EXPORT(batch_norm)
void batch_norm(Pool *pool, int size, int channels, const float *x, const float *mean, const float *variance,
                const float *gamma, const float *beta, double epsilon, float *y, double *scratch) {
  BatchNorm b = {.columns = columns_of(size, channels), .x = x, .to = y};
  const Columns *c = &b.columns;
  float *rows = rows_after(c, scratch);
  for (int i = 0; i < channels; i++) {
    rows[i] = mean[i];
    rows[SCALE * c->period + i] = (float)((gamma ? gamma[i] : 1.0f) / __builtin_sqrt(variance[i] + epsilon));
    rows[SHIFT * c->period + i] = beta ? beta[i] : 0.0f;
  }
  repeat(c, rows, 3);
  b.rows = rows;
  parallel(pool, normalise_task, &b, c->tasks);
}

INLINE void gradient_terms(const void *context, int at, int column, int lanes, v4 terms[MOST_SUMS]) {
  const BatchNorm *b = context;
  v4 x = sub4(load_lanes(b->x + at, lanes), load4(constant(b, MEAN) + column));
  terms[0] = load_lanes(b->dy + at, lanes);
  terms[1] = mul4(terms[0], x);
}

static void gradient_sums_task(void *context, int task) {
  const BatchNorm b = *(const BatchNorm *)context;
  sum_task(&b.columns, task, gradient_terms, &b, 2, b.parts + task * part_doubles(&b.columns));
}

enum { OF_DY = 1, OF_X, CONSTANT };

INLINE void gradient_lanes(const void *context, int at, int column, int lanes) {
  const BatchNorm *b = context;
  v4 x = sub4(load_lanes(b->x + at, lanes), load4(constant(b, MEAN) + column));
  v4 dx = fma4(x, load4(constant(b, OF_X) + column), load4(constant(b, CONSTANT) + column));
  store_lanes(b->to + at, fma4(load_lanes(b->dy + at, lanes), load4(constant(b, OF_DY) + column), dx), lanes);
}

static void gradient_task(void *context, int task) {
  const BatchNorm b = *(const BatchNorm *)context;
  map_rows(&b.columns, b.columns.tasks - 1 - task, gradient_lanes, &b);
}

// dx may be null: then only the channels' gradients are wanted.
EXPORT(batch_norm_training_grad)
void batch_norm_training_grad(Pool *pool, int size, int channels, const float *dy, const float *x, const float *gamma,
                              const float *mean, const float *variance, double epsilon, float *dx, float *d_gamma,
                              float *d_beta, double *scratch) {
  BatchNorm b = {.columns = columns_of(size, channels), .x = x, .dy = dy, .to = dx, .parts = scratch};
  const Columns *c = &b.columns;
  float *rows = rows_after(c, scratch);
  for (int i = 0; i < channels; i++) rows[i] = mean[i];
  repeat(c, rows, 1);
  b.rows = rows;
  parallel(pool, gradient_sums_task, &b, c->tasks);
  double n = (double)(size / channels);
  for (int i = 0; i < channels; i++) {
    double r = 1 / __builtin_sqrt(variance[i] + epsilon), scale = gamma[i] * r;
    double sum = channel_sum(c, scratch, part_doubles(c), i);
    double product = r * channel_sum(c, scratch + c->period, part_doubles(c), i);
    d_beta[i] = (float)sum;
    d_gamma[i] = (float)product;
    rows[OF_DY * c->period + i] = (float)scale;
    rows[OF_X * c->period + i] = (float)(-scale * r * product / n);
    rows[CONSTANT * c->period + i] = (float)(-scale * sum / n);
  }
  if (!dx) return;
  repeat(c, rows, 4);
  parallel(pool, gradient_task, &b, c->tasks);
}
