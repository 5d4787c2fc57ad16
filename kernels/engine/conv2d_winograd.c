// The output is cut into tiles of 4×4, each from 6×6 of input. Input, filter and output are transformed along both axes;
// in between is one matrix product for each of the 36 points: [tiles, in_channels] by [in_channels, out_channels].
#include "conv2d_winograd.h"
#include "simd.h"

enum { SIDE = 6, POINTS = 36, OUT = 4, FILTER = 3 };
// Tiles are taken in blocks that stay in the cache; four tiles by eight output channels are held in registers.
enum { ROWS = 4, BLOCK_FLOATS = 48 << 10, MOST_TILES = 48, STRANDS = 16, SUMS_FLOATS = 4 << 20, PAIRS = 64 };

typedef struct {
  ConvShape s;
  const float *input, *filter, *dy;
  const Epilogue *epilogue;
  int turned;
  float *output, *dw, *points, *scratch;
  int tiles_y, tiles_x, tiles, block_tiles, blocks, strands;
  int filter_step, input_step, output_step; // floats from one point to the next
  int strand_floats, sums_floats;
} Winograd;

static Winograd plan(const ConvShape *s) {
  Winograd p = {.s = *s};
  p.tiles_y = ceil_div(s->out_height, OUT);
  p.tiles_x = ceil_div(s->out_width, OUT);
  p.tiles = s->batch * p.tiles_y * p.tiles_x;
  int fitting = BLOCK_FLOATS / (POINTS * (s->in_channels + s->out_channels));
  p.block_tiles = max(ROWS, min(MOST_TILES, fitting / ROWS * ROWS));
  // Odd multiples of a cache line, so that points don't fall on the same lines.
  p.filter_step = s->in_channels * s->out_channels + 16;
  p.input_step = p.block_tiles * s->in_channels + 16;
  p.output_step = p.block_tiles * s->out_channels + 16;
  p.strand_floats = POINTS * (p.input_step + p.output_step);
  p.sums_floats = POINTS * p.filter_step;
  p.blocks = ceil_div(p.tiles, p.block_tiles);
  p.strands = min(STRANDS, p.blocks);
  return p;
}

int winograd_suits(const ConvShape *s) {
  if (s->filter_height != FILTER || s->filter_width != FILTER) return 0;
  if (s->stride_y != 1 || s->stride_x != 1 || s->dilation_y != 1 || s->dilation_x != 1) return 0;
  if (s->in_channels % 4 || s->out_channels % 4) return 0;
  // Tiles that hang over the edge are work for nothing, and the filter's transform must pay.
  int tiles = ceil_div(s->out_height, OUT) * ceil_div(s->out_width, OUT);
  return s->batch * tiles >= 32 && 2 * s->out_height * s->out_width >= tiles * OUT * OUT;
}

// --- One-dimensional transforms, of elements that lie `step` apart

// The points ±A and ±B; the squares are a half and two.
#define A 0.70710678118654752440f
#define B 1.41421356237309504880f

INLINE void transform_input_line(v4 *d, int step) {
  v4 d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
  v4 half = splat4(0.5f), two = splat4(2), both = splat4(2.5f);
  v4 even_a = fnma4(two, d2, d4), odd_a = mul4(splat4(A), fnma4(two, d1, d3));
  v4 even_b = fnma4(half, d2, d4), odd_b = mul4(splat4(B), fnma4(half, d1, d3));
  d[0] = add4(d0, fnma4(both, d2, d4));
  d[step] = add4(even_a, odd_a);
  d[2 * step] = sub4(even_a, odd_a);
  d[3 * step] = add4(even_b, odd_b);
  d[4 * step] = sub4(even_b, odd_b);
  d[5 * step] = add4(d1, fnma4(both, d3, d5));
}

