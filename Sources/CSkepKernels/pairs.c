#include "cells.h"
#include "processor.h"

static inline uint32_t greatest_word(const uint32_t *words, size_t count) {
    uint32_t greatest = 0;
    for (size_t i = 0; i < count; i++) {
        greatest = words[i] > greatest ? words[i] : greatest;
    }
    return greatest;
}

// Sixty-four at a time without a branch, so that the compiler compares many at once.
static inline size_t find_word(const uint32_t *words, size_t count, uint32_t wanted) {
    size_t i = 0;
    for (; i + 64 <= count; i += 64) {
        uint32_t hits = 0;
        for (size_t j = 0; j < 64; j++) {
            hits |= words[i + j] == wanted;
        }
        if (hits) {
            break;
        }
    }
    while (i < count && words[i] != wanted) {
        i++;
    }
    return i;
}

#if HAVE_AVX
TARGET_AVX2
static uint32_t greatest_word_avx2(const uint32_t *words, size_t count) {
    return greatest_word(words, count);
}

TARGET_AVX2
static size_t find_word_avx2(const uint32_t *words, size_t count, uint32_t wanted) {
    return find_word(words, count, wanted);
}
#endif

uint32_t skep_greatest_word(const uint32_t *words, size_t count) {
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX2) {
        return greatest_word_avx2(words, count);
    }
#endif
    return greatest_word(words, count);
}

size_t skep_find_word(const uint32_t *words, size_t count, uint32_t wanted) {
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX2) {
        return find_word_avx2(words, count, wanted);
    }
#endif
    return find_word(words, count, wanted);
}

size_t skep_number_pairs(const uint32_t *grid, unsigned row_bits, uint32_t *firsts,
                         const uint32_t *seconds, size_t count) {
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        uint32_t a = grid[((size_t)firsts[i] << row_bits) + seconds[i]];
        uint32_t b = grid[((size_t)firsts[i + 1] << row_bits) + seconds[i + 1]];
        uint32_t c = grid[((size_t)firsts[i + 2] << row_bits) + seconds[i + 2]];
        uint32_t d = grid[((size_t)firsts[i + 3] << row_bits) + seconds[i + 3]];
        if (!a | !b | !c | !d) {
            return i;
        }
        firsts[i] = a - 1;
        firsts[i + 1] = b - 1;
        firsts[i + 2] = c - 1;
        firsts[i + 3] = d - 1;
    }
    for (; i < count; i++) {
        uint32_t number = grid[((size_t)firsts[i] << row_bits) + seconds[i]];
        if (!number) {
            return i;
        }
        firsts[i] = number - 1;
    }
    return i;
}
