#include "processor.h"

/// Bytes of eight words, seen as 8 x 8 and mirrored at the diagonal.
static inline void transpose(uint64_t words[8]) {
    for (unsigned half = 4; half > 0; half >>= 1) {
        uint64_t mask = half == 4   ? UINT64_C(0x00000000FFFFFFFF)
                        : half == 2 ? UINT64_C(0x0000FFFF0000FFFF)
                                    : UINT64_C(0x00FF00FF00FF00FF);
        for (unsigned i = 0; i < 8; i++) {
            if ((i & half) == 0) {
                uint64_t low = words[i], high = words[i + half];
                words[i] = (low & mask) | ((high & mask) << (8 * half));
                words[i + half] = ((low >> (8 * half)) & mask) | (high & ~mask);
            }
        }
    }
}

void skep_split_bytes(const void *values, size_t count, void *planes) {
    const uint8_t *from = values;
    uint8_t *to = planes;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        uint64_t words[8];
        memcpy(words, from + i * 8, 64);
        transpose(words);
        for (size_t weight = 0; weight < 8; weight++) {
            memcpy(to + weight * count + i, &words[weight], 8);
        }
    }
    for (; i < count; i++) {
        for (size_t weight = 0; weight < 8; weight++) {
            to[weight * count + i] = from[i * 8 + weight];
        }
    }
}

void skep_join_bytes(const void *planes, size_t count, void *values) {
    const uint8_t *from = planes;
    uint8_t *to = values;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        uint64_t words[8];
        for (size_t weight = 0; weight < 8; weight++) {
            memcpy(&words[weight], from + weight * count + i, 8);
        }
        transpose(words);
        memcpy(to + i * 8, words, 64);
    }
    for (; i < count; i++) {
        for (size_t weight = 0; weight < 8; weight++) {
            to[i * 8 + weight] = from[weight * count + i];
        }
    }
}
