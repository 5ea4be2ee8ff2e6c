#include <stdint.h>
#include <string.h>

#include "include/vectors.h"

/// How many of the first `most` bytes are equal.
static uint32_t common_prefix(const uint8_t *a, const uint8_t *b, uint32_t most) {
    uint32_t count = 0;
    while (count + 8 <= most) {
        uint64_t x, y;
        memcpy(&x, a + count, 8);
        memcpy(&y, b + count, 8);
        if (x != y) break;
        count += 8;
    }
    while (count < most && a[count] == b[count]) count++;
    return count;
}

/// How many of the last `most` bytes before two ends are equal.
static uint32_t common_suffix(const uint8_t *a, const uint8_t *b, uint32_t most) {
    uint32_t count = 0;
    while (count + 8 <= most) {
        uint64_t x, y;
        memcpy(&x, a - count - 8, 8);
        memcpy(&y, b - count - 8, 8);
        if (x != y) break;
        count += 8;
    }
    while (count < most && *(a - count - 1) == *(b - count - 1)) count++;
    return count;
}

void skep_find_affixes(const uint8_t *bytes, const uint32_t *ends, const uint8_t *groups,
                       size_t count, uint32_t most, skep_affix *affixes) {
    uint32_t start = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *text = bytes + start;
        uint32_t length = ends[i] - start;
        skep_affix *affix = affixes + groups[i];
        start = ends[i];
        if (!affix->text) {
            uint32_t shared = length < most ? length : most;
            *affix = (skep_affix){text, length, shared, shared, length};
            continue;
        }
        if (length < affix->least) affix->least = length;
        uint32_t prefix = affix->prefix < length ? affix->prefix : length;
        affix->prefix = common_prefix(affix->text, text, prefix);
        uint32_t suffix = affix->suffix < length ? affix->suffix : length;
        affix->suffix = common_suffix(affix->text + affix->length, text + length, suffix);
    }
}

/// Copies in steps of 16 bytes, beyond the end of both.
static inline void copy_steps(uint8_t *out, const uint8_t *from, uint32_t count) {
    for (uint32_t done = 0; done < count; done += 16) memcpy(out + done, from + done, 16);
}

void skep_cut_affixes(const uint8_t *bytes, const uint32_t *ends, const uint8_t *groups,
                      size_t count, const skep_affix *affixes, uint8_t *out, uint32_t *out_ends) {
    uint32_t start = 0, end = 0;
    for (size_t i = 0; i < count; i++) {
        const skep_affix *affix = affixes + groups[i];
        uint32_t length = ends[i] - start - affix->prefix - affix->suffix;
        copy_steps(out + end, bytes + start + affix->prefix, length);
        start = ends[i];
        end += length;
        out_ends[i] = end;
    }
}

void skep_join_affixes(const uint8_t *middles, uint32_t *offsets, const uint8_t *groups,
                       size_t count, const uint8_t *affixes, const skep_affix_place *places,
                       uint8_t *out) {
    uint32_t start = offsets[0], end = 0;
    offsets[0] = 0;
    for (size_t i = 0; i < count; i++) {
        skep_affix_place place = places[groups[i]];
        uint32_t length = offsets[i + 1] - start;
        copy_steps(out + end, affixes + place.start, place.prefix);
        end += place.prefix;
        copy_steps(out + end, middles + start, length);
        end += length;
        copy_steps(out + end, affixes + place.start + place.prefix, place.suffix);
        end += place.suffix;
        start = offsets[i + 1];
        offsets[i + 1] = end;
    }
}
