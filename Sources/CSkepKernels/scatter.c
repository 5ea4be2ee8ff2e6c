#include "processor.h"

// Dense values spread over the rows that have one. The portable loop stores at every row and
// advances only at present ones, so that it has no branch that depends on the data.

#define SCATTER_PORTABLE(NAME, TYPE)                                                       \
    static inline size_t NAME(const TYPE *dense, const uint64_t *words, size_t count,      \
                              TYPE *out) {                                                 \
        size_t next = 0;                                                                   \
        for (size_t start = 0; start < count; start += 64) {                               \
            uint64_t word = words[start / 64];                                             \
            size_t rest = count - start < 64 ? count - start : 64;                         \
            for (size_t i = 0; i < rest; i++, word >>= 1) {                                \
                TYPE present = (TYPE)(word & 1);                                           \
                out[start + i] = dense[next] & (TYPE)(0 - present);                        \
                next += present;                                                           \
            }                                                                              \
        }                                                                                  \
        return next;                                                                       \
    }

SCATTER_PORTABLE(scatter64_portable, uint64_t)
SCATTER_PORTABLE(scatter32_portable, uint32_t)
SCATTER_PORTABLE(scatter8_portable, uint8_t)

#if HAVE_AVX

// Rows of a register, the mask type that goes with it, and how a mask of the first n rows is made.
#define SCATTER_AVX512(NAME, TYPE, LANES, MASK, EXPAND, STORE)                             \
    TARGET_AVX512                                                                          \
    static size_t NAME(const TYPE *dense, const uint64_t *words, size_t count, TYPE *out) { \
        size_t next = 0;                                                                   \
        size_t row = 0;                                                                    \
        for (; row + LANES <= count; row += LANES) {                                       \
            MASK present = (MASK)(words[row / 64] >> (row % 64));                          \
            __m512i values = _mm512_loadu_si512(dense + next);                             \
            _mm512_storeu_si512(out + row, EXPAND(present, values));                       \
            next += (size_t)__builtin_popcountll((uint64_t)present);                       \
        }                                                                                  \
        if (row < count) {                                                                 \
            MASK rest = (MASK)((UINT64_C(1) << (count - row)) - 1);                        \
            MASK present = (MASK)(words[row / 64] >> (row % 64)) & rest;                   \
            __m512i values = _mm512_loadu_si512(dense + next);                             \
            STORE(out + row, rest, EXPAND(present, values));                               \
            next += (size_t)__builtin_popcountll((uint64_t)present);                       \
        }                                                                                  \
        return next;                                                                       \
    }

SCATTER_AVX512(scatter64_avx512, uint64_t, 8, __mmask8, _mm512_maskz_expand_epi64,
               _mm512_mask_storeu_epi64)
SCATTER_AVX512(scatter32_avx512, uint32_t, 16, __mmask16, _mm512_maskz_expand_epi32,
               _mm512_mask_storeu_epi32)
SCATTER_AVX512(scatter8_avx512, uint8_t, 64, __mmask64, _mm512_maskz_expand_epi8,
               _mm512_mask_storeu_epi8)

#define SCATTER_WIDE(NAME)                                                                 \
    if (skep_level_now() >= LEVEL_AVX512) {                                                \
        return NAME##_avx512(dense, words, count, out);                                    \
    }
#else
#define SCATTER_WIDE(NAME)
#endif

size_t skep_scatter64(const uint64_t *dense, const uint64_t *words, size_t count,
                      uint64_t *out) {
    SCATTER_WIDE(scatter64)
    return scatter64_portable(dense, words, count, out);
}

size_t skep_scatter32(const uint32_t *dense, const uint64_t *words, size_t count,
                      uint32_t *out) {
    SCATTER_WIDE(scatter32)
    return scatter32_portable(dense, words, count, out);
}

size_t skep_scatter8(const uint8_t *dense, const uint64_t *words, size_t count, uint8_t *out) {
    SCATTER_WIDE(scatter8)
    return scatter8_portable(dense, words, count, out);
}
