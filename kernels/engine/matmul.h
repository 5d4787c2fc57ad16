// Matrix products for kernels that are made of them; matmul.c has the same for TypeScript.
#pragma once
#include "parallel.h"

// In the order in which TypeScript writes them.
typedef struct {
  int batch, rows, columns, inner;
  int a_batch, b_batch; // floats from one matrix to the next, 0 for one that all share
  int transpose_a, transpose_b;
} MatmulShape;

// An A that is packed from elsewhere: writes rows first_row … of a matrix for the inner indices first … first + depth,
// to[row][depth].
typedef struct {
  void (*pack)(const void *context, int matrix, int first_row, int rows, int first, int depth, float *to);
  const void *context;
} TurnedA;

int matmul_scratch_floats(const MatmulShape *s);

// a: [rows, inner] or its transpose, b: [inner, columns] or its transpose, for each of the batch; bias: [columns] or
// null; the output lies in low … high.
void matmul(Pool *pool, const MatmulShape *s, const float *a, const float *b, const float *bias, float *out,
            float low, float high, float *scratch);

// The same of an A that is packed from elsewhere, without bias or bounds; s->transpose_a is 1.
void matmul_of(Pool *pool, const MatmulShape *s, const TurnedA *a, const float *b, float *out, float *scratch);

// to[c][r] = from[r][c].
void turn(const float *from, int from_row, int rows, int columns, float *to, int to_row);
