#include "cells.h"
#include "processor.h"

// Values of the rows whose bits are set, moved together. The wide loops store whole registers and
// advance by what was kept, so that they have no branch that depends on the data but one: of few
// rows in sixty-four, each is moved alone.

#define COMPRESS_PORTABLE(NAME, TYPE)                                                      \
    static inline size_t NAME(const TYPE *values, const uint64_t *words, size_t count,     \
                              TYPE *out) {                                                 \
        size_t kept = 0;                                                                   \
        for (size_t start = 0; start < count; start += 64) {                               \
            uint64_t word = words[start / 64];                                             \
            while (word != 0) {                                                            \
                out[kept++] = values[start + (size_t)__builtin_ctzll(word)];               \
                word &= word - 1;                                                          \
            }                                                                              \
        }                                                                                  \
        return kept;                                                                       \
    }

COMPRESS_PORTABLE(compress64_portable, uint64_t)
COMPRESS_PORTABLE(compress32_portable, uint32_t)

static size_t pack_bits_portable(const uint64_t *bits, const uint64_t *places, size_t words,
                                 uint64_t *out) {
    size_t position = 0;
    memset(out, 0, (words + 1) * sizeof(uint64_t));
    for (size_t w = 0; w < words; w++) {
        uint64_t left = places[w];
        while (left != 0) {
            uint64_t lowest = left & (0 - left);
            uint64_t bit = (bits[w] & lowest) != 0;
            out[position / 64] |= bit << (position % 64);
            position++;
            left &= left - 1;
        }
    }
    return position;
}

#if HAVE_AVX

enum { FEW_ROWS = 2 };

// Compressed in a register and stored whole: storing under a mask is slow on Zen 4.
#define COMPRESS_AVX512(NAME, TYPE, LANES, MASK, COMPRESS)                                 \
    TARGET_AVX512                                                                          \
    static size_t NAME(const TYPE *values, const uint64_t *words, size_t count,            \
                       TYPE *out) {                                                        \
        size_t kept = 0;                                                                   \
        for (size_t start = 0; start < count; start += 64) {                               \
            uint64_t word = words[start / 64];                                             \
            if (__builtin_popcountll(word) <= FEW_ROWS) {                                  \
                for (; word != 0; word &= word - 1) {                                      \
                    out[kept++] = values[start + (size_t)__builtin_ctzll(word)];           \
                }                                                                          \
                continue;                                                                  \
            }                                                                              \
            size_t end = count - start < 64 ? count : start + 64;                          \
            for (size_t row = start; row < end; row += LANES, word >>= LANES) {            \
                MASK wanted = (MASK)word;                                                  \
                _mm512_storeu_si512(out + kept,                                            \
                                    COMPRESS(wanted, _mm512_loadu_si512(values + row)));   \
                kept += (size_t)__builtin_popcount(wanted);                                \
            }                                                                              \
        }                                                                                  \
        return kept;                                                                       \
    }

COMPRESS_AVX512(compress64_avx512, uint64_t, 8, __mmask8, _mm512_maskz_compress_epi64)
COMPRESS_AVX512(compress32_avx512, uint32_t, 16, __mmask16, _mm512_maskz_compress_epi32)

TARGET_AVX2
static size_t pack_bits_bmi2(const uint64_t *bits, const uint64_t *places, size_t words,
                             uint64_t *out) {
    size_t position = 0, done = 0;
    uint64_t partial = 0;
    for (size_t w = 0; w < words; w++) {
        uint64_t packed = _pext_u64(bits[w], places[w]);
        size_t count = (size_t)_mm_popcnt_u64(places[w]);
        size_t offset = position % 64;
        partial |= packed << offset;
        position += count;
        if (offset + count >= 64) {
            out[done++] = partial;
            partial = offset ? packed >> (64 - offset) : 0;
        }
    }
    out[done++] = partial;
    while (done <= words) {
        out[done++] = 0;
    }
    return position;
}

#define COMPRESS_WIDE(NAME)                                                                \
    if (skep_level_now() >= LEVEL_AVX512) {                                                \
        return NAME##_avx512(values, words, count, out);                                   \
    }
#else
#define COMPRESS_WIDE(NAME)
#endif

size_t skep_compress64(const uint64_t *values, const uint64_t *words, size_t count,
                       uint64_t *out) {
    COMPRESS_WIDE(compress64)
    return compress64_portable(values, words, count, out);
}

size_t skep_compress32(const uint32_t *values, const uint64_t *words, size_t count,
                       uint32_t *out) {
    COMPRESS_WIDE(compress32)
    return compress32_portable(values, words, count, out);
}

size_t skep_pack_bits(const uint64_t *bits, const uint64_t *places, size_t words,
                      uint64_t *out) {
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX2) {
        return pack_bits_bmi2(bits, places, words, out);
    }
#endif
    return pack_bits_portable(bits, places, words, out);
}
