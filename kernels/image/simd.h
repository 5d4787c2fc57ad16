// What the image kernels share.
#pragma once
#include <stdint.h>
#include <wasm_simd128.h>

typedef uint8_t u8;

#define EXPORT(name) __attribute__((export_name(#name)))
#define INLINE inline __attribute__((always_inline))
