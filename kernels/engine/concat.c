// Concatenation of tensors of four-byte elements, seen as rows of [outer, width], and the reverse.
#include "columns.h"

// In the order in which TypeScript writes them; after it come each part's address and width.
typedef struct {
  int outer, parts;
  struct {
    float *values;
    int width;
  } part[];
} Parts;

typedef struct {
  const Parts *parts;
  float *whole;
  int width, rows_per_task;
} Concat;

INLINE void copy_rows(const float *from, int from_next, float *to, int to_next, int rows, int width) {
  for (int row = 0; row < rows; row++, from += from_next, to += to_next) {
    int i = 0;
    for (; i + 4 <= width; i += 4) store4(to + i, load4(from + i));
    for (; i < width; i++) to[i] = from[i];
  }
}

INLINE void copy_parts(const Concat *c, int task, const int split) {
  const Parts *p = c->parts;
  int first = task * c->rows_per_task, rows = min(c->rows_per_task, p->outer - first), at = 0;
  for (int k = 0; k < p->parts; k++) {
    int width = p->part[k].width;
    float *part = p->part[k].values + first * width, *whole = c->whole + first * c->width + at;
    if (!p->part[k].values) {} // in its place already
    else if (split) copy_rows(whole, c->width, part, width, rows, width);
    else copy_rows(part, width, whole, c->width, rows, width);
    at += width;
  }
}

static void concat_task(void *context, int task) { copy_parts(context, task, 0); }
static void split_task(void *context, int task) { copy_parts(context, task, 1); }

static void copy_all(Pool *pool, const Parts *parts, float *whole, Task task) {
  Concat c = {.parts = parts, .whole = whole};
  for (int k = 0; k < parts->parts; k++) c.width += parts->part[k].width;
  int is_small = (double)parts->outer * c.width < 2 * TASK_FLOATS;
  c.rows_per_task = is_small ? parts->outer : max(1, TASK_FLOATS / c.width);
  parallel(pool, task, &c, ceil_div(parts->outer, c.rows_per_task));
}

EXPORT(concat) void concat(Pool *pool, const Parts *parts, float *whole) { copy_all(pool, parts, whole, concat_task); }

EXPORT(split) void split(Pool *pool, const Parts *parts, float *whole) { copy_all(pool, parts, whole, split_task); }
