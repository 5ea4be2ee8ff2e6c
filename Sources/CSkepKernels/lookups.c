#include "processor.h"

// Tables of 256 entries by a byte a row: what a shape says about its rows.

static uint64_t bits_of_word(const uint8_t *codes, size_t count, const uint8_t *table) {
    uint64_t word = 0;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        // Eight flags side by side, then gathered into a byte by one product.
        uint64_t flags = 0;
        for (size_t j = 0; j < 8; j++) {
            flags |= (uint64_t)(table[codes[i + j]] != 0) << (8 * j);
        }
        word |= ((flags * UINT64_C(0x0102040810204080)) >> 56) << i;
    }
    for (; i < count; i++) {
        word |= (uint64_t)(table[codes[i]] != 0) << i;
    }
    return word;
}

#if HAVE_AVX

// A table of 256 bytes is two pairs of registers; the highest bit of a code chooses the pair.
struct byte_table {
    __m512i part[4];
};

TARGET_AVX512
static inline struct byte_table load_table(const uint8_t *table) {
    struct byte_table loaded;
    for (int i = 0; i < 4; i++) {
        loaded.part[i] = _mm512_loadu_si512(table + 64 * i);
    }
    return loaded;
}

TARGET_AVX512
static inline __m512i look_up(const struct byte_table *table, __m512i codes) {
    __m512i low = _mm512_permutex2var_epi8(table->part[0], codes, table->part[1]);
    __m512i high = _mm512_permutex2var_epi8(table->part[2], codes, table->part[3]);
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(codes), low, high);
}

TARGET_AVX512
static void bits_avx512(const uint8_t *codes, size_t words, const uint8_t *table,
                        uint64_t *out) {
    struct byte_table loaded = load_table(table);
    for (size_t w = 0; w < words; w++) {
        fetch_ahead(codes + w * 64);
        __m512i flags = look_up(&loaded, _mm512_loadu_si512(codes + w * 64));
        out[w] = _mm512_test_epi8_mask(flags, flags);
    }
}

TARGET_AVX512
static void bytes_avx512(const uint8_t *codes, size_t groups, const uint8_t *table,
                         uint8_t *out) {
    struct byte_table loaded = load_table(table);
    for (size_t g = 0; g < groups; g++) {
        _mm512_storeu_si512(out + g * 64,
                            look_up(&loaded, _mm512_loadu_si512(codes + g * 64)));
    }
}

// The table as a bit for each code: for each low half of a code a byte of bits by the lower
// half of the high halves, and one by the upper half.
TARGET_AVX2
static void bits_avx2(const uint8_t *codes, size_t words, const uint8_t *table,
                      uint64_t *out) {
    uint8_t lower[16], upper[16];
    for (int low = 0; low < 16; low++) {
        lower[low] = upper[low] = 0;
        for (int high = 0; high < 8; high++) {
            lower[low] |= (uint8_t)((table[high * 16 + low] != 0) << high);
            upper[low] |= (uint8_t)((table[(high + 8) * 16 + low] != 0) << high);
        }
    }
    __m256i lowers = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)lower));
    __m256i uppers = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)upper));
    __m256i single = _mm256_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128,
                                      1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
    __m256i nibble = _mm256_set1_epi8(15);
    for (size_t w = 0; w < words; w++) {
        uint64_t word = 0;
        for (int half = 0; half < 2; half++) {
            __m256i code = _mm256_loadu_si256((const __m256i *)(codes + w * 64 + half * 32));
            __m256i low = _mm256_and_si256(code, nibble);
            __m256i high = _mm256_and_si256(_mm256_srli_epi16(code, 4), nibble);
            __m256i bits = _mm256_blendv_epi8(_mm256_shuffle_epi8(lowers, low),
                                              _mm256_shuffle_epi8(uppers, low), code);
            __m256i bit = _mm256_shuffle_epi8(single, high);
            __m256i hit = _mm256_cmpeq_epi8(_mm256_and_si256(bits, bit), bit);
            word |= (uint64_t)(uint32_t)_mm256_movemask_epi8(hit) << (half * 32);
        }
        out[w] = word;
    }
}

