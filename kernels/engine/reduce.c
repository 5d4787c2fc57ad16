// Sums in double precision over the middle axis of [outer, reduced, inner].
#include "columns.h"

// An `inner` up to here is summed as rows of a few pixels each; more are cut into strips of columns.
enum { NARROW_INNER = 512, STRIP = 256, STRIP_FLOATS = 32 << 10 };

typedef struct {
  Columns columns; // of one outer index, where inner is narrow
  const float *x;
  float *y;
  double divisor;
  int outer, reduced, inner;
  int outer_per_task; // or 0: an outer index is several tasks,
  int parts;          // as many as this,
  int part;           // each of so many floats, rows or columns
  double *sums;       // [outer][parts] of 1 or a row
} Reduce;

INLINE v4 low(v4 x) { return wasm_f64x2_promote_low_f32x4(x); }
INLINE v4 high(v4 x) { return low(wasm_i32x4_shuffle(x, x, 2, 3, 2, 3)); }

static double sum_line(const float *x, int size) {
  v4 sums[8];
  for (int v = 0; v < 8; v++) sums[v] = zero4();
  int i = 0;
  for (; i + 16 <= size; i += 16)
#pragma unroll
    for (int v = 0; v < 4; v++) {
      v4 values = load4(x + i + 4 * v);
      sums[2 * v] = wasm_f64x2_add(sums[2 * v], low(values));
      sums[2 * v + 1] = wasm_f64x2_add(sums[2 * v + 1], high(values));
    }
  double total = 0;
  for (; i < size; i++) total += x[i];
  for (int v = 0; v < 8; v++) total += wasm_f64x2_extract_lane(sums[v], 0) + wasm_f64x2_extract_lane(sums[v], 1);
  return total;
}

INLINE void add_block(const float *x, int rows, int stride, double *sums, const int vectors) {
  v4 totals[2 * VECTORS];
#pragma unroll
  for (int v = 0; v < 2 * vectors; v++) totals[v] = load4(sums + 2 * v);
  for (int row = 0; row < rows; row++, x += stride)
#pragma unroll
    for (int v = 0; v < vectors; v++) {
      v4 values = load4(x + 4 * v);
      totals[2 * v] = wasm_f64x2_add(totals[2 * v], low(values));
      totals[2 * v + 1] = wasm_f64x2_add(totals[2 * v + 1], high(values));
    }
#pragma unroll
  for (int v = 0; v < 2 * vectors; v++) store4(sums + 2 * v, totals[v]);
}

// Adds rows, `stride` floats apart, to the sums of their columns.
static void add_rows(const float *x, int rows, int stride, int columns, double *sums) {
  int run = max(4, min(2 * RUN_FLOATS / columns, 256));
  for (int first = 0; first < rows; first += run, x += run * stride) {
    int count = min(run, rows - first), column = 0;
    for (; column + BLOCK <= columns; column += BLOCK) add_block(x + column, count, stride, sums + column, VECTORS);
    for (; column + 4 <= columns; column += 4) add_block(x + column, count, stride, sums + column, 1);
    for (; column < columns; column++)
      for (int row = 0; row < count; row++) sums[column] += x[row * stride + column];
  }
}

static void clear(double *sums, int count) {
  for (int i = 0; i < count; i++) sums[i] = 0;
}

// Columns' sums to the channels' values.
static void write_channels(const Reduce *r, int outer, const double *sums, int rows) {
  for (int channel = 0; channel < r->inner; channel++) {
    double total = 0;
    for (int row = 0; row < rows; row++)
      for (int column = channel; column < r->columns.period; column += r->inner)
        total += sums[row * r->columns.period + column];
    r->y[outer * r->inner + channel] = (float)(total / r->divisor);
  }
}

static void add_tail(const Reduce *r, const float *x, double *sums) {
  const float *tail = x + r->columns.rows * r->columns.period;
  for (int column = 0; column < r->columns.tail; column++) sums[column] += tail[column];
}

static void reduce_wide(const Reduce *r, int outer, int first, int last) {
  double sums[STRIP];
  for (int column = first; column < last; column += STRIP) {
    int columns = min(STRIP, last - column);
    clear(sums, columns);
    add_rows(r->x + outer * r->reduced * r->inner + column, r->reduced, r->inner, columns, sums);
    for (int i = 0; i < columns; i++) r->y[outer * r->inner + column + i] = (float)(sums[i] / r->divisor);
  }
}

