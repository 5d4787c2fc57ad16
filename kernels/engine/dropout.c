// Dropout with the random numbers of src/engine/fused/dropout.ts: a hash of seed and index, so that any element's is
// found alone.
#include "columns.h"

#define GOLDEN 0x9e3779b9u
#define FIRST 0x7feb352du
#define SECOND 0x846ca68bu

typedef struct {
  Columns columns;
  const float *x;
  float *y;
  uint32_t first, second, threshold;
  float scale;
} Dropout;

// lowbias32, public domain, by Chris Wellons.
static uint32_t mix(uint32_t bits) {
  bits = (bits ^ bits >> 16) * FIRST;
  bits = (bits ^ bits >> 15) * SECOND;
  return bits ^ bits >> 16;
}

INLINE v4 hash4(const Dropout *d, int index) {
  v4 bits = wasm_u32x4_splat((uint32_t)index * GOLDEN + d->first);
  bits = wasm_i32x4_add(bits, wasm_u32x4_const(0, GOLDEN, 2 * GOLDEN, 3 * GOLDEN));
  bits = wasm_i32x4_mul(wasm_v128_xor(bits, wasm_u32x4_shr(bits, 16)), wasm_u32x4_splat(FIRST));
  bits = wasm_i32x4_mul(wasm_v128_xor(bits, wasm_u32x4_shr(bits, 15)), wasm_u32x4_splat(SECOND));
  bits = wasm_i32x4_add(bits, wasm_u32x4_splat(d->second));
  return wasm_v128_xor(bits, wasm_u32x4_shr(bits, 16));
}

INLINE void dropout_lanes(const void *context, int at, int column, int lanes) {
  (void)column;
  const Dropout *d = context;
  v4 kept = wasm_u32x4_ge(hash4(d, at), wasm_u32x4_splat(d->threshold));
  v4 x = d->x ? load_lanes(d->x + at, lanes) : splat4(1);
  v4 y = wasm_v128_and(mul4(x, splat4(d->scale)), kept);
  store_lanes(d->y + at, y, lanes);
}

static void dropout_task(void *context, int task) {
  const Dropout d = *(const Dropout *)context;
  map_rows(&d.columns, task, dropout_lanes, &d);
}

// An element is kept, and multiplied by `scale`, if its random number is at least `threshold`. Without x it is 1, which
// gives the mask.
EXPORT(dropout)
void dropout(Pool *pool, int size, const float *x, float *y, uint32_t seed, uint32_t threshold, float scale) {
  uint32_t first = mix(seed + GOLDEN);
  Dropout d = {
    .columns = columns_of(size, BLOCK),
    .x = x,
    .y = y,
    .first = first,
    .second = mix(first ^ GOLDEN),
    .threshold = threshold,
    .scale = scale,
  };
  parallel(pool, dropout_task, &d, d.columns.tasks);
}