// Six points to `count` outputs: the i-th is the sum of point^i times its product; infinity joins the last one.
INLINE void transform_output_line(const v4 *m, int step, v4 *y, int y_step, const int count) {
  v4 even_a = add4(m[step], m[2 * step]), odd_a = mul4(splat4(A), sub4(m[step], m[2 * step]));
  v4 even_b = add4(m[3 * step], m[4 * step]), odd_b = mul4(splat4(B), sub4(m[3 * step], m[4 * step]));
  v4 half = splat4(0.5f), two = splat4(2), square = fma4(half, even_a, mul4(two, even_b));
  y[0] = add4(m[0], add4(even_a, even_b));
  y[y_step] = add4(odd_a, odd_b);
  y[2 * y_step] = count > 3 ? square : add4(square, m[5 * step]);
  if (count > 3) y[3 * y_step] = add4(fma4(half, odd_a, mul4(two, odd_b)), m[5 * step]);
}

// Three weights, or four dys, to six points.
INLINE void transform_weight_line(const v4 *g, int step, v4 *u, int u_step, const int count) {
  v4 g0 = g[0], g1 = g[step], g2 = g[2 * step], g3 = count > 3 ? g[3 * step] : zero4();
  v4 half = splat4(0.5f), two = splat4(2), scale_a = splat4(-2.0f / 3), scale_b = splat4(1.0f / 6);
  v4 even_a = fma4(half, g2, g0), odd_a = mul4(splat4(A), fma4(half, g3, g1));
  v4 even_b = fma4(two, g2, g0), odd_b = mul4(splat4(B), fma4(two, g3, g1));
  u[0] = g0;
  u[u_step] = mul4(scale_a, add4(even_a, odd_a));
  u[2 * u_step] = mul4(scale_a, sub4(even_a, odd_a));
  u[3 * u_step] = mul4(scale_b, add4(even_b, odd_b));
  u[4 * u_step] = mul4(scale_b, sub4(even_b, odd_b));
  u[5 * u_step] = count > 3 ? g3 : g2;
}

INLINE void transform_weights(const v4 *g, v4 *u, const int count) {
  v4 half[SIDE * OUT];
#pragma unroll
  for (int x = 0; x < count; x++) transform_weight_line(g + x, count, half + x, count, count);
#pragma unroll
  for (int y = 0; y < SIDE; y++) transform_weight_line(half + y * count, 1, u + y * SIDE, 1, count);
}

INLINE void transform_output(const v4 *m, v4 *y, const int count) {
  v4 half[OUT * SIDE];
#pragma unroll
  for (int x = 0; x < SIDE; x++) transform_output_line(m + x, SIDE, half + x, SIDE, count);
#pragma unroll
  for (int i = 0; i < count; i++) transform_output_line(half + i * SIDE, 1, y + i * count, 1, count);
}

// --- Tiles

typedef struct {
  int image, y, x;
} Place;

INLINE Place place_of(const Winograd *p, int tile) {
  int an_image = p->tiles_y * p->tiles_x, in_image = tile % an_image;
  return (Place){tile / an_image, in_image / p->tiles_x * OUT, in_image % p->tiles_x * OUT};
}

// Four channels of side × side pixels at (y, x), zero outside of the image.
INLINE void load_tile(const float *image, int height, int width, int channels, int y, int x, v4 *tile, const int side) {
  const float *from = image + (y * width + x) * channels;
  if (y >= 0 && x >= 0 && y + side <= height && x + side <= width) {
    for (int i = 0; i < side; i++, from += width * channels)
#pragma unroll
      for (int j = 0; j < side; j++) tile[i * side + j] = load4(from + j * channels);
    return;
  }
  for (int i = 0; i < side; i++, from += width * channels)
    for (int j = 0; j < side; j++) {
      int within = y + i >= 0 && y + i < height && x + j >= 0 && x + j < width;
      tile[i * side + j] = within ? load4(from + j * channels) : zero4();
    }
}

