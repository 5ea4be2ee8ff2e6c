#include "processor.h"

// Adding this puts the integer nearest to a double below 2^51 into the sum's low bits.
static const double rounder = 6755399441055744.0;  // 1.5 * 2^52
static const int64_t rounder_bits = INT64_C(0x4338000000000000);
static const double greatest_mantissa = 2251799813685247.0;  // 2^51 - 1

static inline size_t to_decimals(const double *values, size_t count, double scale,
                                 int64_t *mantissas, uint8_t *failed) {
    size_t failures = 0;
    for (size_t i = 0; i < count; i++) {
        double value = values[i];
        double scaled = value * scale;
        double shifted = scaled + rounder;
        double back = (shifted - rounder) / scale;
        int64_t bits, shifted_bits, back_bits;
        memcpy(&bits, &value, 8);
        memcpy(&shifted_bits, &shifted, 8);
        memcpy(&back_bits, &back, 8);
        int fails = (bits != back_bits) | !(scaled <= greatest_mantissa) | !(scaled >= -greatest_mantissa);
        mantissas[i] = shifted_bits - rounder_bits;
        failed[i] = (uint8_t)fails;
        failures += (size_t)fails;
    }
    return failures;
}

static inline void from_decimals(uint64_t *values, size_t count, int64_t base, unsigned shift,
                                 const double *powers) {
    uint64_t digits = (UINT64_C(1) << shift) - 1;
    for (size_t i = 0; i < count; i++) {
        uint64_t number = values[i];
        uint64_t bits = (number >> shift) + (uint64_t)base + (uint64_t)rounder_bits;
        double value;
        memcpy(&value, &bits, 8);
        value = (value - rounder) / powers[number & digits];
        memcpy(values + i, &value, 8);
    }
}

static inline int64_t scale_decimals(const int64_t *mantissas, const uint8_t *exponents,
                                     size_t count, const int64_t *factors,
                                     const int64_t *limits, uint64_t *numbers,
                                     uint8_t *refused, size_t *refusals) {
    int64_t least = INT64_MAX;
    size_t refusal_count = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned exponent = exponents[i] & 31;
        int64_t mantissa = mantissas[i];
        int64_t limit = limits[exponent];
        int refuses = (mantissa > limit) | (mantissa < -limit);
        int64_t number = refuses ? 0 : mantissa * factors[exponent];
        int64_t candidate = refuses ? INT64_MAX : number;
        least = candidate < least ? candidate : least;
        numbers[i] = (uint64_t)number;
        refused[i] = (uint8_t)refuses;
        refusal_count += (size_t)refuses;
    }
    *refusals = refusal_count;
    return least == INT64_MAX ? 0 : least;
}

static inline void join_decimals(uint64_t *numbers, const uint8_t *refused,
                                 const uint8_t *exponents, size_t count, int64_t least,
                                 unsigned greatest, unsigned shift) {
    uint64_t digits = (UINT64_C(1) << shift) - 1;
    for (size_t i = 0; i < count; i++) {
        uint64_t less = (uint64_t)greatest - exponents[i];
        less = less < digits ? less : digits;
        uint64_t number = (numbers[i] - (uint64_t)least) << shift | less;
        numbers[i] = refused[i] ? 0 : number;
    }
}

#if HAVE_AVX
TARGET_AVX512
static int64_t scale_decimals_avx512(const int64_t *mantissas, const uint8_t *exponents,
                                     size_t count, const int64_t *factors,
                                     const int64_t *limits, uint64_t *numbers,
                                     uint8_t *refused, size_t *refusals) {
    return scale_decimals(mantissas, exponents, count, factors, limits, numbers, refused,
                          refusals);
}

TARGET_AVX512
static void join_decimals_avx512(uint64_t *numbers, const uint8_t *refused,
                                 const uint8_t *exponents, size_t count, int64_t least,
                                 unsigned greatest, unsigned shift) {
    join_decimals(numbers, refused, exponents, count, least, greatest, shift);
}

TARGET_AVX2
static size_t to_decimals_avx2(const double *values, size_t count, double scale,
                               int64_t *mantissas, uint8_t *failed) {
    return to_decimals(values, count, scale, mantissas, failed);
}

