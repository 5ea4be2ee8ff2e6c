#include "vectors.h"

#include <string.h>

static const uint64_t powers[20] = {
    1ull, 10ull, 100ull, 1000ull, 10000ull, 100000ull, 1000000ull, 10000000ull, 100000000ull,
    1000000000ull, 10000000000ull, 100000000000ull, 1000000000000ull, 10000000000000ull,
    100000000000000ull, 1000000000000000ull, 10000000000000000ull, 100000000000000000ull,
    1000000000000000000ull, 10000000000000000000ull};

static inline uint64_t load8(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    return word;
}

static inline int equal(const uint8_t *left, const uint8_t *right, uint32_t count) {
    while (count >= 8) {
        if (load8(left) != load8(right)) return 0;
        left += 8;
        right += 8;
        count -= 8;
    }
    // Shifted in two steps: none of the bytes counts when there is no rest.
    return ((load8(left) ^ load8(right)) << (8 * (7 - count))) << 8 == 0;
}

/// Reads the longest run of decimal digits; null unless it has 1 to 18.
static inline const uint8_t *read_decimal(const uint8_t *text, const uint8_t *end,
                                          int64_t *number) {
    const uint8_t *start = text;
    int64_t value = 1;
    while (text < end && (uint8_t)(*text - '0') < 10) {
        if (text - start == 18) return 0;
        value = value * 10 + (*text++ - '0');
    }
    *number = value;
    return text == start ? 0 : text;
}

static inline int is_hex(uint8_t byte) {
    return (uint8_t)(byte - '0') < 10 || (uint8_t)(byte - 'a') < 6;
}

/// Reads the longest run of hexadecimal digits; null unless it has 1 to 15.
static inline const uint8_t *read_hex(const uint8_t *text, const uint8_t *end, int64_t *number) {
    const uint8_t *start = text;
    int64_t value = 1;
    while (text < end && is_hex(*text)) {
        if (text - start == 15) return 0;
        // Letters have bit 6, and their low bits begin with 1.
        value = value << 4 | ((*text & 15) + (*text >> 6) * 9);
        text++;
    }
    *number = value;
    return text == start ? 0 : text;
}

/// Reads the longest run of hexadecimal digits; null unless it has 16.
static inline const uint8_t *read_id(const uint8_t *text, const uint8_t *end, int64_t *number) {
    if (end - text < 16 || (end - text > 16 && is_hex(text[16]))) return 0;
    uint64_t value = 0;
    for (int i = 0; i < 16; i++) {
        if (!is_hex(text[i])) return 0;
        value = value << 4 | ((text[i] & 15) + (text[i] >> 6) * 9);
    }
    *number = (int64_t)value;
    return text + 16;
}

int skep_match_template(const skep_template *pattern, const uint8_t *text, size_t count,
                        int64_t *numbers) {
    const uint8_t *end = text + count;
    const uint8_t *literal = pattern->literals;
    for (uint32_t index = 0; ; index++) {
        uint32_t length = pattern->lengths[index];
        if ((size_t)(end - text) < length || !equal(text, literal, length)) return 0;
        text += length;
        literal += length;
        if (index == pattern->numbers) return text == end;
        uint8_t kind = pattern->kinds[index];
        const uint8_t *next = kind == 0   ? read_decimal(text, end, numbers + index)
                              : kind == 1 ? read_hex(text, end, numbers + index)
                                          : read_id(text, end, numbers + index);
        if (!next) return 0;
        text = next;
    }
}

/// How many digits are behind the leading 1 of a number; 0 unless there are 1 to 18.
static inline uint32_t digit_count(uint64_t number) {
    if (number < 10 || number >= 2 * powers[18]) return 0;
    uint32_t estimate = ((64 - (uint32_t)__builtin_clzll(number)) * 1233) >> 12;
    return estimate - (number < powers[estimate]);
}

/// Eight digits of a number below 10^8, the first in the lowest byte: each step halves the lanes.
static inline uint64_t eight_digits(uint64_t number) {
    uint64_t lanes = number / 10000 | (number % 10000) << 32;
    uint64_t high = (lanes * 10486 >> 20) & 0x0000007f0000007f;
    lanes = high | (lanes - high * 100) << 16;
    high = (lanes * 103 >> 10) & 0x000f000f000f000f;
    lanes = high | (lanes - high * 10) << 8;
    return lanes + 0x3030303030303030;
}