static void transform_inputs(const Winograd *p, int first, int count, float *points) {
  const ConvShape *s = &p->s;
  for (int t = 0; t < count; t++) {
    Place at = place_of(p, first + t);
    const float *image = p->input + at.image * s->in_height * s->in_width * s->in_channels;
    for (int c = 0; c < s->in_channels; c += 4) {
      v4 d[POINTS];
      load_tile(image + c, s->in_height, s->in_width, s->in_channels, at.y - s->pad_top, at.x - s->pad_left, d, SIDE);
#pragma unroll
      for (int i = 0; i < SIDE; i++) transform_input_line(d + i, SIDE);
#pragma unroll
      for (int i = 0; i < SIDE; i++) transform_input_line(d + i * SIDE, 1);
      float *to = points + t * s->in_channels + c;
#pragma unroll
      for (int i = 0; i < POINTS; i++) store4(to + i * p->input_step, d[i]);
    }
  }
}

// --- Forward

static void transform_filter(void *context, int index) {
  const Winograd *p = context;
  const ConvShape *s = &p->s;
  int quads = s->out_channels / 4, end = min((index + 1) * PAIRS, s->in_channels * quads);
  for (int pair = index * PAIRS; pair < end; pair++) {
    int in = pair / quads, out = pair % quads * 4;
    v4 g[FILTER * FILTER], u[POINTS];
    for (int tap = 0; tap < FILTER * FILTER; tap++) {
      if (p->turned) {
        const float *from = p->filter + ((FILTER * FILTER - 1 - tap) * s->out_channels + out) * s->in_channels + in;
        int next = s->in_channels;
        g[tap] = wasm_f32x4_make(from[0], from[next], from[2 * next], from[3 * next]);
      } else {
        g[tap] = load4(p->filter + (tap * s->in_channels + in) * s->out_channels + out);
      }
    }
    transform_weights(g, u, FILTER);
    for (int i = 0; i < POINTS; i++) store4(p->points + i * p->filter_step + in * s->out_channels + out, u[i]);
  }
}

// `rows` tiles by 4 * vectors output channels of one point's product.
INLINE void multiply_block(const float *x, const float *w, float *y, int in, int out, const int rows, const int vectors) {
  const float *from[ROWS];
  v4 sums[ROWS][2];
#pragma unroll
  for (int r = 0; r < rows; r++) {
    from[r] = x + r * in;
    sums[r][0] = sums[r][1] = zero4();
  }
#pragma nounroll // see matmul_block.h
  for (int k = 0; k < in; k++, w += out) {
    v4 w0 = load4(w), w1 = vectors > 1 ? load4(w + 4) : w0;
#pragma unroll
    for (int r = 0; r < rows; r++) {
      v4 v = loadsplat4(from[r]++);
      sums[r][0] = fma4(v, w0, sums[r][0]);
      if (vectors > 1) sums[r][1] = fma4(v, w1, sums[r][1]);
    }
  }
#pragma unroll
  for (int r = 0; r < rows; r++) {
    store4(y + r * out, sums[r][0]);
    if (vectors > 1) store4(y + r * out + 4, sums[r][1]);
  }
}

static void multiply_wide(const float *x, const float *w, float *y, int tiles, int in, int out) {
  for (int t = 0; t + ROWS <= tiles; t += ROWS) multiply_block(x + t * in, w, y + t * out, in, out, ROWS, 2);
  for (int t = tiles / ROWS * ROWS; t < tiles; t++) multiply_block(x + t * in, w, y + t * out, in, out, 1, 2);
}

static void multiply_narrow(const float *x, const float *w, float *y, int tiles, int in, int out) {
  for (int t = 0; t < tiles; t++) multiply_block(x + t * in, w, y + t * out, in, out, 1, 1);
}