static void reduce_whole(const Reduce *r, int outer) {
  const float *x = r->x + outer * r->reduced * r->inner;
  if (r->inner == 1) {
    r->y[outer] = (float)(sum_line(x, r->reduced) / r->divisor);
  } else if (r->inner > NARROW_INNER) {
    reduce_wide(r, outer, 0, r->inner);
  } else {
    double sums[4 * NARROW_INNER];
    clear(sums, r->columns.period);
    add_rows(x, r->columns.rows, r->columns.period, r->columns.period, sums);
    add_tail(r, x, sums);
    write_channels(r, outer, sums, 1);
  }
}

static void reduce_part(const Reduce *r, int outer, int part) {
  const float *x = r->x + outer * r->reduced * r->inner;
  int first = part * r->part;
  if (r->inner == 1) {
    r->sums[outer * r->parts + part] = sum_line(x + first, min(r->part, r->reduced - first));
  } else if (r->inner > NARROW_INNER) {
    reduce_wide(r, outer, first, min(first + r->part, r->inner));
  } else {
    int period = r->columns.period;
    double *sums = r->sums + (outer * r->parts + part) * period;
    clear(sums, period);
    add_rows(x + first * period, min(r->part, r->columns.rows - first), period, period, sums);
    if (part == r->parts - 1) add_tail(r, x, sums);
  }
}

static void reduce_task(void *context, int task) {
  const Reduce *r = context;
  if (r->outer_per_task == 0) {
    reduce_part(r, task / r->parts, task % r->parts);
    return;
  }
  int first = task * r->outer_per_task, last = min(first + r->outer_per_task, r->outer);
  for (int outer = first; outer < last; outer++) reduce_whole(r, outer);
}

static Reduce reduce_of(int outer, int reduced, int inner) {
  Reduce r = {.columns = columns_of(reduced * inner, inner), .outer = outer, .reduced = reduced, .inner = inner};
  int size = reduced * inner;
  r.parts = 1;
  if (outer * size < 2 * TASK_FLOATS) {
    r.outer_per_task = outer;
  } else if (size <= 2 * TASK_FLOATS) {
    r.outer_per_task = max(1, TASK_FLOATS / size);
  } else {
    if (inner == 1) {
      r.part = max(TASK_FLOATS, ceil_div(size, MOST_TASKS));
      r.parts = ceil_div(size, r.part);
    } else if (inner > NARROW_INNER) {
      r.part = STRIP * max(1, ceil_div(TASK_FLOATS, reduced * STRIP));
      r.parts = ceil_div(inner, r.part);
    } else {
      r.part = r.columns.rows_per_task;
      r.parts = r.columns.tasks;
    }
  }
  return r;
}

EXPORT(reduce_scratch_bytes) int reduce_scratch_bytes(int outer, int reduced, int inner) {
  Reduce r = reduce_of(outer, reduced, inner);
  if (r.outer_per_task || inner > NARROW_INNER) return 0;
  return outer * r.parts * (inner == 1 ? 1 : r.columns.period) * (int)sizeof(double);
}

// x: [outer, reduced, inner], y: [outer, inner]; sums are divided by `divisor`.
EXPORT(reduce_sum)
void reduce_sum(Pool *pool, int outer, int reduced, int inner, const float *x, float *y, double divisor,
                double *scratch) {
  Reduce r = reduce_of(outer, reduced, inner);
  r.x = x;
  r.y = y;
  r.divisor = divisor;
  r.sums = scratch;
  parallel(pool, reduce_task, &r, r.outer_per_task ? ceil_div(outer, r.outer_per_task) : outer * r.parts);
  if (r.outer_per_task || inner > NARROW_INNER) return;
  for (int o = 0; o < outer; o++) {
    if (inner == 1) {
      double total = 0;
      for (int part = 0; part < r.parts; part++) total += scratch[o * r.parts + part];
      y[o] = (float)(total / divisor);
    } else {
      write_channels(&r, o, scratch + o * r.parts * r.columns.period, r.parts);
    }
  }
}
