#ifndef CSKEPKERNELS_VECTORS_H
#define CSKEPKERNELS_VECTORS_H

#include <stddef.h>
#include <stdint.h>

// Loops over one vector of column values, without control decisions. On x86-64 they use AVX2 or
// AVX-512 where the processor has it; Swift compiles for SSE2 only and cannot switch at run time.
//
// Packed numbers are little-endian: value i takes the bits [i * width, (i + 1) * width).
// Unpacking may read up to 64 bytes past the last packed byte and uses none of them.
// Bitmaps hold row i in bit i % 64 of word i / 64; the last word's bits beyond the count are 0.

/// For tests: uses only instructions up to a level (0 portable, 1 AVX2, 2 AVX-512) from now on.
/// Returns the level in force, which the processor may limit further.
int skep_limit_level(int limit);

/// Writes `values[i] - base` in `width` bits each, as (count * width + 63) / 64 whole words.
void skep_pack64(const uint64_t *values, size_t count, uint64_t base, unsigned width,
                 uint64_t *words);

/// The same from 32-bit values; width 0 ... 32.
void skep_pack32(const uint32_t *values, size_t count, uint32_t base, unsigned width,
                 uint64_t *words);

/// Reads the numbers first ..< first + count: `out[i] = base + number`; width 0 ... 64.
void skep_unpack64(const void *packed, size_t first, size_t count, unsigned width,
                   uint64_t base, uint64_t *out);

/// The same for widths 0 ... 32; results above `limit` become `limit`.
void skep_unpack32(const void *packed, size_t first, size_t count, unsigned width,
                   uint32_t base, uint32_t limit, uint32_t *out);

/// `values[i] = table[values[i]]`.
void skep_translate32(uint32_t *values, size_t count, const uint32_t *table);

/// `values[i] = scale * (values[0] + ... + values[i]) + base`, wrapping.
void skep_prefix_sum64(uint64_t *values, size_t count, uint64_t scale, uint64_t base);

/// Bytes 0 or 1 from bits first ..< first + count.
void skep_bits_to_bytes(const void *bits, size_t first, size_t count, uint8_t *out);

/// Bits from bytes; a byte that is not 0 gives 1. Writes (count + 63) / 64 words.
void skep_bytes_to_bits(const uint8_t *bytes, size_t count, uint64_t *words);

/// Sorts the bytes of `count` 8-byte values by weight: all lowest bytes first, all highest last.
void skep_split_bytes(const void *values, size_t count, void *planes);

/// Undoes `skep_split_bytes`.
void skep_join_bytes(const void *planes, size_t count, void *values);

/// What comparing each value with the one before tells.
struct skep_value_shape {
    /// Values that differ from the one before.
    uint64_t changes;
    /// Values whose difference to the one before is not the first difference.
    uint64_t bends;
    /// Values below the one before.
    uint64_t falls;
};
void skep_shape(const int64_t *values, size_t count, struct skep_value_shape *result);

/// The least and the greatest of at least one value.
void skep_extremes(const int64_t *values, size_t count, int64_t *least, int64_t *greatest);
void skep_extremes32(const uint32_t *values, size_t count, uint32_t *least,
                     uint32_t *greatest);

/// The union of the bits of `values[i] - base`.
uint64_t skep_bits_used(const uint64_t *values, size_t count, uint64_t base);

/// How many of `values[i] - base` need more than `width` bits; width 0 ... 63.
size_t skep_wider(const uint64_t *values, size_t count, uint64_t base, unsigned width);

/// `mantissas[i]` = values[i] * scale rounded; `failed[i]` = 1 if mantissa / scale is not
/// bit-identical to the value or the mantissa needs more than 51 bits. Returns the failures.
size_t skep_to_decimals(const double *values, size_t count, double scale, int64_t *mantissas,
                        uint8_t *failed);

