// Matrix products: up to four rows by eight columns are held in registers. B is packed into strips of eight columns, a
// transposed A is turned, block by block of the inner dimension; an A that lies in rows is read in place.
//
// A task is some tiles of the output or, where the output is small, a part of the inner dimension with sums of its own.
// How the work is cut depends on the sizes alone.
#include "matmul.h"
#include "matmul_block.h"

enum { DEPTH = 256, TILE_ROWS = 96, TILE_COLUMNS = 256, MAX_PARALLEL = 16 };
enum { MIN_TILE_ROWS = 24, MIN_TILE_COLUMNS = 32, MIN_PART = 256, SMALL_OUTPUT = 32 << 10, TASK_PRODUCTS = 3 << 18 };

typedef struct {
  MatmulShape s;
  const TurnedA *packed_a; // or null
  const float *a, *b, *bias, *zeros;
  float low, high; // bounds of the output
  float *out, *partial, *scratch;
  int tile_rows, tile_columns, row_tiles, column_tiles;
  int parts, part_inner; // of the inner dimension
  int units, tasks;      // a unit is one tile of one part; a task is a run of units
  int depth;             // of a block of the inner dimension
  int a_floats, task_floats;
} Matmul;

static Matmul plan(const MatmulShape *s) {
  Matmul m = {.s = *s, .tile_rows = min(s->rows, TILE_ROWS), .tile_columns = min(s->columns, TILE_COLUMNS), .parts = 1};
  double products = (double)s->batch * s->rows * s->columns * s->inner;
  int enough = products >= (double)TASK_PRODUCTS * MAX_PARALLEL;
  int wanted = enough ? MAX_PARALLEL : max(1, (int)(products / TASK_PRODUCTS));
  int tiles = s->batch * ceil_div(s->rows, m.tile_rows) * ceil_div(s->columns, m.tile_columns);
  if (tiles < wanted && s->batch == 1 && (double)s->rows * s->columns <= SMALL_OUTPUT)
    m.parts = max(1, min(ceil_div(wanted, tiles), s->inner / MIN_PART));
  while (tiles * m.parts < wanted) {
    if (m.tile_columns > MIN_TILE_COLUMNS && (m.tile_columns >= m.tile_rows || m.tile_rows <= MIN_TILE_ROWS))
      m.tile_columns = max(MIN_TILE_COLUMNS, ceil_div(m.tile_columns, 2 * COLUMNS) * COLUMNS);
    else if (m.tile_rows > MIN_TILE_ROWS)
      m.tile_rows = max(MIN_TILE_ROWS, ceil_div(m.tile_rows, 2 * ROWS) * ROWS);
    else
      break;
    tiles = s->batch * ceil_div(s->rows, m.tile_rows) * ceil_div(s->columns, m.tile_columns);
  }
  m.row_tiles = ceil_div(s->rows, m.tile_rows);
  m.column_tiles = ceil_div(s->columns, m.tile_columns);
  m.part_inner = ceil_div(s->inner, m.parts);
  m.parts = ceil_div(s->inner, m.part_inner);
  m.units = tiles * m.parts;
  m.tasks = min(m.units, wanted);
  m.depth = (ceil_div(m.part_inner, ceil_div(m.part_inner, DEPTH)) + 3) & ~3;
  m.a_floats = s->transpose_a ? (m.tile_rows * m.depth + 15) & ~15 : 0;
  m.task_floats = m.a_floats + ceil_div(m.tile_columns, COLUMNS) * COLUMNS * m.depth;
  return m;
}

INLINE int partial_floats(const Matmul *m) { return m->parts > 1 ? m->parts * m->s.rows * m->s.columns : 0; }

EXPORT(matmul_scratch_floats) int matmul_scratch_floats(const MatmulShape *s) {
  Matmul m = plan(s);
  return 16 + partial_floats(&m) + m.tasks * m.task_floats;
}

void turn(const float *from, int from_row, int rows, int columns, float *to, int to_row) {
  int r = 0;
  for (; r + 4 <= rows; r += 4, from += 4 * from_row, to += 4) {
    const float *p0 = from, *p1 = p0 + from_row, *p2 = p1 + from_row, *p3 = p2 + from_row;
    float *q = to;
    int c = 0;
    for (; c + 4 <= columns; c += 4, q += 4 * to_row) {
      v4 a = load4(p0 + c), b = load4(p1 + c), d = load4(p2 + c), e = load4(p3 + c);
      v4 ab = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), de = wasm_i32x4_shuffle(d, e, 0, 4, 1, 5);
      v4 ab2 = wasm_i32x4_shuffle(a, b, 2, 6, 3, 7), de2 = wasm_i32x4_shuffle(d, e, 2, 6, 3, 7);
      store4(q, wasm_i64x2_shuffle(ab, de, 0, 2));
      store4(q + to_row, wasm_i64x2_shuffle(ab, de, 1, 3));
      store4(q + 2 * to_row, wasm_i64x2_shuffle(ab2, de2, 0, 2));
      store4(q + 3 * to_row, wasm_i64x2_shuffle(ab2, de2, 1, 3));
    }
    for (; c < columns; c++, q += to_row) q[0] = p0[c], q[1] = p1[c], q[2] = p2[c], q[3] = p3[c];
  }
  for (; r < rows; r++, from += from_row, to++)
    for (int c = 0; c < columns; c++) to[c * to_row] = from[c];
}

