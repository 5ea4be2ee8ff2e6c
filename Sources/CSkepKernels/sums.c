#include "processor.h"

void skep_translate32(uint32_t *values, size_t count, const uint32_t *table) {
    for (size_t i = 0; i < count; i++) {
        values[i] = table[values[i]];
    }
}

static void prefix_sum_portable(uint64_t *values, size_t count, uint64_t scale, uint64_t sum) {
    for (size_t i = 0; i < count; i++) {
        sum += values[i] * scale;
        values[i] = sum;
    }
}

#if HAVE_AVX
TARGET_AVX512
static void prefix_sum_avx512(uint64_t *values, size_t count, uint64_t scale, uint64_t sum) {
    __m512i zero = _mm512_setzero_si512();
    __m512i scales = _mm512_set1_epi64((long long)scale);
    __m512i last = _mm512_set1_epi64(7);
    __m512i carry = _mm512_set1_epi64((long long)sum);
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        __m512i sums = _mm512_mullo_epi64(_mm512_loadu_si512(values + i), scales);
        sums = _mm512_add_epi64(sums, _mm512_alignr_epi64(sums, zero, 7));
        sums = _mm512_add_epi64(sums, _mm512_alignr_epi64(sums, zero, 6));
        sums = _mm512_add_epi64(sums, _mm512_alignr_epi64(sums, zero, 4));
        __m512i total = _mm512_permutexvar_epi64(last, sums);
        _mm512_storeu_si512(values + i, _mm512_add_epi64(sums, carry));
        carry = _mm512_add_epi64(carry, total);
    }
    sum = (uint64_t)_mm_cvtsi128_si64(_mm512_castsi512_si128(carry));
    prefix_sum_portable(values + i, count - i, scale, sum);
}
#endif

void skep_prefix_sum64(uint64_t *values, size_t count, uint64_t scale, uint64_t base) {
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX512) {
        prefix_sum_avx512(values, count, scale, base);
        return;
    }
#endif
    prefix_sum_portable(values, count, scale, base);
}