static void store_tile(const Winograd *p, Place at, int channel, const v4 *y) {
  const ConvShape *s = &p->s;
  const Epilogue *e = p->epilogue;
  v4 bias = e->bias ? load4(e->bias + channel) : zero4();
  int rows = min(OUT, s->out_height - at.y), columns = min(OUT, s->out_width - at.x);
  float *to = p->output + ((at.image * s->out_height + at.y) * s->out_width + at.x) * e->out_pixel + channel;
  for (int i = 0; i < rows; i++, to += s->out_width * e->out_pixel)
    for (int j = 0; j < columns; j++)
      store4(to + j * e->out_pixel, finish_channels(e, add4(y[i * OUT + j], bias), channel, 4));
}

static void convolve_strand(void *context, int strand) {
  const Winograd *p = context;
  const ConvShape *s = &p->s;
  float *points = p->scratch + strand * p->strand_floats, *products = points + POINTS * p->input_step;
  int wide = s->out_channels / 8 * 8, end = (strand + 1) * p->blocks / p->strands;
  for (int block = strand * p->blocks / p->strands; block < end; block++) {
    int first = block * p->block_tiles, count = min(p->block_tiles, p->tiles - first);
    transform_inputs(p, first, count, points);
    for (int i = 0; i < POINTS; i++) {
      const float *x = points + i * p->input_step, *w = p->points + i * p->filter_step;
      float *y = products + i * p->output_step;
      for (int c = 0; c < wide; c += 8) multiply_wide(x, w + c, y + c, count, s->in_channels, s->out_channels);
      if (wide < s->out_channels) multiply_narrow(x, w + wide, y + wide, count, s->in_channels, s->out_channels);
    }
    for (int t = 0; t < count; t++) {
      Place at = place_of(p, first + t);
      for (int c = 0; c < s->out_channels; c += 4) {
        v4 m[POINTS], y[OUT * OUT];
#pragma unroll
        for (int i = 0; i < POINTS; i++) m[i] = load4(products + i * p->output_step + t * s->out_channels + c);
        transform_output(m, y, OUT);
        store_tile(p, at, c, y);
      }
    }
  }
}

int conv2d_winograd_scratch_floats(const ConvShape *s) {
  Winograd p = plan(s);
  return p.sums_floats + p.strands * p.strand_floats;
}

void conv2d_winograd(Pool *pool, const ConvShape *s, const float *input, const float *filter, int turned,
                     const Epilogue *epilogue, float *output, float *scratch) {
  Winograd p = plan(s);
  p.input = input, p.filter = filter, p.turned = turned, p.epilogue = epilogue, p.output = output;
  p.points = scratch;
  p.scratch = scratch + p.sums_floats;
  parallel(pool, transform_filter, &p, ceil_div(s->in_channels * s->out_channels / 4, PAIRS));
  parallel(pool, convolve_strand, &p, p.strands);
}

// --- Gradient for the filter: F(3×3, 4×4), its products summed over all tiles before they are turned back

static void transform_dys(const Winograd *p, int first, int count, float *points) {
  const ConvShape *s = &p->s;
  for (int t = 0; t < count; t++) {
    Place at = place_of(p, first + t);
    const float *image = p->dy + at.image * s->out_height * s->out_width * s->out_channels;
    for (int c = 0; c < s->out_channels; c += 4) {
      v4 d[OUT * OUT], u[POINTS];
      load_tile(image + c, s->out_height, s->out_width, s->out_channels, at.y, at.x, d, OUT);
      transform_weights(d, u, OUT);
      float *to = points + t * s->out_channels + c;
#pragma unroll
      for (int i = 0; i < POINTS; i++) store4(to + i * p->output_step, u[i]);
    }
  }
}

