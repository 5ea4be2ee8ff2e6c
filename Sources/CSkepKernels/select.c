#include "processor.h"

// One word of 64 rows at a time; the last word may have fewer.

#define SELECT_PORTABLE(NAME, TYPE, TEST)                                                  \
    static inline uint64_t NAME(const TYPE *values, size_t count, TYPE low, TYPE high) {   \
        uint64_t word = 0;                                                                 \
        for (size_t i = 0; i < count; i++) {                                               \
            TYPE value = values[i];                                                        \
            word |= (uint64_t)(TEST) << i;                                                 \
        }                                                                                  \
        return word;                                                                       \
    }

SELECT_PORTABLE(word_int64, int64_t, (value >= low) & (value <= high))
SELECT_PORTABLE(word_uint32, uint32_t, (value >= low) & (value <= high))
SELECT_PORTABLE(word_double, double, (value >= low) & (value <= high))

#if HAVE_AVX

TARGET_AVX512
static void int64_avx512(const int64_t *values, size_t words, int64_t low, int64_t high,
                         uint64_t *out) {
    __m512i lows = _mm512_set1_epi64(low), highs = _mm512_set1_epi64(high);
    for (size_t w = 0; w < words; w++, values += 64) {
        uint64_t word = 0;
        for (int part = 0; part < 8; part++) {
            __m512i value = _mm512_loadu_si512(values + part * 8);
            __mmask8 above = _mm512_cmpge_epi64_mask(value, lows);
            uint64_t bits = _mm512_mask_cmple_epi64_mask(above, value, highs);
            word |= bits << (part * 8);
        }
        out[w] = word;
    }
}

TARGET_AVX512
static void uint32_avx512(const uint32_t *values, size_t words, uint32_t low, uint32_t high,
                          uint64_t *out) {
    __m512i lows = _mm512_set1_epi32((int)low), highs = _mm512_set1_epi32((int)high);
    for (size_t w = 0; w < words; w++, values += 64) {
        uint64_t word = 0;
        for (int part = 0; part < 4; part++) {
            __m512i value = _mm512_loadu_si512(values + part * 16);
            __mmask16 above = _mm512_cmpge_epu32_mask(value, lows);
            uint64_t bits = _mm512_mask_cmple_epu32_mask(above, value, highs);
            word |= bits << (part * 16);
        }
        out[w] = word;
    }
}

TARGET_AVX512
static void double_avx512(const double *values, size_t words, double low, double high,
                          uint64_t *out) {
    __m512d lows = _mm512_set1_pd(low), highs = _mm512_set1_pd(high);
    for (size_t w = 0; w < words; w++, values += 64) {
        uint64_t word = 0;
        for (int part = 0; part < 8; part++) {
            __m512d value = _mm512_loadu_pd(values + part * 8);
            __mmask8 above = _mm512_cmp_pd_mask(value, lows, _CMP_GE_OQ);
            uint64_t bits = _mm512_mask_cmp_pd_mask(above, value, highs, _CMP_LE_OQ);
            word |= bits << (part * 8);
        }
        out[w] = word;
    }
}

TARGET_AVX2
static void int64_avx2(const int64_t *values, size_t words, int64_t low, int64_t high,
                       uint64_t *out) {
    __m256i lows = _mm256_set1_epi64x(low), highs = _mm256_set1_epi64x(high);
    for (size_t w = 0; w < words; w++, values += 64) {
        uint64_t outside = 0;
        for (int part = 0; part < 16; part++) {
            __m256i value = _mm256_loadu_si256((const __m256i *)(values + part * 4));
            __m256i wrong = _mm256_or_si256(_mm256_cmpgt_epi64(lows, value),
                                            _mm256_cmpgt_epi64(value, highs));
            uint64_t bits = (uint64_t)_mm256_movemask_pd(_mm256_castsi256_pd(wrong));
            outside |= bits << (part * 4);
        }
        out[w] = ~outside;
    }
}

