// Integer samples through tables, one for all channels or one each.
#include "simd.h"

typedef uint16_t u16;

// `tables` holds `channels` tables of 256 or 65536 entries; `n` samples, a multiple of `channels`.
#define LOOK_UP(name, type, size)                                                                  \
  EXPORT(name) void name(const type *samples, int n, const type *tables, int channels, type *out) { \
    if (channels == 1) {                                                                           \
      for (int i = 0; i < n; i++) out[i] = tables[samples[i]];                                     \
    } else {                                                                                       \
      for (int i = 0; i < n; i += channels)                                                        \
        for (int c = 0; c < channels; c++) out[i + c] = tables[c * size + samples[i + c]];         \
    }                                                                                              \
  }
LOOK_UP(look_up_u8, u8, 256)
LOOK_UP(look_up_u16, u16, 65536)
