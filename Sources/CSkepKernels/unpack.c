#include "processor.h"

static uint64_t width_mask(unsigned width) {
    return width == 0 ? 0 : ~UINT64_C(0) >> (64 - width);
}

static void unpack64_portable(const uint8_t *bytes, size_t bit, size_t count, unsigned width,
                              uint64_t base, uint64_t *out) {
    uint64_t mask = width_mask(width);
    if (width <= 57) {
        for (size_t i = 0; i < count; i++, bit += width) {
            out[i] = base + ((load64(bytes + (bit >> 3)) >> (bit & 7)) & mask);
        }
        return;
    }
    for (size_t i = 0; i < count; i++, bit += width) {
        unsigned shift = bit & 7;
        uint64_t value = load64(bytes + (bit >> 3)) >> shift;
        // Two shifts, since a shift by 64 is undefined.
        value |= ((uint64_t)bytes[(bit >> 3) + 8] << 1) << (63 - shift);
        out[i] = base + (value & mask);
    }
}

static void unpack32_portable(const uint8_t *bytes, size_t bit, size_t count, unsigned width,
                              uint32_t base, uint32_t limit, uint32_t *out) {
    uint64_t mask = width_mask(width);
    for (size_t i = 0; i < count; i++, bit += width) {
        uint32_t number = base + (uint32_t)((load64(bytes + (bit >> 3)) >> (bit & 7)) & mask);
        out[i] = number < limit ? number : limit;
    }
}

#if HAVE_AVX

// Eight numbers take `width` bytes, so the bits inside the first byte stay the same from one
// group of eight to the next: one shuffle and one shift, prepared once, serve all groups.

TARGET_AVX512
static void unpack64_avx512(const uint8_t *bytes, size_t bit, size_t count, unsigned width,
                            uint64_t base, uint64_t *out) {
    uint8_t shuffle[64];
    uint64_t shifts[8];
    for (unsigned lane = 0; lane < 8; lane++) {
        unsigned offset = (unsigned)(bit & 7) + lane * width;
        shifts[lane] = offset & 7;
        for (unsigned byte = 0; byte < 8; byte++) {
            shuffle[lane * 8 + byte] = (uint8_t)((offset >> 3) + byte);
        }
    }
    bytes += bit >> 3;
    __m512i shuffles = _mm512_loadu_si512(shuffle);
    __m512i shift = _mm512_loadu_si512(shifts);
    __m512i mask = _mm512_set1_epi64((long long)width_mask(width));
    __m512i bases = _mm512_set1_epi64((long long)base);
    size_t i = 0;
    for (; i + 8 <= count; i += 8, bytes += width) {
        fetch_ahead(bytes);
        __m512i packed = _mm512_permutexvar_epi8(shuffles, _mm512_loadu_si512(bytes));
        __m512i number = _mm512_and_si512(_mm512_srlv_epi64(packed, shift), mask);
        _mm512_storeu_si512(out + i, _mm512_add_epi64(number, bases));
    }
    if (i < count) {
        __m512i packed = _mm512_permutexvar_epi8(shuffles, _mm512_loadu_si512(bytes));
        __m512i number = _mm512_and_si512(_mm512_srlv_epi64(packed, shift), mask);
        __mmask8 rest = (__mmask8)((1u << (count - i)) - 1);
        _mm512_mask_storeu_epi64(out + i, rest, _mm512_add_epi64(number, bases));
    }
}

TARGET_AVX512
static void unpack32_avx512(const uint8_t *bytes, size_t bit, size_t count, unsigned width,
                            uint32_t base, uint32_t limit, uint32_t *out) {
    uint8_t shuffle[64];
    uint32_t shifts[16];
    for (unsigned lane = 0; lane < 16; lane++) {
        unsigned offset = (unsigned)(bit & 7) + lane * width;
        shifts[lane] = offset & 7;
        for (unsigned byte = 0; byte < 4; byte++) {
            shuffle[lane * 4 + byte] = (uint8_t)((offset >> 3) + byte);
        }
    }
    bytes += bit >> 3;
    __m512i shuffles = _mm512_loadu_si512(shuffle);
    __m512i shift = _mm512_loadu_si512(shifts);
    __m512i mask = _mm512_set1_epi32((int)width_mask(width));
    __m512i bases = _mm512_set1_epi32((int)base);
    __m512i limits = _mm512_set1_epi32((int)limit);
    size_t i = 0;
    for (; i + 16 <= count; i += 16, bytes += 2 * width) {
        fetch_ahead(bytes);
        __m512i packed = _mm512_permutexvar_epi8(shuffles, _mm512_loadu_si512(bytes));
        __m512i number = _mm512_and_si512(_mm512_srlv_epi32(packed, shift), mask);
        number = _mm512_min_epu32(_mm512_add_epi32(number, bases), limits);
        _mm512_storeu_si512(out + i, number);
    }
    if (i < count) {
        __m512i packed = _mm512_permutexvar_epi8(shuffles, _mm512_loadu_si512(bytes));
        __m512i number = _mm512_and_si512(_mm512_srlv_epi32(packed, shift), mask);
        number = _mm512_min_epu32(_mm512_add_epi32(number, bases), limits);
        __mmask16 rest = (__mmask16)((1u << (count - i)) - 1);
        _mm512_mask_storeu_epi32(out + i, rest, number);
    }
}

// AVX2 shuffles inside halves of 16 bytes: each half is loaded from its own first byte.

