#include "vectors.h"

#include <string.h>

void skep_pack64(const uint64_t *values, size_t count, uint64_t base, unsigned width,
                 uint64_t *words) {
    if (width == 0) {
        return;
    }
    if (width == 64) {
        for (size_t i = 0; i < count; i++) {
            words[i] = values[i] - base;
        }
        return;
    }
    uint64_t mask = (UINT64_C(1) << width) - 1;
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
    uint64_t mask = (UINT64_C(1) << width) - 1;
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

static inline uint64_t load64(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    return word;
}

void skep_unpack64(const void *packed, size_t first, size_t count, unsigned width,
                   uint64_t base, uint64_t *out) {
    if (width == 0) {
        for (size_t i = 0; i < count; i++) {
            out[i] = base;
        }
        return;
    }
    const uint8_t *bytes = packed;
    size_t bit = first * width;
    uint64_t mask = ~UINT64_C(0) >> (64 - width);
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

void skep_unpack32(const void *packed, size_t first, size_t count, unsigned width,
                   uint32_t base, uint32_t limit, uint32_t *out) {
    const uint8_t *bytes = packed;
    size_t bit = first * width;
    uint64_t mask = (UINT64_C(1) << width) - 1;
    for (size_t i = 0; i < count; i++, bit += width) {
        uint32_t number = base + (uint32_t)((load64(bytes + (bit >> 3)) >> (bit & 7)) & mask);
        out[i] = number < limit ? number : limit;
    }
}

void skep_translate32(uint32_t *values, size_t count, const uint32_t *table) {
    for (size_t i = 0; i < count; i++) {
        values[i] = table[values[i]];
    }
}

void skep_prefix_sum64(uint64_t *values, size_t count, uint64_t scale, uint64_t base) {
    uint64_t sum = base;
    for (size_t i = 0; i < count; i++) {
        sum += values[i] * scale;
        values[i] = sum;
    }
}

void skep_bits_to_bytes(const void *bits, size_t first, size_t count, uint8_t *out) {
    const uint8_t *bytes = bits;
    for (size_t i = 0; i < count; i++) {
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
