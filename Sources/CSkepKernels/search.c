#include "processor.h"

static size_t find_portable(const uint8_t *text, size_t count, const uint8_t *needle,
                            size_t length) {
    size_t start = 0;
    while (start + length <= count) {
        const uint8_t *head = memchr(text + start, needle[0], count - length - start + 1);
        if (!head) return count;
        start = (size_t)(head - text);
        if (memcmp(head, needle, length) == 0) return start;
        start++;
    }
    return count;
}

#if HAVE_AVX

// Places where both the needle's first and its last byte match are candidates: the "generic
// SIMD" search of W. Muła.
TARGET_AVX2
static size_t find_avx2(const uint8_t *text, size_t count, const uint8_t *needle,
                        size_t length) {
    __m256i first = _mm256_set1_epi8((char)needle[0]);
    __m256i last = _mm256_set1_epi8((char)needle[length - 1]);
    size_t start = 0;
    while (start + length + 31 <= count) {
        const uint8_t *place = text + start;
        __m256i heads = _mm256_loadu_si256((const __m256i *)place);
        __m256i tails = _mm256_loadu_si256((const __m256i *)(place + length - 1));
        __m256i both = _mm256_and_si256(_mm256_cmpeq_epi8(heads, first),
                                        _mm256_cmpeq_epi8(tails, last));
        uint32_t candidates = (uint32_t)_mm256_movemask_epi8(both);
        while (candidates) {
            unsigned offset = (unsigned)__builtin_ctz(candidates);
            if (memcmp(place + offset, needle, length) == 0) return start + offset;
            candidates &= candidates - 1;
        }
        start += 32;
    }
    size_t rest = find_portable(text + start, count - start, needle, length);
    return start + rest;
}

#endif

size_t skep_find(const uint8_t *text, size_t count, const uint8_t *needle, size_t length) {
    if (length == 0) return 0;
    if (length > count) return count;
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX2) return find_avx2(text, count, needle, length);
#endif
    return find_portable(text, count, needle, length);
}
