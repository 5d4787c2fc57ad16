// The output is cut into tiles of 17 - filter size; each needs a 16×16 tile of input. In between, one complex matrix
// product for each frequency: [tiles, in_channels] by [in_channels, out_channels].
#include "conv2d_fft.h"
#include "fft16.h"
#include "simd.h"

// Tiles are taken eight at a time, and two by eight output channels, complex, are held in registers.
enum { TILES = 8, ROWS = 2, LARGEST_FILTER = 9, STRANDS = 16, FILTER_TASK = 16, PARTS_FLOATS = 4 << 20 };
// Measured: a tile's transform of four channels costs as much as this many products of four channels.
#define TRANSFORM_COST 7000

typedef struct {
  ConvShape s;
  const float *input, *filter, *dy;
  const Epilogue *epilogue;
  int turned;
  float *output, *dw, *spectra, *scratch;
  int tile_height, tile_width, tiles_y, tiles_x, tiles;
  int filter_step, input_step, output_step; // floats from one frequency to the next
  int blocks, strands;    // tens of tiles, and tasks that take a share of them
  int strand_floats, sums_floats;
} Fft;

static Fft plan(const ConvShape *s) {
  Fft p = {.s = *s};
  p.tile_height = TILE + 1 - s->filter_height;
  p.tile_width = TILE + 1 - s->filter_width;
  p.tiles_y = ceil_div(s->out_height, p.tile_height);
  p.tiles_x = ceil_div(s->out_width, p.tile_width);
  p.tiles = s->batch * p.tiles_y * p.tiles_x;
  // Odd multiples of a cache line, so that frequencies don't fall on the same lines.
  p.filter_step = 2 * s->in_channels * s->out_channels + 16;
  p.input_step = 2 * TILES * s->in_channels + 16;
  p.output_step = 2 * TILES * s->out_channels + 16;
  p.strand_floats = FREQUENCIES * (p.input_step + p.output_step);
  p.sums_floats = FREQUENCIES * p.filter_step;
  p.blocks = ceil_div(p.tiles, TILES);
  p.strands = min(STRANDS, p.blocks);
  return p;
}

int fft_suits(const ConvShape *s) {
  if (s->stride_y != 1 || s->stride_x != 1 || s->dilation_y != 1 || s->dilation_x != 1) return 0;
  if (s->in_channels % 4 || s->out_channels % 4) return 0;
  if (s->filter_height < 4 || s->filter_width < 4) return 0;
  if (s->filter_height > LARGEST_FILTER || s->filter_width > LARGEST_FILTER) return 0;
  Fft p = plan(s);
  double channels = (double)s->in_channels * s->out_channels / 4;
  double direct = (double)s->batch * s->out_height * s->out_width * s->filter_height * s->filter_width * channels;
  double tiles = p.tiles * (4.0 * FREQUENCIES * channels + TRANSFORM_COST * (s->in_channels + s->out_channels) / 4.0);
  return tiles + TRANSFORM_COST * channels < 0.8 * direct;
}

// --- Gathering and scattering tiles

// Four channels of the rows × columns at (y, x) of an image, zero outside of it, and zero in the rest of the tile.
static void load_tile(const float *image, int height, int width, int channels, int y, int x, int rows, int columns,
                      v4 *tile) {
  for (int row = 0; row < TILE; row++, tile += TILE) {
    if (row >= rows || y + row < 0 || y + row >= height) {
      for (int i = 0; i < TILE; i++) tile[i] = zero4();
      continue;
    }
    const float *from = image + ((y + row) * width + x) * channels;
    for (int i = 0; i < TILE; i++)
      tile[i] = i < columns && x + i >= 0 && x + i < width ? load4(from + i * channels) : zero4();
  }
}

// Where a tile lies.
typedef struct {
  int image, y, x;
} Place;

INLINE Place place_of(const Fft *p, int tile) {
  int a_image = p->tiles_y * p->tiles_x, in_image = tile % a_image;
  return (Place){tile / a_image, in_image / p->tiles_x * p->tile_height, in_image % p->tiles_x * p->tile_width};
}