/// `numbers[i] = mantissas[i] * factors[exponents[i]]` where the mantissa is within
/// `limits[exponents[i]]` either side of 0; elsewhere `refused[i]` = 1. Tables have 32 entries.
/// Returns the least number that is not refused, or 0; `refusals` receives how many are.
int64_t skep_scale_decimals(const int64_t *mantissas, const uint8_t *exponents, size_t count,
                            const int64_t *factors, const int64_t *limits, uint64_t *numbers,
                            uint8_t *refused, size_t *refusals);

/// In place, `numbers[i] = (numbers[i] - least) << shift | min(greatest - exponents[i], digits)`
/// with `digits` the greatest number of `shift` bits; 0 where refused.
void skep_join_decimals(uint64_t *numbers, const uint8_t *refused, const uint8_t *exponents,
                        size_t count, int64_t least, unsigned greatest, unsigned shift);

/// In place, packed decimal to the bits of a double: with `number = values[i]`,
/// `(base + (number >> shift)) / powers[number & ((1 << shift) - 1)]`; `powers` has 16 entries.
void skep_from_decimals(uint64_t *values, size_t count, int64_t base, unsigned shift,
                        const double *powers);

/// Bits of the rows with `low <= value <= high`; writes (count + 63) / 64 words.
void skep_select_int64(const int64_t *values, size_t count, int64_t low, int64_t high,
                       uint64_t *words);
void skep_select_uint32(const uint32_t *values, size_t count, uint32_t low, uint32_t high,
                        uint64_t *words);
/// The same for doubles; NaN is in no range.
void skep_select_double(const double *values, size_t count, double low, double high,
                        uint64_t *words);

/// Bits of the rows with `accepted[code] != 0`.
void skep_select_codes(const uint32_t *codes, size_t count, const uint8_t *accepted,
                       uint64_t *words);

/// Bits of the rows whose byte has an entry other than 0 in a table of 256; writes
/// (count + 63) / 64 words.
void skep_look_up_bits(const uint8_t *codes, size_t count, const uint8_t *table,
                       uint64_t *words);

/// `out[i] = table[codes[i]]`; tables have 256 entries.
void skep_look_up_bytes(const uint8_t *codes, size_t count, const uint8_t *table,
                        uint8_t *out);
void skep_look_up_words(const uint8_t *codes, size_t count, const uint32_t *table,
                        uint32_t *out);

/// The greatest of some bytes; 0 of none.
uint8_t skep_greatest_byte(const uint8_t *bytes, size_t count);

/// Looks up the packed numbers first ..< first + count, of 1, 2, 4 or 8 bits each, in a table of
/// `1 << width` entries.
void skep_look_up_packed(const void *packed, size_t first, size_t count, unsigned width,
                         const uint32_t *table, uint32_t *out);

/// The rows whose bits are set, ascending, plus `first`. Returns how many there are; up to 32
/// entries behind the last one may be overwritten.
size_t skep_bits_to_rows(const uint64_t *words, size_t word_count, uint16_t first,
                         uint16_t *rows);

/// How many bits are set.
size_t skep_count_bits(const uint64_t *words, size_t word_count);

/// `ranks[i]` = bits set before word i; writes word_count + 1 entries.
void skep_rank_bits(const uint64_t *words, size_t word_count, uint32_t *ranks);

/// Or-s dense bits onto the rows that have a value: the k-th dense bit goes to the k-th set bit
/// of `present`. One word behind the last dense word must be readable.
void skep_spread_bits(const uint64_t *dense, const uint64_t *present, size_t words,
                      uint64_t *out);

/// Where the values of the rows in `selected` and `present` stand among the dense values of
/// `present`, ascending. Returns how many there are.
size_t skep_selected_positions(const uint64_t *selected, const uint64_t *present, size_t words,
                               uint16_t *positions);

/// Where `needle` first occurs in `text`; `count` when it does not.
size_t skep_find(const uint8_t *text, size_t count, const uint8_t *needle, size_t length);

/// What the texts of one group have in common: all begin with the first `prefix` bytes of `text`
/// and end with its last `suffix` bytes.
typedef struct {
    const uint8_t *text;
    uint32_t length;
    uint32_t prefix;
    uint32_t suffix;
    /// Bytes of the shortest text.
    uint32_t least;
} skep_affix;