TARGET_AVX2
static size_t unpack64_avx2(const uint8_t *bytes, size_t bit, size_t count, unsigned width,
                            uint64_t base, uint64_t *out) {
    uint8_t shuffle[64];
    uint64_t shifts[8];
    unsigned start[4];
    for (unsigned lane = 0; lane < 8; lane++) {
        unsigned offset = (unsigned)(bit & 7) + lane * width;
        if ((lane & 1) == 0) {
            start[lane / 2] = offset >> 3;
        }
        shifts[lane] = offset & 7;
        for (unsigned byte = 0; byte < 8; byte++) {
            shuffle[lane * 8 + byte] = (uint8_t)((offset >> 3) - start[lane / 2] + byte);
        }
    }
    bytes += bit >> 3;
    __m256i shuffle0 = _mm256_loadu_si256((const __m256i *)shuffle);
    __m256i shuffle1 = _mm256_loadu_si256((const __m256i *)(shuffle + 32));
    __m256i shift0 = _mm256_loadu_si256((const __m256i *)shifts);
    __m256i shift1 = _mm256_loadu_si256((const __m256i *)(shifts + 4));
    __m256i mask = _mm256_set1_epi64x((long long)width_mask(width));
    __m256i bases = _mm256_set1_epi64x((long long)base);
    size_t i = 0;
    for (; i + 8 <= count; i += 8, bytes += width) {
        fetch_ahead(bytes);
        __m256i low = _mm256_loadu2_m128i((const __m128i *)(bytes + start[1]),
                                          (const __m128i *)(bytes + start[0]));
        __m256i high = _mm256_loadu2_m128i((const __m128i *)(bytes + start[3]),
                                           (const __m128i *)(bytes + start[2]));
        low = _mm256_srlv_epi64(_mm256_shuffle_epi8(low, shuffle0), shift0);
        high = _mm256_srlv_epi64(_mm256_shuffle_epi8(high, shuffle1), shift1);
        low = _mm256_add_epi64(_mm256_and_si256(low, mask), bases);
        high = _mm256_add_epi64(_mm256_and_si256(high, mask), bases);
        _mm256_storeu_si256((__m256i *)(out + i), low);
        _mm256_storeu_si256((__m256i *)(out + i + 4), high);
    }
    return i;
}

TARGET_AVX2
static size_t unpack32_avx2(const uint8_t *bytes, size_t bit, size_t count, unsigned width,
                            uint32_t base, uint32_t limit, uint32_t *out) {
    uint8_t shuffle[32];
    uint32_t shifts[8];
    unsigned start[2];
    for (unsigned lane = 0; lane < 8; lane++) {
        unsigned offset = (unsigned)(bit & 7) + lane * width;
        if ((lane & 3) == 0) {
            start[lane / 4] = offset >> 3;
        }
        shifts[lane] = offset & 7;
        for (unsigned byte = 0; byte < 4; byte++) {
            shuffle[lane * 4 + byte] = (uint8_t)((offset >> 3) - start[lane / 4] + byte);
        }
    }
    bytes += bit >> 3;
    __m256i shuffles = _mm256_loadu_si256((const __m256i *)shuffle);
    __m256i shift = _mm256_loadu_si256((const __m256i *)shifts);
    __m256i mask = _mm256_set1_epi32((int)width_mask(width));
    __m256i bases = _mm256_set1_epi32((int)base);
    __m256i limits = _mm256_set1_epi32((int)limit);
    size_t i = 0;
    for (; i + 8 <= count; i += 8, bytes += width) {
        fetch_ahead(bytes);
        __m256i packed = _mm256_loadu2_m128i((const __m128i *)(bytes + start[1]),
                                             (const __m128i *)(bytes + start[0]));
        __m256i number = _mm256_srlv_epi32(_mm256_shuffle_epi8(packed, shuffles), shift);
        number = _mm256_add_epi32(_mm256_and_si256(number, mask), bases);
        _mm256_storeu_si256((__m256i *)(out + i), _mm256_min_epu32(number, limits));
    }
    return i;
}

#endif

// The widest number that a lane holds wherever in a byte it starts.
enum { WIDEST_IN_32 = 25, WIDEST_IN_64 = 57 };

void skep_unpack64(const void *packed, size_t first, size_t count, unsigned width,
                   uint64_t base, uint64_t *out) {
    const uint8_t *bytes = packed;
    if (width == 0) {
        for (size_t i = 0; i < count; i++) {
            out[i] = base;
        }
        return;
    }
    if (width == 64) {
        for (size_t i = 0; i < count; i++) {
            out[i] = base + load64(bytes + (first + i) * 8);
        }
        return;
    }
    size_t bit = first * width;
    size_t done = 0;
#if HAVE_AVX
    int level = skep_level_now();
    if (width <= WIDEST_IN_64 && level >= LEVEL_AVX512) {
        unpack64_avx512(bytes, bit, count, width, base, out);
        return;
    }
    if (width <= WIDEST_IN_64 && level >= LEVEL_AVX2) {
        done = unpack64_avx2(bytes, bit, count, width, base, out);
    }
#endif
    unpack64_portable(bytes, bit + done * width, count - done, width, base, out + done);
}

void skep_unpack32(const void *packed, size_t first, size_t count, unsigned width,
                   uint32_t base, uint32_t limit, uint32_t *out) {
    const uint8_t *bytes = packed;
    if (width == 0) {
        uint32_t value = base < limit ? base : limit;
        for (size_t i = 0; i < count; i++) {
            out[i] = value;
        }
        return;
    }
    size_t bit = first * width;
    size_t done = 0;
#if HAVE_AVX
    int level = skep_level_now();
    if (width <= WIDEST_IN_32 && level >= LEVEL_AVX512) {
        unpack32_avx512(bytes, bit, count, width, base, limit, out);
        return;
    }
    if (width <= WIDEST_IN_32 && level >= LEVEL_AVX2) {
        done = unpack32_avx2(bytes, bit, count, width, base, limit, out);
    }
#endif
    unpack32_portable(bytes, bit + done * width, count - done, width, base, limit, out + done);
}
