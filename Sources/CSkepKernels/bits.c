#include "processor.h"

void skep_bits_to_bytes(const void *bits, size_t first, size_t count, uint8_t *out) {
    const uint8_t *bytes = bits;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        size_t bit = first + i;
        uint64_t eight = (load64(bytes + (bit >> 3)) >> (bit & 7)) & 0xFF;
        // Bit j to the lowest bit of byte j: copies of the byte, each with one bit kept.
        uint64_t spread = (eight * UINT64_C(0x0101010101010101)) & UINT64_C(0x8040201008040201);
        spread = ((spread + UINT64_C(0x7F7F7F7F7F7F7F7F)) >> 7) & UINT64_C(0x0101010101010101);
        memcpy(out + i, &spread, 8);
    }
    for (; i < count; i++) {
        size_t bit = first + i;
        out[i] = (bytes[bit >> 3] >> (bit & 7)) & 1;
    }
}

void skep_bytes_to_bits(const uint8_t *bytes, size_t count, uint64_t *words) {
    for (size_t start = 0; start < count; start += 64) {
        size_t end = count - start < 64 ? count - start : 64;
        uint64_t word = 0;
        for (size_t i = 0; i < end; i++) {
            word |= (uint64_t)(bytes[start + i] != 0) << i;
        }
        *words++ = word;
    }
}

static inline size_t count_words(const uint64_t *words, size_t word_count) {
    size_t count = 0;
    for (size_t i = 0; i < word_count; i++) {
        count += (size_t)__builtin_popcountll(words[i]);
    }
    return count;
}

static inline void rank_words(const uint64_t *words, size_t word_count, uint32_t *ranks) {
    uint32_t rank = 0;
    for (size_t i = 0; i < word_count; i++) {
        ranks[i] = rank;
        rank += (uint32_t)__builtin_popcountll(words[i]);
    }
    ranks[word_count] = rank;
}

static inline size_t rows_of_word(uint64_t word, uint16_t first, uint16_t *rows) {
    size_t count = 0;
    while (word != 0) {
        rows[count++] = (uint16_t)(first + (uint16_t)__builtin_ctzll(word));
        word &= word - 1;
    }
    return count;
}

#if HAVE_AVX
TARGET_AVX2
static size_t count_avx2(const uint64_t *words, size_t word_count) {
    return count_words(words, word_count);
}

TARGET_AVX2
static void rank_avx2(const uint64_t *words, size_t word_count, uint32_t *ranks) {
    rank_words(words, word_count, ranks);
}

TARGET_AVX512
static size_t rows_avx512(const uint64_t *words, size_t word_count, uint16_t first,
                          uint16_t *rows) {
    uint16_t ascending[32];
    for (int i = 0; i < 32; i++) {
        ascending[i] = (uint16_t)i;
    }
    __m512i low = _mm512_add_epi16(_mm512_loadu_si512(ascending), _mm512_set1_epi16((short)first));
    __m512i next = _mm512_set1_epi16(32);
    size_t count = 0;
    for (size_t w = 0; w < word_count; w++) {
        uint32_t halves[2] = {(uint32_t)words[w], (uint32_t)(words[w] >> 32)};
        for (int half = 0; half < 2; half++) {
            // Compressed in a register and stored whole: storing under a mask is slow on Zen 4.
            _mm512_storeu_si512(rows + count, _mm512_maskz_compress_epi16(halves[half], low));
            count += (size_t)__builtin_popcount(halves[half]);
            low = _mm512_add_epi16(low, next);
        }
    }
    return count;
}
#endif

size_t skep_bits_to_rows(const uint64_t *words, size_t word_count, uint16_t first,
                         uint16_t *rows) {
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX512) {
        return rows_avx512(words, word_count, first, rows);
    }
#endif
    size_t count = 0;
    for (size_t w = 0; w < word_count; w++) {
        count += rows_of_word(words[w], (uint16_t)(first + 64 * w), rows + count);
    }
    return count;
}

size_t skep_count_bits(const uint64_t *words, size_t word_count) {
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX2) {
        return count_avx2(words, word_count);
    }
#endif
    return count_words(words, word_count);
}

void skep_rank_bits(const uint64_t *words, size_t word_count, uint32_t *ranks) {
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX2) {
        rank_avx2(words, word_count, ranks);
        return;
    }
#endif
    rank_words(words, word_count, ranks);
}
