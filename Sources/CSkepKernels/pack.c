#include "vectors.h"

void skep_pack64(const uint64_t *values, size_t count, uint64_t base, unsigned width,
                 uint64_t *words) {
    if (width == 0) {
        return;
    }
    uint64_t mask = ~UINT64_C(0) >> (64 - width);
    uint64_t word = 0;
    unsigned used = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t value = (values[i] - base) & mask;
        word |= value << used;
        used += width;
        if (used >= 64) {
            *words++ = word;
            used -= 64;
            // The value's bits that did not fit; none when it ended at the word's end.
            word = used == 0 ? 0 : value >> (width - used);
        }
    }
    if (used > 0) {
        *words = word;
    }
}

void skep_pack32(const uint32_t *values, size_t count, uint32_t base, unsigned width,
                 uint64_t *words) {
    if (width == 0) {
        return;
    }
    uint64_t mask = ~UINT64_C(0) >> (64 - width);
    uint64_t word = 0;
    unsigned used = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t value = (values[i] - base) & mask;
        word |= value << used;
        used += width;
        if (used >= 64) {
            *words++ = word;
            used -= 64;
            word = used == 0 ? 0 : value >> (width - used);
        }
    }
    if (used > 0) {
        *words = word;
    }
}