TARGET_AVX2
static void uint32_avx2(const uint32_t *values, size_t words, uint32_t low, uint32_t high,
                        uint64_t *out) {
    __m256i lows = _mm256_set1_epi32((int)low), highs = _mm256_set1_epi32((int)high);
    for (size_t w = 0; w < words; w++, values += 64) {
        uint64_t word = 0;
        for (int part = 0; part < 8; part++) {
            __m256i value = _mm256_loadu_si256((const __m256i *)(values + part * 8));
            __m256i clamped = _mm256_min_epu32(_mm256_max_epu32(value, lows), highs);
            __m256i right = _mm256_cmpeq_epi32(clamped, value);
            uint64_t bits = (uint64_t)_mm256_movemask_ps(_mm256_castsi256_ps(right));
            word |= bits << (part * 8);
        }
        out[w] = word;
    }
}

TARGET_AVX2
static void double_avx2(const double *values, size_t words, double low, double high,
                        uint64_t *out) {
    __m256d lows = _mm256_set1_pd(low), highs = _mm256_set1_pd(high);
    for (size_t w = 0; w < words; w++, values += 64) {
        uint64_t word = 0;
        for (int part = 0; part < 16; part++) {
            __m256d value = _mm256_loadu_pd(values + part * 4);
            __m256d right = _mm256_and_pd(_mm256_cmp_pd(value, lows, _CMP_GE_OQ),
                                          _mm256_cmp_pd(value, highs, _CMP_LE_OQ));
            word |= (uint64_t)_mm256_movemask_pd(right) << (part * 4);
        }
        out[w] = word;
    }
}

#define SELECT_WIDE(NAME)                                                                  \
    int level = skep_level_now();                                                          \
    if (level >= LEVEL_AVX512) {                                                           \
        NAME##_avx512(values, count / 64, low, high, words);                               \
        done = count / 64;                                                                 \
    } else if (level >= LEVEL_AVX2) {                                                      \
        NAME##_avx2(values, count / 64, low, high, words);                                 \
        done = count / 64;                                                                 \
    }
#else
#define SELECT_WIDE(NAME)
#endif

// An empty range selects nothing at every level: the clamp of the AVX2 kernel needs low <= high.
#define SELECT(NAME, TYPE)                                                                 \
    void skep_select_##NAME(const TYPE *values, size_t count, TYPE low, TYPE high,         \
                            uint64_t *words) {                                             \
        size_t done = 0;                                                                   \
        if (!(low <= high)) {                                                              \
            memset(words, 0, (count + 63) / 64 * 8);                                       \
            return;                                                                        \
        }                                                                                  \
        SELECT_WIDE(NAME)                                                                  \
        for (size_t row = done * 64; row < count; row += 64) {                             \
            size_t rest = count - row < 64 ? count - row : 64;                             \
            words[row / 64] = word_##NAME(values + row, rest, low, high);                  \
        }                                                                                  \
    }

SELECT(int64, int64_t)
SELECT(uint32, uint32_t)
SELECT(double, double)

void skep_select_codes(const uint32_t *codes, size_t count, const uint8_t *accepted,
                       uint64_t *words) {
    size_t row = 0;
    for (; row + 64 <= count; row += 64) {
        uint64_t word = 0;
        for (size_t i = 0; i < 64; i += 8) {
            // Eight flags side by side, then gathered into a byte by one product.
            uint64_t flags = 0;
            for (size_t j = 0; j < 8; j++) {
                flags |= (uint64_t)(accepted[codes[row + i + j]] != 0) << (8 * j);
            }
            word |= ((flags * UINT64_C(0x0102040810204080)) >> 56) << i;
        }
        words[row / 64] = word;
    }
    if (row < count) {
        uint64_t word = 0;
        for (size_t i = 0; row + i < count; i++) {
            word |= (uint64_t)(accepted[codes[row + i]] != 0) << i;
        }
        words[row / 64] = word;
    }
}