// Strips of eight columns, each [depth][8], zeros beyond the last column.
static void pack_b(const Matmul *m, const float *b, int first_column, int columns, int first, int depth, float *to) {
  const int transposed = m->s.transpose_b, row = transposed ? m->s.inner : m->s.columns;
  const float *from = transposed ? b + first_column * row + first : b + first * row + first_column;
  int rest = columns % COLUMNS;
  if (rest) {
    float *last = to + (columns - rest) * depth;
    for (int i = 0; i < depth; i++) store4(last + i * COLUMNS, zero4()), store4(last + i * COLUMNS + 4, zero4());
  }
  if (transposed) {
    for (int c = 0; c < columns; c += COLUMNS)
      turn(from + c * row, row, min(columns - c, COLUMNS), depth, to + c * depth, COLUMNS);
    return;
  }
  for (int k = 0; k < depth; k++, from += row) {
    float *q = to + k * COLUMNS;
    int c = 0;
    for (; c + COLUMNS <= columns; c += COLUMNS, q += depth * COLUMNS) {
      store4(q, load4(from + c));
      store4(q + 4, load4(from + c + 4));
    }
    for (int i = 0; i < rest; i++) q[i] = from[c + i];
  }
}

static void multiply_unit(const Matmul *m, int unit, float *scratch) {
  const MatmulShape *s = &m->s;
  int part = unit % m->parts, tile = unit / m->parts;
  int first_column = tile % m->column_tiles * m->tile_columns;
  int first_row = tile / m->column_tiles % m->row_tiles * m->tile_rows;
  int matrix = tile / m->column_tiles / m->row_tiles;
  int columns = min(m->tile_columns, s->columns - first_column), rows = min(m->tile_rows, s->rows - first_row);
  int begin = part * m->part_inner, end = min(begin + m->part_inner, s->inner);
  const float *a = m->a + matrix * s->a_batch, *b = m->b + matrix * s->b_batch;
  float *out = (m->parts > 1 ? m->partial + part * s->rows * s->columns : m->out + matrix * s->rows * s->columns) +
               first_row * s->columns + first_column;
  float *packed = scratch + m->a_floats;
  const float *bias = m->bias && m->parts == 1 ? m->bias + first_column : 0;
  int strips = ceil_div(rows, ROWS);

  for (int k = begin; k < end; k += m->depth) {
    int depth = min(m->depth, end - k);
    Block t = {.depth = depth, .a_row = s->transpose_a ? depth : s->inner, .out_row = s->columns};
    const float *left = scratch;
    if (m->packed_a) m->packed_a->pack(m->packed_a->context, matrix, first_row, rows, k, depth, scratch);
    else if (s->transpose_a) turn(a + k * s->rows + first_row, s->rows, depth, rows, scratch, depth);
    else left = a + first_row * s->inner + k;
    pack_b(m, b, first_column, columns, k, depth, packed);
    t.from_row = k == begin ? 0 : s->columns;
    t.low = m->parts == 1 && k + depth == end ? m->low : -__builtin_inff();
    t.high = m->parts == 1 && k + depth == end ? m->high : __builtin_inff();
    for (int strip = 0; strip < strips; strip++) {
      int row = strip * rows / strips, height = (strip + 1) * rows / strips - row;
      t.a = left + row * t.a_row;
      for (int c = 0; c < columns; c += COLUMNS) {
        t.b = packed + c * depth;
        t.out = out + row * s->columns + c;
        t.from = k > begin ? t.out : bias ? bias + c : m->zeros;
        if (columns - c >= COLUMNS) multiply_rows(&t, height);
        else multiply_narrow(&t, height, columns - c);
      }
    }
  }
}

static void multiply_task(void *context, int index) {
  const Matmul *m = context;
  int end = (int)((int64_t)(index + 1) * m->units / m->tasks);
  for (int unit = (int)((int64_t)index * m->units / m->tasks); unit < end; unit++)
    multiply_unit(m, unit, m->scratch + index * m->task_floats);
}

static void run(Pool *pool, Matmul *m, float *scratch) {
  const MatmulShape *s = &m->s;
  for (int i = 0; i < 16; i++) scratch[i] = 0;
  m->zeros = scratch;
  m->scratch = scratch + 16;
  m->partial = m->scratch + m->tasks * m->task_floats;
  parallel(pool, multiply_task, m, m->tasks);
  if (m->parts == 1) return;
  int floats = s->rows * s->columns;
  for (int i = 0; i < floats; i++) {
    float sum = m->bias ? m->bias[i % s->columns] : 0;
    for (int part = 0; part < m->parts; part++) sum += m->partial[part * floats + i];
    m->out[i] = sum < m->low ? m->low : sum > m->high ? m->high : sum;
  }
}

EXPORT(matmul)
void matmul(Pool *pool, const MatmulShape *s, const float *a, const float *b, const float *bias, float *out,
            float low, float high, float *scratch) {
  Matmul m = plan(s);
  m.a = a;
  m.b = b;
  m.bias = bias;
  m.out = out;
  m.low = low;
  m.high = high;
  run(pool, &m, scratch);
}

void matmul_of(Pool *pool, const MatmulShape *s, const TurnedA *a, const float *b, float *out, float *scratch) {
  Matmul m = plan(s);
  m.packed_a = a;
  m.b = b;
  m.out = out;
  m.low = -__builtin_inff();
  m.high = __builtin_inff();
  run(pool, &m, scratch);
}