static void transform_inputs(const Fft *p, int first, int count, float *spectra) {
  const ConvShape *s = &p->s;
  v4 tile[TILE * TILE];
  for (int t = 0; t < count; t++) {
    Place at = place_of(p, first + t);
    const float *image = p->input + at.image * s->in_height * s->in_width * s->in_channels;
    for (int c = 0; c < s->in_channels; c += 4) {
      load_tile(image + c, s->in_height, s->in_width, s->in_channels, at.y - s->pad_top, at.x - s->pad_left, TILE, TILE,
                tile);
      float *re = spectra + t * s->in_channels + c;
      fft_tile(tile, TILE, re, re + TILES * s->in_channels, p->input_step);
    }
  }
}

// --- Forward

// Transforms the filter for some pairs of an input channel and four output channels, conjugated: outputs correlate.
static void transform_filter(void *context, int index) {
  const Fft *p = context;
  const ConvShape *s = &p->s;
  int quads = s->out_channels / 4, area = s->in_channels * s->out_channels;
  int end = min((index + 1) * FILTER_TASK, s->in_channels * quads);
  v4 tile[TILE * TILE], sign = splat4(-1);
  for (int pair = index * FILTER_TASK; pair < end; pair++) {
    int in = pair / quads, out = pair % quads * 4;
    for (int i = 0; i < TILE * TILE; i++) tile[i] = zero4();
    for (int y = 0; y < s->filter_height; y++)
      for (int x = 0; x < s->filter_width; x++) {
        if (p->turned) {
          int tap = (s->filter_height - 1 - y) * s->filter_width + s->filter_width - 1 - x;
          const float *from = p->filter + (tap * s->out_channels + out) * s->in_channels + in;
          tile[y * TILE + x] = wasm_f32x4_make(from[0], from[s->in_channels], from[2 * s->in_channels],
                                               from[3 * s->in_channels]);
        } else {
          tile[y * TILE + x] = load4(p->filter + ((y * s->filter_width + x) * s->in_channels + in) * s->out_channels + out);
        }
      }
    float *re = p->spectra + in * s->out_channels + out, *im = re + area;
    fft_tile(tile, s->filter_height, re, im, p->filter_step);
    for (int f = 0; f < FREQUENCIES; f++) store4(im + f * p->filter_step, mul4(load4(im + f * p->filter_step), sign));
  }
}

// `rows` tiles by 4 * vectors output channels of one frequency's product.
INLINE void multiply_block(const float *x, const float *w, float *y, int in, int out, const int rows, const int vectors) {
  const float *xs_re[ROWS], *xs_im[ROWS], *w_im = w + in * out;
  v4 re[ROWS][2], im[ROWS][2];
#pragma unroll
  for (int r = 0; r < rows; r++) {
    xs_re[r] = x + r * in;
    xs_im[r] = x + (TILES + r) * in;
    re[r][0] = re[r][1] = im[r][0] = im[r][1] = zero4();
  }
#pragma nounroll // see matmul_block.h
  for (int k = 0; k < in; k++, w += out, w_im += out) {
#pragma unroll
    for (int v = 0; v < vectors; v++) {
      v4 wr = load4(w + 4 * v), wi = load4(w_im + 4 * v);
#pragma unroll
      for (int r = 0; r < rows; r++) {
        v4 xr = loadsplat4(xs_re[r] + k), xi = loadsplat4(xs_im[r] + k);
        re[r][v] = fma4(xr, wr, re[r][v]);
        im[r][v] = fma4(xr, wi, im[r][v]);
        re[r][v] = fnma4(xi, wi, re[r][v]);
        im[r][v] = fma4(xi, wr, im[r][v]);
      }
    }
  }
#pragma unroll
  for (int r = 0; r < rows; r++)
#pragma unroll
    for (int v = 0; v < vectors; v++) {
      store4(y + r * out + 4 * v, re[r][v]);
      store4(y + (TILES + r) * out + 4 * v, im[r][v]);
    }
}

INLINE void multiply_tiles(const float *x, const float *w, float *y, int tiles, int in, int out, const int vectors) {
  int t = 0;
  for (; t + ROWS <= tiles; t += ROWS) multiply_block(x + t * in, w, y + t * out, in, out, ROWS, vectors);
  if (t < tiles) multiply_block(x + t * in, w, y + t * out, in, out, 1, vectors);
}

