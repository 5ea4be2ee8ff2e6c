#include "processor.h"

// Without a branch, so that the compiler compares many at a time: every query opens blocks.
static inline int ascends16(const uint8_t *bytes, size_t count) {
    unsigned falls = 0;
    for (size_t i = 1; i < count; i++) {
        uint16_t before, number;
        memcpy(&before, bytes + 2 * i - 2, 2);
        memcpy(&number, bytes + 2 * i, 2);
        falls |= number <= before;
    }
    return !falls;
}

static inline uint64_t greatest64(const uint64_t *numbers, size_t count) {
    uint64_t greatest = 0;
    for (size_t i = 0; i < count; i++) {
        greatest = numbers[i] > greatest ? numbers[i] : greatest;
    }
    return greatest;
}

#if HAVE_AVX
TARGET_AVX512
static int ascends16_avx512(const uint8_t *bytes, size_t count) {
    uint32_t falls = 0;
    size_t i = 1;
    for (; i + 32 <= count; i += 32) {
        __m512i before = _mm512_loadu_si512(bytes + 2 * i - 2);
        falls |= _mm512_cmple_epu16_mask(_mm512_loadu_si512(bytes + 2 * i), before);
    }
    return !falls && ascends16(bytes + 2 * i - 2, count - i + 1);
}

TARGET_AVX512
static uint64_t greatest64_avx512(const uint64_t *numbers, size_t count) {
    return greatest64(numbers, count);
}
#endif

int skep_ascends16(const void *numbers, size_t count) {
    if (count < 2) {
        return 1;
    }
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX512) {
        return ascends16_avx512(numbers, count);
    }
#endif
    return ascends16(numbers, count);
}

uint64_t skep_greatest64(const uint64_t *numbers, size_t count) {
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX512) {
        return greatest64_avx512(numbers, count);
    }
#endif
    return greatest64(numbers, count);
}