/// Writes the last `count` digits of a number; up to 7 bytes behind them may be overwritten.
static inline uint8_t *write_digits(uint8_t *out, uint64_t number, uint32_t count) {
    for (uint32_t behind = count > 16 ? 16 : count > 8 ? 8 : 0; ; behind -= 8) {
        uint32_t width = count - behind;
        uint64_t part = number / powers[behind];
        number -= part * powers[behind];
        uint64_t digits = eight_digits(part) >> (8 * (8 - width));
        memcpy(out, &digits, 8);
        out += width;
        count = behind;
        if (behind == 0) return out;
    }
}

/// Eight hexadecimal digits of a number below 2^32, the first in the lowest byte.
static inline uint64_t eight_hex_digits(uint64_t number) {
    uint64_t lanes = (number >> 16 | number << 32) & 0x0000ffff0000ffff;
    lanes = (lanes >> 8 | lanes << 16) & 0x00ff00ff00ff00ff;
    lanes = (lanes >> 4 | lanes << 8) & 0x0f0f0f0f0f0f0f0f;
    uint64_t letters = (lanes + 0x0606060606060606) >> 4 & 0x0101010101010101;
    return lanes + 0x3030303030303030 + letters * ('a' - '0' - 10);
}

/// Writes the digits of a hexadecimal number; null unless there are 1 to 15. Up to 7 bytes behind
/// them may be overwritten.
static inline uint8_t *write_hex(uint8_t *out, uint64_t number) {
    uint32_t bit = 63 - (uint32_t)__builtin_clzll(number | 1);
    uint32_t count = bit / 4;
    if (bit % 4 || !count || count > 15) return 0;
    number ^= 1ull << bit;
    if (count > 8) {
        uint64_t digits = eight_hex_digits(number >> 32) >> (8 * (16 - count));
        memcpy(out, &digits, 8);
        out += count - 8;
        count = 8;
        number &= 0xffffffff;
    }
    uint64_t digits = eight_hex_digits(number) >> (8 * (8 - count));
    memcpy(out, &digits, 8);
    return out + count;
}

static inline uint8_t *write_id(uint8_t *out, uint64_t number) {
    uint64_t digits[2] = {eight_hex_digits(number >> 32), eight_hex_digits(number & 0xffffffff)};
    memcpy(out, digits, 16);
    return out + 16;
}

static inline void copy_steps(uint8_t *out, const uint8_t *from, uint32_t count) {
    for (uint32_t done = 0; done < count; done += 16) memcpy(out + done, from + done, 16);
}

size_t skep_join_templates(const skep_template *patterns, skep_template_rows *rows,
                           const uint8_t *codes, size_t count, uint8_t *out, uint32_t *offsets) {
    uint8_t *start = out;
    for (size_t i = 0; i < count; i++) {
        offsets[i] = (uint32_t)(out - start);
        const skep_template *pattern = patterns + codes[i];
        skep_template_rows *own = rows + codes[i];
        size_t row = own->next++;
        if (own->ends) {
            uint32_t from = own->ends[row];
            uint32_t length = own->ends[row + 1] - from;
            copy_steps(out, own->texts + from, length);
            out += length;
            continue;
        }
        const uint8_t *literal = pattern->literals;
        for (uint32_t index = 0; ; index++) {
            uint32_t length = pattern->lengths[index];
            copy_steps(out, literal, length);
            out += length;
            literal += length;
            if (index == pattern->numbers) break;
            uint64_t number = (uint64_t)own->numbers[index * own->stride + row];
            if (pattern->kinds[index]) {
                out = pattern->kinds[index] == 1 ? write_hex(out, number) : write_id(out, number);
                if (!out) return i;
                continue;
            }
            uint32_t digits = digit_count(number);
            if (!digits) return i;
            out = write_digits(out, number - powers[digits], digits);
        }
    }
    offsets[count] = (uint32_t)(out - start);
    return count;
}