static void multiply(const float *x, const float *w, float *y, int tiles, int in, int out) {
  int c = 0;
  for (; c + 8 <= out; c += 8) multiply_tiles(x, w + c, y + c, tiles, in, out, 2);
  if (c < out) multiply_tiles(x, w + c, y + c, tiles, in, out, 1);
}

static void store_tile(const Fft *p, Place at, int channel, const v4 *tile) {
  const ConvShape *s = &p->s;
  const Epilogue *e = p->epilogue;
  v4 bias = e->bias ? load4(e->bias + channel) : zero4(), scale = splat4(TILE_SCALE);
  int rows = min(p->tile_height, s->out_height - at.y), columns = min(p->tile_width, s->out_width - at.x);
  float *image = p->output + at.image * s->out_height * s->out_width * e->out_pixel + channel;
  for (int row = 0; row < rows; row++, tile += TILE) {
    float *to = image + ((at.y + row) * s->out_width + at.x) * e->out_pixel;
    for (int i = 0; i < columns; i++)
      store4(to + i * e->out_pixel, finish_channels(e, fma4(tile[i], scale, bias), channel, 4));
  }
}

static void convolve_block(const Fft *p, int block, float *spectra) {
  const ConvShape *s = &p->s;
  int first = block * TILES, count = min(TILES, p->tiles - first);
  transform_inputs(p, first, count, spectra);
  float *products = spectra + FREQUENCIES * p->input_step;
  for (int f = 0; f < FREQUENCIES; f++)
    multiply(spectra + f * p->input_step, p->spectra + f * p->filter_step, products + f * p->output_step, count,
             s->in_channels, s->out_channels);
  v4 tile[TILE * TILE];
  for (int t = 0; t < count; t++)
    for (int c = 0; c < s->out_channels; c += 4) {
      const float *re = products + t * s->out_channels + c;
      inverse_fft_tile(re, re + TILES * s->out_channels, p->output_step, tile, p->tile_height);
      store_tile(p, place_of(p, first + t), c, tile);
    }
}

static void convolve_strand(void *context, int strand) {
  const Fft *p = context;
  int end = (strand + 1) * p->blocks / p->strands;
  for (int block = strand * p->blocks / p->strands; block < end; block++)
    convolve_block(p, block, p->scratch + strand * p->strand_floats);
}

int conv2d_fft_scratch_floats(const ConvShape *s) {
  Fft p = plan(s);
  return p.sums_floats + p.strands * p.strand_floats;
}

void conv2d_fft(Pool *pool, const ConvShape *s, const float *input, const float *filter, int turned, const Epilogue *epilogue, float *output, float *scratch) {
  Fft p = plan(s);
  p.input = input, p.filter = filter, p.turned = turned, p.epilogue = epilogue, p.output = output;
  p.spectra = scratch;
  p.scratch = scratch + p.sums_floats;
  parallel(pool, transform_filter, &p, ceil_div(s->in_channels * s->out_channels / 4, FILTER_TASK));
  parallel(pool, convolve_strand, &p, p.strands);
}

// --- Gradient for the filter: the sum over tiles of input times conjugated dy, turned back once at the end

static void transform_dys(const Fft *p, int first, int count, float *spectra) {
  const ConvShape *s = &p->s;
  v4 tile[TILE * TILE];
  for (int t = 0; t < count; t++) {
    Place at = place_of(p, first + t);
    const float *image = p->dy + at.image * s->out_height * s->out_width * s->out_channels;
    for (int c = 0; c < s->out_channels; c += 4) {
      load_tile(image + c, s->out_height, s->out_width, s->out_channels, at.y, at.x, p->tile_height, p->tile_width, tile);
      float *re = spectra + t * s->out_channels + c;
      fft_tile(tile, p->tile_height, re, re + TILES * s->out_channels, p->output_step);
    }
  }
}

