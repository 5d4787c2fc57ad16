// Tensors seen as a matrix whose columns repeat with the channels, so that any number of channels fits vectors: a row
// has `period` floats, a multiple of four and of the channels; what is left after the last whole row is the tail.
#pragma once
#include "parallel.h"
#include "simd.h"

typedef struct {
  int size, channels, period, rows, tail;
  int tasks, rows_per_task;
} Columns;

enum { VECTORS = 4, BLOCK = 4 * VECTORS, TASK_FLOATS = 32 << 10, MOST_TASKS = 64, RUN_FLOATS = 4 << 10 };

// A task's rows are read in so many places at once: what lies beyond the caches comes up to twice as fast.
enum { STREAMS = 4 };

INLINE Columns columns_of(int size, int channels) {
  int odd = channels % 4 == 0 ? 1 : channels % 2 == 0 ? 2 : 4;
  int period = channels * odd;
  int whole = period % 16 == 0 ? 1 : period % 8 == 0 ? 2 : 4;
  period = period * whole <= 512 ? period * whole : period * ceil_div(BLOCK, period);
  Columns c = {.size = size, .channels = channels, .period = period, .rows = size / period, .tail = size % period};
  int tasks = size < 2 * TASK_FLOATS ? 1 : min(MOST_TASKS, size / TASK_FLOATS);
  c.rows_per_task = max(1, ceil_div(c.rows, tasks));
  c.tasks = max(1, ceil_div(c.rows, c.rows_per_task));
  return c;
}

// Of four lanes that start at column `at` of the tail.
INLINE int lanes_left(const Columns *c, int at) { return min(4, c->tail - at); }

// Repeats a value a channel over a row.
INLINE void fill_row(const Columns *c, const float *values, float *row) {
  for (int i = 0, channel = 0; i < c->period; i++) {
    row[i] = values[channel];
    if (++channel == c->channels) channel = 0;
  }
}

// Work on the lanes from float `at` of the tensor on, which lie at column `column`; lanes < 4 only in the tail.
typedef void (*Map)(const void *context, int at, int column, int lanes);

INLINE void map_row(const Columns *c, int at, Map map, const void *context) {
  int column = 0;
  for (; column + BLOCK <= c->period; column += BLOCK)
#pragma unroll
    for (int v = 0; v < VECTORS; v++) map(context, at + column + 4 * v, column + 4 * v, 4);
  for (; column < c->period; column += 4) map(context, at + column, column, 4);
}

// Inlined with a constant `map`.
INLINE void map_rows(const Columns *c, int task, Map map, const void *context) {
  int first = task * c->rows_per_task, last = min(first + c->rows_per_task, c->rows);
  int each = max(0, last - first) / STREAMS;
  for (int i = 0; i < each * STREAMS; i++)
    map_row(c, (first + i % STREAMS * each + i / STREAMS) * c->period, map, context);
  for (int row = first + each * STREAMS; row < last; row++) map_row(c, row * c->period, map, context);
  if (task == c->tasks - 1)
    for (int column = 0; column < c->tail; column += 4)
      map(context, c->rows * c->period + column, column, lanes_left(c, column));
}

// What to add up at the lanes from float `at` on, `count` of them.
enum { MOST_SUMS = 2 };
typedef void (*Terms)(const void *context, int at, int column, int lanes, v4 terms[MOST_SUMS]);

INLINE void add_doubles(double *to, v4 values, int lanes) {
  if (lanes == 4) {
    store4(to, wasm_f64x2_add(load4(to), wasm_f64x2_promote_low_f32x4(values)));
    v4 high = wasm_i32x4_shuffle(values, values, 2, 3, 2, 3);
    store4(to + 2, wasm_f64x2_add(load4(to + 2), wasm_f64x2_promote_low_f32x4(high)));
  } else {
    float each[4];
    store4(each, values);
    for (int i = 0; i < lanes; i++) to[i] += each[i];
  }
}

// Rows of `streams` places, `apart` floats from one to the next.
INLINE void sum_run(int at, int rows, int streams, int apart, int period, int column, const int vectors, Terms terms,
                    const void *context, const int count, double *sums) {
  v4 totals[MOST_SUMS][VECTORS];
#pragma unroll
  for (int k = 0; k < count; k++)
#pragma unroll
    for (int v = 0; v < vectors; v++) totals[k][v] = zero4();
  for (int row = 0; row < rows; row++, at += period)
    for (int stream = 0; stream < streams; stream++)
#pragma unroll
      for (int v = 0; v < vectors; v++) {
        v4 values[MOST_SUMS];
        terms(context, at + stream * apart + column + 4 * v, column + 4 * v, 4, values);
#pragma unroll
        for (int k = 0; k < count; k++) totals[k][v] = add4(totals[k][v], values[k]);
      }
#pragma unroll
  for (int k = 0; k < count; k++)
#pragma unroll
    for (int v = 0; v < vectors; v++) add_doubles(sums + k * period + column + 4 * v, totals[k][v], 4);
}

INLINE int run_rows(const Columns *c) { return max(16, min(RUN_FLOATS / c->period, 256)); }

INLINE void sum_runs(const Columns *c, int first, int rows, int run, int streams, int apart, Terms terms,
                     const void *context, const int count, double *sums) {
  for (int done = 0; done < rows; done += run) {
    int now = min(run, rows - done), at = (first + done) * c->period, column = 0;
    for (; column + BLOCK <= c->period; column += BLOCK)
      sum_run(at, now, streams, apart, c->period, column, VECTORS, terms, context, count, sums);
    for (; column < c->period; column += 4)
      sum_run(at, now, streams, apart, c->period, column, 1, terms, context, count, sums);
  }
}

// Adds terms of some rows to `sums`, [count][period]: in single precision over a run, then in double.
INLINE void sum_rows(const Columns *c, int first, int last, Terms terms, const void *context, const int count,
                     double *sums) {
  int run = run_rows(c), each = max(0, last - first) / STREAMS;
  // What is left over is a second turn, of one stream.
  for (int turn = 0; turn < 2; turn++) {
    int streams = turn ? 1 : STREAMS, from = turn ? first + each * STREAMS : first;
    sum_runs(c, from, turn ? last - from : each, run / streams, streams, each * c->period, terms, context, count,
             sums);
  }
}

// All of a task's sums, which it clears first. Inlined with a constant `terms` and `count`.
INLINE void sum_task(const Columns *c, int task, Terms terms, const void *context, const int count, double *sums) {
  for (int i = 0; i < count * c->period; i++) sums[i] = 0;
  int first = task * c->rows_per_task;
  sum_rows(c, first, min(first + c->rows_per_task, c->rows), terms, context, count, sums);
  if (task != c->tasks - 1) return;
  for (int column = 0; column < c->tail; column += 4) {
    v4 values[MOST_SUMS];
    int lanes = lanes_left(c, column);
    terms(context, c->rows * c->period + column, column, lanes, values);
    for (int k = 0; k < count; k++) add_doubles(sums + k * c->period + column, values[k], lanes);
  }
}

// The sum of a channel over tasks, whose sums lie `stride` doubles apart.
INLINE double channel_sum(const Columns *c, const double *sums, int stride, int channel) {
  double total = 0;
  for (int task = 0; task < c->tasks; task++)
    for (int column = channel; column < c->period; column += c->channels) total += sums[task * stride + column];
  return total;
}