// Adds the products of `tiles` tiles to four input by 4 * vectors output channels of one point's sums.
INLINE void add_products(const float *x, const float *dy, float *sums, int tiles, int in, int out, const int vectors) {
  v4 acc[4][2];
#pragma unroll
  for (int r = 0; r < 4; r++) {
    acc[r][0] = load4(sums + r * out);
    acc[r][1] = vectors > 1 ? load4(sums + r * out + 4) : zero4();
  }
#pragma nounroll // see matmul_block.h
  for (int t = 0; t < tiles; t++, x += in, dy += out) {
    v4 d0 = load4(dy), d1 = vectors > 1 ? load4(dy + 4) : d0;
#pragma unroll
    for (int r = 0; r < 4; r++) {
      v4 v = loadsplat4(x + r);
      acc[r][0] = fma4(v, d0, acc[r][0]);
      if (vectors > 1) acc[r][1] = fma4(v, d1, acc[r][1]);
    }
  }
#pragma unroll
  for (int r = 0; r < 4; r++) {
    store4(sums + r * out, acc[r][0]);
    if (vectors > 1) store4(sums + r * out + 4, acc[r][1]);
  }
}

static void correlate_strand(void *context, int strand) {
  const Winograd *p = context;
  const ConvShape *s = &p->s;
  int in = s->in_channels, out = s->out_channels, wide = out / 8 * 8;
  float *sums = p->points + strand * p->sums_floats;
  float *x = p->scratch + strand * p->strand_floats, *dy = x + POINTS * p->input_step;
  for (int i = 0; i < p->sums_floats; i += 4) store4(sums + i, zero4());
  int end = (strand + 1) * p->blocks / p->strands;
  for (int block = strand * p->blocks / p->strands; block < end; block++) {
    int first = block * p->block_tiles, count = min(p->block_tiles, p->tiles - first);
    transform_inputs(p, first, count, x);
    transform_dys(p, first, count, dy);
    for (int i = 0; i < POINTS; i++)
      for (int r = 0; r < in; r += 4) {
        const float *from = x + i * p->input_step + r, *by = dy + i * p->output_step;
        float *to = sums + i * p->filter_step + r * out;
        for (int c = 0; c < wide; c += 8) add_products(from, by + c, to + c, count, in, out, 2);
        if (wide < out) add_products(from, by + wide, to + wide, count, in, out, 1);
      }
  }
}

static void restore_filter(void *context, int index) {
  const Winograd *p = context;
  const ConvShape *s = &p->s;
  int quads = s->out_channels / 4, end = min((index + 1) * PAIRS, s->in_channels * quads);
  for (int pair = index * PAIRS; pair < end; pair++) {
    int in = pair / quads, out = pair % quads * 4;
    v4 m[POINTS], g[FILTER * FILTER];
    for (int i = 0; i < POINTS; i++) {
      const float *at = p->points + i * p->filter_step + in * s->out_channels + out;
      m[i] = load4(at);
      for (int strand = 1; strand < p->strands; strand++) m[i] = add4(m[i], load4(at + strand * p->sums_floats));
    }
    transform_output(m, g, FILTER);
    for (int tap = 0; tap < FILTER * FILTER; tap++)
      store4(p->dw + (tap * s->in_channels + in) * s->out_channels + out, g[tap]);
  }
}

static Winograd gradient_plan(const ConvShape *s) {
  Winograd p = plan(s);
  p.strands = max(1, min(p.strands, SUMS_FLOATS / p.sums_floats));
  return p;
}

int conv2d_winograd_filter_gradient_scratch_floats(const ConvShape *s) {
  Winograd p = gradient_plan(s);
  return p.strands * (p.sums_floats + p.strand_floats);
}

void conv2d_winograd_filter_gradient(Pool *pool, const ConvShape *s, const float *x, const float *dy, float *dw,
                                     float *scratch) {
  Winograd p = gradient_plan(s);
  p.input = x, p.dy = dy, p.dw = dw;
  p.points = scratch;
  p.scratch = scratch + p.strands * p.sums_floats;
  parallel(pool, correlate_strand, &p, p.strands);
  parallel(pool, restore_filter, &p, ceil_div(s->in_channels * s->out_channels / 4, PAIRS));
}
