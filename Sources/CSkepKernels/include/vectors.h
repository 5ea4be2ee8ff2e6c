#ifndef CSKEPKERNELS_VECTORS_H
#define CSKEPKERNELS_VECTORS_H

#include <stddef.h>
#include <stdint.h>

// Loops over one vector of column values, without control decisions.
//
// Packed numbers are little-endian: value i takes the bits [i * width, (i + 1) * width).
// Unpacking may read up to 64 bytes past the last packed byte and uses none of them.
// Bitmaps hold row i in bit i % 64 of word i / 64; the last word's bits beyond the count are 0.

/// Writes `values[i] - base` in `width` bits each, as (count * width + 63) / 64 whole words.
void skep_pack64(const uint64_t *values, size_t count, uint64_t base, unsigned width,
                 uint64_t *words);

/// The same from 32-bit values; width 0 ... 32.
void skep_pack32(const uint32_t *values, size_t count, uint32_t base, unsigned width,
                 uint64_t *words);

/// Reads the numbers first ..< first + count: `out[i] = base + number`; width 0 ... 64.
void skep_unpack64(const void *packed, size_t first, size_t count, unsigned width,
                   uint64_t base, uint64_t *out);

/// The same for widths 0 ... 32; results above `limit` become `limit`.
void skep_unpack32(const void *packed, size_t first, size_t count, unsigned width,
                   uint32_t base, uint32_t limit, uint32_t *out);

/// `values[i] = table[values[i]]`.
void skep_translate32(uint32_t *values, size_t count, const uint32_t *table);

/// `values[i] = scale * (values[0] + ... + values[i]) + base`, wrapping.
void skep_prefix_sum64(uint64_t *values, size_t count, uint64_t scale, uint64_t base);

/// Bytes 0 or 1 from bits first ..< first + count.
void skep_bits_to_bytes(const void *bits, size_t first, size_t count, uint8_t *out);

/// Bits from bytes; a byte that is not 0 gives 1. Writes (count + 63) / 64 words.
void skep_bytes_to_bits(const uint8_t *bytes, size_t count, uint64_t *words);

#endif
