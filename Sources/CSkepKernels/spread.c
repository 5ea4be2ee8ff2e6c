#include "processor.h"

// The next 64 dense bits from a bit position; one word behind the dense bits is readable.
static inline uint64_t bits_at(const uint64_t *dense, size_t position) {
    uint64_t bits = dense[position / 64] >> (position % 64);
    if (position % 64) bits |= dense[position / 64 + 1] << (64 - position % 64);
    return bits;
}

static void spread_portable(const uint64_t *dense, const uint64_t *present, size_t words,
                            uint64_t *out) {
    size_t position = 0;
    for (size_t w = 0; w < words; w++) {
        uint64_t rows = present[w], bits = bits_at(dense, position), result = 0;
        position += (size_t)__builtin_popcountll(rows);
        while (rows) {
            uint64_t lowest = rows & (0 - rows);
            result |= (0 - (bits & 1)) & lowest;
            bits >>= 1;
            rows &= rows - 1;
        }
        out[w] |= result;
    }
}

static size_t selected_portable(const uint64_t *selected, const uint64_t *present,
                                size_t words, uint16_t *positions) {
    size_t count = 0, before = 0;
    for (size_t w = 0; w < words; w++) {
        uint64_t rows = present[w], bits = selected[w] & rows;
        while (bits) {
            uint64_t below = (bits & (0 - bits)) - 1;
            positions[count++] = (uint16_t)(before + (size_t)__builtin_popcountll(rows & below));
            bits &= bits - 1;
        }
        before += (size_t)__builtin_popcountll(rows);
    }
    return count;
}

#if HAVE_AVX

TARGET_AVX2
static void spread_bmi2(const uint64_t *dense, const uint64_t *present, size_t words,
                        uint64_t *out) {
    size_t position = 0;
    for (size_t w = 0; w < words; w++) {
        uint64_t rows = present[w];
        if (!rows) continue;
        out[w] |= _pdep_u64(bits_at(dense, position), rows);
        position += (size_t)_mm_popcnt_u64(rows);
    }
}

TARGET_AVX2
static size_t selected_bmi2(const uint64_t *selected, const uint64_t *present, size_t words,
                            uint16_t *positions) {
    size_t count = 0, before = 0;
    for (size_t w = 0; w < words; w++) {
        uint64_t rows = present[w];
        uint64_t dense = _pext_u64(selected[w], rows);
        while (dense) {
            positions[count++] = (uint16_t)(before + (size_t)_tzcnt_u64(dense));
            dense = _blsr_u64(dense);
        }
        before += (size_t)_mm_popcnt_u64(rows);
    }
    return count;
}

#endif

void skep_spread_bits(const uint64_t *dense, const uint64_t *present, size_t words,
                      uint64_t *out) {
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX2) {
        spread_bmi2(dense, present, words, out);
        return;
    }
#endif
    spread_portable(dense, present, words, out);
}

size_t skep_selected_positions(const uint64_t *selected, const uint64_t *present, size_t words,
                               uint16_t *positions) {
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX2) {
        return selected_bmi2(selected, present, words, positions);
    }
#endif
    return selected_portable(selected, present, words, positions);
}