TARGET_AVX512
static size_t to_decimals_avx512(const double *values, size_t count, double scale,
                                 int64_t *mantissas, uint8_t *failed) {
    __m512d scales = _mm512_set1_pd(scale), rounders = _mm512_set1_pd(rounder);
    __m512d most = _mm512_set1_pd(greatest_mantissa);
    __m512i bits = _mm512_set1_epi64(rounder_bits);
    size_t failures = 0;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        __m512d value = _mm512_loadu_pd(values + i);
        __m512d scaled = _mm512_mul_pd(value, scales);
        __m512d shifted = _mm512_add_pd(scaled, rounders);
        __m512d back = _mm512_div_pd(_mm512_sub_pd(shifted, rounders), scales);
        __mmask8 right = _mm512_cmpeq_epi64_mask(_mm512_castpd_si512(back),
                                                 _mm512_castpd_si512(value));
        right = _mm512_mask_cmp_pd_mask(right, _mm512_abs_pd(scaled), most, _CMP_LE_OQ);
        __mmask8 fails = (__mmask8)~right;
        _mm512_storeu_si512(mantissas + i, _mm512_sub_epi64(_mm512_castpd_si512(shifted), bits));
        __m128i flags = _mm_maskz_set1_epi8(fails, 1);
        _mm_storel_epi64((__m128i *)(failed + i), flags);
        failures += (size_t)__builtin_popcount(fails);
    }
    return failures + to_decimals(values + i, count - i, scale, mantissas + i, failed + i);
}

TARGET_AVX512
static void from_decimals_avx512(uint64_t *values, size_t count, int64_t base, unsigned shift,
                                 const double *powers) {
    __m512i digits = _mm512_set1_epi64((long long)((UINT64_C(1) << shift) - 1));
    // Added without signs: damaged bases must not overflow.
    __m512i bases = _mm512_set1_epi64((long long)((uint64_t)base + (uint64_t)rounder_bits));
    __m128i shifts = _mm_cvtsi32_si128((int)shift);
    __m512d rounders = _mm512_set1_pd(rounder);
    __m512d low = _mm512_loadu_pd(powers), high = _mm512_loadu_pd(powers + 8);
    for (size_t i = 0; i < count; i += 8) {
        __mmask8 rest = (__mmask8)(count - i < 8 ? (1u << (count - i)) - 1 : 0xFF);
        __m512i number = _mm512_maskz_loadu_epi64(rest, values + i);
        __m512i bits = _mm512_add_epi64(_mm512_srl_epi64(number, shifts), bases);
        __m512d power =
            _mm512_permutex2var_pd(low, _mm512_and_si512(number, digits), high);
        __m512d value = _mm512_sub_pd(_mm512_castsi512_pd(bits), rounders);
        _mm512_mask_storeu_pd(values + i, rest, _mm512_div_pd(value, power));
    }
}
#endif

size_t skep_to_decimals(const double *values, size_t count, double scale, int64_t *mantissas,
                        uint8_t *failed) {
#if HAVE_AVX
    int level = skep_level_now();
    if (level >= LEVEL_AVX512) {
        return to_decimals_avx512(values, count, scale, mantissas, failed);
    }
    if (level >= LEVEL_AVX2) {
        return to_decimals_avx2(values, count, scale, mantissas, failed);
    }
#endif
    return to_decimals(values, count, scale, mantissas, failed);
}

int64_t skep_scale_decimals(const int64_t *mantissas, const uint8_t *exponents, size_t count,
                            const int64_t *factors, const int64_t *limits, uint64_t *numbers,
                            uint8_t *refused, size_t *refusals) {
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX512) {
        return scale_decimals_avx512(mantissas, exponents, count, factors, limits, numbers,
                                     refused, refusals);
    }
#endif
    return scale_decimals(mantissas, exponents, count, factors, limits, numbers, refused,
                          refusals);
}

void skep_join_decimals(uint64_t *numbers, const uint8_t *refused, const uint8_t *exponents,
                        size_t count, int64_t least, unsigned greatest, unsigned shift) {
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX512) {
        join_decimals_avx512(numbers, refused, exponents, count, least, greatest, shift);
        return;
    }
#endif
    join_decimals(numbers, refused, exponents, count, least, greatest, shift);
}

void skep_from_decimals(uint64_t *values, size_t count, int64_t base, unsigned shift,
                        const double *powers) {
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX512) {
        from_decimals_avx512(values, count, base, shift, powers);
        return;
    }
#endif
    from_decimals(values, count, base, shift, powers);
}