/// Finds what the texts of each group have in common, at most `most` bytes at either end.
///
/// Text i is bytes[ends[i - 1] ..< ends[i]], the first from 0; `groups[i]` is its group. `text` is
/// null in groups without a text yet. Prefix and suffix may overlap in the shortest text.
void skep_find_affixes(const uint8_t *bytes, const uint32_t *ends, const uint8_t *groups,
                       size_t count, uint32_t most, skep_affix *affixes);

/// Writes the texts without the prefix and the suffix of their groups, and where each ends; up to
/// 15 bytes behind the last one may be overwritten, and as many behind `bytes` are read.
void skep_cut_affixes(const uint8_t *bytes, const uint32_t *ends, const uint8_t *groups,
                      size_t count, const skep_affix *affixes, uint8_t *out, uint32_t *out_ends);

/// Where the prefix and the suffix of a group lie, the suffix directly behind the prefix.
typedef struct {
    uint32_t start;
    uint16_t prefix;
    uint16_t suffix;
} skep_affix_place;

/// Writes texts whole: text i is the prefix of its group, middles[offsets[i] ..< offsets[i + 1]]
/// and the suffix of its group. The offsets are replaced by those of the whole texts, from 0.
///
/// Up to 15 bytes behind `out`, `middles` and `affixes` may be overwritten or read.
void skep_join_affixes(const uint8_t *middles, uint32_t *offsets, const uint8_t *groups,
                       size_t count, const uint8_t *affixes, const skep_affix_place *places,
                       uint8_t *out);

/// Whether each number of 16 bits, at any address, is greater than the one before.
int skep_ascends16(const void *numbers, size_t count);

/// The greatest of some numbers; 0 of none.
uint64_t skep_greatest64(const uint64_t *numbers, size_t count);

/// A text with numbers in it: a literal, then for each number the number and another literal.
///
/// Literals hold no digits, and only the first and the last may be empty.
/// A number is a run of decimal digits (kind 0), of hexadecimal ones (kind 1), or of exactly 16
/// hexadecimal ones (kind 2).
typedef struct {
    /// The literals, one after the other, with 16 readable bytes behind.
    const uint8_t *literals;
    /// The bytes of each literal: `numbers` + 1.
    const uint32_t *lengths;
    /// The kind of each number.
    const uint8_t *kinds;
    uint32_t numbers;
} skep_template;

/// Tells whether a text is of a template, and then its numbers: each the digits behind a 1, or the
/// 16 hexadecimal digits.
///
/// The runs of digits are the longest there are, of at most 18 decimal or 15 hexadecimal digits. Up to 7 bytes behind the
/// text may be read.
int skep_match_template(const skep_template *pattern, const uint8_t *text, size_t count,
                        int64_t *numbers);

/// What the next texts of a template hold: number j of text i is numbers[j * stride + i]. Where
/// `ends` is not null, the texts themselves: text i is texts[ends[i] ..< ends[i + 1]].
typedef struct {
    const int64_t *numbers;
    size_t stride;
    const uint8_t *texts;
    const uint32_t *ends;
    size_t next;
} skep_template_rows;

/// Writes texts, each of the template that its code names, and where each starts; one more offset
/// is where the last one ends.
///
/// Up to 15 bytes behind `out` may be overwritten, and as many behind `texts` are read.
/// Returns how many texts were written before a number was met that is no run of digits.
size_t skep_join_templates(const skep_template *patterns, skep_template_rows *rows,
                           const uint8_t *codes, size_t count, uint8_t *out, uint32_t *offsets);

/// Asks for the memory at an address ahead of its use.
static inline void skep_prefetch(const void *address) { __builtin_prefetch(address); }

/// The same for memory that is going to be written.
static inline void skep_prefetch_for_writing(const void *address) {
    __builtin_prefetch(address, 1);
}

#endif