// Adds the products of `tiles` tiles to four input by four output channels of one frequency's sums.
static void add_products(const float *x, const float *dy, float *sums, int tiles, int in, int out) {
  const float *x_im = x + TILES * in, *dy_im = dy + TILES * out;
  float *sums_im = sums + in * out;
  v4 re[4], im[4];
#pragma unroll
  for (int r = 0; r < 4; r++) re[r] = load4(sums + r * out), im[r] = load4(sums_im + r * out);
  for (int t = 0; t < tiles; t++) {
    v4 dr = load4(dy + t * out), di = load4(dy_im + t * out);
#pragma unroll
    for (int r = 0; r < 4; r++) {
      v4 xr = loadsplat4(x + t * in + r), xi = loadsplat4(x_im + t * in + r);
      re[r] = fma4(xr, dr, re[r]);
      im[r] = fnma4(xr, di, im[r]);
      re[r] = fma4(xi, di, re[r]);
      im[r] = fma4(xi, dr, im[r]);
    }
  }
#pragma unroll
  for (int r = 0; r < 4; r++) store4(sums + r * out, re[r]), store4(sums_im + r * out, im[r]);
}

static void correlate_strand(void *context, int strand) {
  const Fft *p = context;
  const ConvShape *s = &p->s;
  float *sums = p->spectra + strand * p->sums_floats, *x = p->scratch + strand * p->strand_floats;
  float *dy = x + FREQUENCIES * p->input_step;
  for (int i = 0; i < p->sums_floats; i += 4) store4(sums + i, zero4());
  int end = (strand + 1) * p->blocks / p->strands;
  for (int block = strand * p->blocks / p->strands; block < end; block++) {
    int first = block * TILES, count = min(TILES, p->tiles - first);
    transform_inputs(p, first, count, x);
    transform_dys(p, first, count, dy);
    for (int f = 0; f < FREQUENCIES; f++)
      for (int in = 0; in < s->in_channels; in += 4)
        for (int out = 0; out < s->out_channels; out += 4)
          add_products(x + f * p->input_step + in, dy + f * p->output_step + out,
                       sums + f * p->filter_step + in * s->out_channels + out, count, s->in_channels, s->out_channels);
  }
}

// Adds up the strands and turns back some pairs of an input channel and four output channels.
static void restore_filter(void *context, int index) {
  const Fft *p = context;
  const ConvShape *s = &p->s;
  int quads = s->out_channels / 4, area = s->in_channels * s->out_channels;
  int end = min((index + 1) * FILTER_TASK, s->in_channels * quads);
  v4 tile[TILE * TILE], scale = splat4(TILE_SCALE);
  for (int pair = index * FILTER_TASK; pair < end; pair++) {
    int in = pair / quads, out = pair % quads * 4;
    float *re = p->spectra + in * s->out_channels + out;
    for (int f = 0; f < FREQUENCIES; f++)
      for (float *at = re + f * p->filter_step, *last = at + area; at <= last; at += area) {
        v4 sum = load4(at);
        for (int strand = 1; strand < p->strands; strand++) sum = add4(sum, load4(at + strand * p->sums_floats));
        store4(at, sum);
      }
    inverse_fft_tile(re, re + area, p->filter_step, tile, s->filter_height);
    for (int y = 0; y < s->filter_height; y++)
      for (int x = 0; x < s->filter_width; x++)
        store4(p->dw + ((y * s->filter_width + x) * s->in_channels + in) * s->out_channels + out,
               mul4(tile[y * TILE + x], scale));
  }
}

static Fft gradient_plan(const ConvShape *s) {
  Fft p = plan(s);
  p.strands = max(1, min(p.strands, PARTS_FLOATS / p.sums_floats));
  return p;
}

int conv2d_fft_filter_gradient_scratch_floats(const ConvShape *s) {
  Fft p = gradient_plan(s);
  return p.strands * (p.sums_floats + p.strand_floats);
}

void conv2d_fft_filter_gradient(Pool *pool, const ConvShape *s, const float *x, const float *dy, float *dw,
                                float *scratch) {
  Fft p = gradient_plan(s);
  p.input = x, p.dy = dy, p.dw = dw;
  p.spectra = scratch;
  p.scratch = scratch + p.strands * p.sums_floats;
  parallel(pool, correlate_strand, &p, p.strands);
  parallel(pool, restore_filter, &p, ceil_div(s->in_channels * s->out_channels / 4, FILTER_TASK));
}