TARGET_AVX2
static uint8_t greatest_avx2(const uint8_t *bytes, size_t groups) {
    __m256i greatest = _mm256_setzero_si256();
    for (size_t g = 0; g < groups; g++) {
        fetch_ahead(bytes + g * 32);
        greatest =
            _mm256_max_epu8(greatest, _mm256_loadu_si256((const __m256i *)(bytes + g * 32)));
    }
    uint8_t lanes[32];
    _mm256_storeu_si256((__m256i *)lanes, greatest);
    uint8_t result = 0;
    for (int i = 0; i < 32; i++) {
        result = lanes[i] > result ? lanes[i] : result;
    }
    return result;
}

// Sixteen numbers of a width of 1, 2 or 4 bits lie in at most one word: each lane shifts its own
// number down, and the permutation uses the lowest 4 bits alone. Narrower numbers find copies of
// the table in the places that the bits above them name.
TARGET_AVX512
static size_t packed_avx512(const uint8_t *bytes, size_t count, unsigned width,
                            const uint32_t *table, uint32_t *out) {
    uint32_t copies[16], shifts[16], halves[16];
    unsigned entries = 1u << width;
    for (unsigned i = 0; i < 16; i++) {
        copies[i] = table[i % entries];
        shifts[i] = (i * width) & 31;
        halves[i] = (i * width) >> 5;
    }
    __m512i values = _mm512_loadu_si512(copies);
    __m512i shift = _mm512_loadu_si512(shifts);
    __m512i half = _mm512_loadu_si512(halves);
    size_t i = 0;
    for (; i + 16 <= count; i += 16, bytes += 2 * width) {
        fetch_ahead(bytes);
        __m512i word = _mm512_set1_epi64((long long)load64(bytes));
        word = _mm512_srlv_epi32(_mm512_permutexvar_epi32(half, word), shift);
        _mm512_storeu_si512(out + i, _mm512_permutexvar_epi32(word, values));
    }
    return i;
}

#endif

void skep_look_up_bits(const uint8_t *codes, size_t count, const uint8_t *table,
                       uint64_t *words) {
    size_t done = 0;
#if HAVE_AVX
    int level = skep_level_now();
    if (level >= LEVEL_AVX512) {
        done = count / 64;
        bits_avx512(codes, done, table, words);
    } else if (level >= LEVEL_AVX2) {
        done = count / 64;
        bits_avx2(codes, done, table, words);
    }
#endif
    for (size_t row = done * 64; row < count; row += 64) {
        size_t rest = count - row < 64 ? count - row : 64;
        words[row / 64] = bits_of_word(codes + row, rest, table);
    }
}

void skep_look_up_bytes(const uint8_t *codes, size_t count, const uint8_t *table,
                        uint8_t *out) {
    size_t i = 0;
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX512) {
        i = count / 64 * 64;
        bytes_avx512(codes, count / 64, table, out);
    }
#endif
    for (; i < count; i++) {
        out[i] = table[codes[i]];
    }
}

void skep_look_up_words(const uint8_t *codes, size_t count, const uint32_t *table,
                        uint32_t *out) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        uint64_t eight = load64(codes + i);
        for (size_t j = 0; j < 8; j++) {
            out[i + j] = table[(eight >> (8 * j)) & 0xFF];
        }
    }
    for (; i < count; i++) {
        out[i] = table[codes[i]];
    }
}

uint8_t skep_greatest_byte(const uint8_t *bytes, size_t count) {
    uint8_t greatest = 0;
    size_t i = 0;
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX2) {
        i = count / 32 * 32;
        greatest = greatest_avx2(bytes, count / 32);
    }
#endif
    for (; i < count; i++) {
        greatest = bytes[i] > greatest ? bytes[i] : greatest;
    }
    return greatest;
}

void skep_look_up_packed(const void *packed, size_t first, size_t count, unsigned width,
                         const uint32_t *table, uint32_t *out) {
    const uint8_t *bytes = packed;
    unsigned mask = (1u << width) - 1;
    size_t i = 0;
    // To the next number that starts a byte.
    for (; i < count && ((first + i) * width & 7) != 0; i++) {
        size_t bit = (first + i) * width;
        out[i] = table[bytes[bit >> 3] >> (bit & 7) & mask];
    }
    if (width == 8) {
        skep_look_up_words(bytes + first + i, count - i, table, out + i);
        return;
    }
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX512) {
        i += packed_avx512(bytes + ((first + i) * width >> 3), count - i, width, table, out + i);
    }
#endif
    for (; i < count; i++) {
        size_t bit = (first + i) * width;
        out[i] = table[bytes[bit >> 3] >> (bit & 7) & mask];
    }
}
