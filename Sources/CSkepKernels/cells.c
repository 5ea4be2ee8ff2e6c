#include "cells.h"
#include "processor.h"

// Values added to the cells of flat arrays. While there are few cells, a vector's values go to
// small tables first, one for every second or fourth value: consecutive values of one cell then
// do not wait for one another.

enum { FEW_CELLS = 256 };

static inline void add_weights(const uint32_t *cells, const uint32_t *weights, size_t count,
                               size_t cell_count, int64_t *totals, int weighted) {
    size_t i = 0;
    if (cell_count <= FEW_CELLS && count >= cell_count) {
        uint64_t lanes[4][FEW_CELLS];
        for (int lane = 0; lane < 4; lane++) {
            memset(lanes[lane], 0, cell_count * sizeof(uint64_t));
        }
        for (; i + 4 <= count; i += 4) {
            lanes[0][cells[i]] += weighted ? weights[i] : 1;
            lanes[1][cells[i + 1]] += weighted ? weights[i + 1] : 1;
            lanes[2][cells[i + 2]] += weighted ? weights[i + 2] : 1;
            lanes[3][cells[i + 3]] += weighted ? weights[i + 3] : 1;
        }
        for (size_t cell = 0; cell < cell_count; cell++) {
            uint64_t sum = lanes[0][cell] + lanes[1][cell] + lanes[2][cell] + lanes[3][cell];
            totals[cell] = (int64_t)((uint64_t)totals[cell] + sum);
        }
    }
    for (; i < count; i++) {
        uint64_t sum = (uint64_t)totals[cells[i]] + (weighted ? weights[i] : 1);
        totals[cells[i]] = (int64_t)sum;
    }
}

void skep_add_weights(const uint32_t *cells, const uint32_t *weights, size_t count,
                      size_t cell_count, int64_t *totals) {
    if (weights) {
        add_weights(cells, weights, count, cell_count, totals, 1);
    } else {
        add_weights(cells, weights, count, cell_count, totals, 0);
    }
}

// Adds a number to an unevaluated pair of doubles (Knuth's TwoSum).
static inline void add_two(double *high, double *low, double number) {
    double sum = *high + number;
    double part = sum - *high;
    *low += (*high - (sum - part)) + (number - part);
    *high = sum;
}

struct double_lane {
    double sum;
    uint64_t weight;
};

static inline void lane_add(struct double_lane *lane, double value, uint64_t weight) {
    lane->sum += value * (double)weight;
    lane->weight += weight;
}

static inline void add_doubles(const double *values, const uint32_t *cells,
                               const uint32_t *weights, size_t count, size_t cell_count,
                               const struct skep_double_sums *sums, int weighted) {
    if (cell_count <= FEW_CELLS && count >= cell_count) {
        struct double_lane lanes[2][FEW_CELLS];
        memset(lanes[0], 0, cell_count * sizeof(struct double_lane));
        memset(lanes[1], 0, cell_count * sizeof(struct double_lane));
        size_t i = 0;
        for (; i + 2 <= count; i += 2) {
            lane_add(&lanes[0][cells[i]], values[i], weighted ? weights[i] : 1);
            lane_add(&lanes[1][cells[i + 1]], values[i + 1], weighted ? weights[i + 1] : 1);
        }
        if (i < count) {
            lane_add(&lanes[0][cells[i]], values[i], weighted ? weights[i] : 1);
        }
        for (size_t cell = 0; cell < cell_count; cell++) {
            uint64_t weight = lanes[0][cell].weight + lanes[1][cell].weight;
            if (weight != 0) {
                add_two(sums->high + cell, sums->low + cell,
                        lanes[0][cell].sum + lanes[1][cell].sum);
                sums->weights[cell] = (int64_t)((uint64_t)sums->weights[cell] + weight);
                sums->kinds[cell] |= sums->kind;
            }
        }
        return;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t cell = cells[i];
        uint64_t weight = weighted ? weights[i] : 1;
        add_two(sums->high + cell, sums->low + cell, values[i] * (double)weight);
        sums->weights[cell] = (int64_t)((uint64_t)sums->weights[cell] + weight);
        if (!(sums->kinds[cell] & sums->kind)) {
            sums->kinds[cell] |= sums->kind;
        }
    }
}

void skep_add_doubles(const double *values, const uint32_t *cells, const uint32_t *weights,
                      size_t count, size_t cell_count, const struct skep_double_sums *sums) {
    if (weights) {
        add_doubles(values, cells, weights, count, cell_count, sums, 1);
    } else {
        add_doubles(values, cells, weights, count, cell_count, sums, 0);
    }
}

static inline void add_doubles_run(const double *values, const uint32_t *weights,
                                   size_t count, size_t cell,
                                   const struct skep_double_sums *sums) {
    double lanes[8] = {0};
    uint64_t total = weights ? 0 : count;
    size_t i = 0;
    if (weights) {
        for (; i + 8 <= count; i += 8) {
            for (int lane = 0; lane < 8; lane++) {
                lanes[lane] += values[i + lane] * (double)weights[i + lane];
                total += weights[i + lane];
            }
        }
    } else {
        for (; i + 8 <= count; i += 8) {
            for (int lane = 0; lane < 8; lane++) {
                lanes[lane] += values[i + lane];
            }
        }
    }
    for (; i < count; i++) {
        lanes[i % 8] += values[i] * (weights ? (double)weights[i] : 1);
        total += weights ? weights[i] : 0;
    }
    double sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
                 ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
    add_two(sums->high + cell, sums->low + cell, sum);
    sums->weights[cell] = (int64_t)((uint64_t)sums->weights[cell] + total);
    sums->kinds[cell] |= sums->kind;
}

#if HAVE_AVX
TARGET_AVX512
static void add_doubles_run_avx512(const double *values, const uint32_t *weights, size_t count,
                                   size_t cell, const struct skep_double_sums *sums) {
    add_doubles_run(values, weights, count, cell, sums);
}
#endif

void skep_add_doubles_run(const double *values, const uint32_t *weights, size_t count,
                          size_t cell, const struct skep_double_sums *sums) {
#if HAVE_AVX
    if (skep_level_now() >= LEVEL_AVX512) {
        add_doubles_run_avx512(values, weights, count, cell, sums);
        return;
    }
#endif
    add_doubles_run(values, weights, count, cell, sums);
}

static inline void add_wide(struct skep_int128 *sum, int64_t high, uint64_t low) {
    uint64_t before = sum->low;
    sum->low = before + low;
    sum->high = (int64_t)((uint64_t)sum->high + (uint64_t)high + (sum->low < before));
}

// value * weight with the value's halves apart: each product fits 64 bits.
static inline void add_product(struct skep_int128 *sum, int64_t value, uint32_t weight) {
    int64_t upper = (value >> 32) * (int64_t)weight;
    uint64_t lower = ((uint64_t)value & 0xFFFFFFFF) * weight;
    add_wide(sum, upper >> 32, (uint64_t)upper << 32);
    add_wide(sum, 0, lower);
}

static inline unsigned bits_of(uint64_t number) {
    return number ? 64 - (unsigned)__builtin_clzll(number) : 0;
}

// Whether the sum of so many products surely fits 63 bits.
static inline int sums_fit(const int64_t *values, const uint32_t *weights, size_t count,
                           int weighted) {
    uint64_t used = 0;
    uint32_t used_weights = 1;
    for (size_t i = 0; i < count; i++) {
        used |= (uint64_t)(values[i] ^ (values[i] >> 63));
    }
    for (size_t i = 0; weighted && i < count; i++) {
        used_weights |= weights[i];
    }
    return bits_of(used) + bits_of(used_weights) + bits_of(count) < 63;
}

struct int_lane {
    int64_t sum;
    uint64_t weight;
};

static inline void add_ints(const int64_t *values, const uint32_t *cells,
                            const uint32_t *weights, size_t count, size_t cell_count,
                            const struct skep_int_sums *sums, int weighted) {
    if (cell_count <= FEW_CELLS && count >= cell_count &&
        sums_fit(values, weights, count, weighted)) {
        struct int_lane lanes[FEW_CELLS];
        memset(lanes, 0, cell_count * sizeof(struct int_lane));
        for (size_t i = 0; i < count; i++) {
            uint64_t weight = weighted ? weights[i] : 1;
            struct int_lane *lane = lanes + cells[i];
            lane->sum += values[i] * (int64_t)weight;
            lane->weight += weight;
        }
        for (size_t cell = 0; cell < cell_count; cell++) {
            if (lanes[cell].weight != 0) {
                int64_t sum = lanes[cell].sum;
                add_wide(sums->sums + cell, sum >> 63, (uint64_t)sum);
                sums->weights[cell] =
                    (int64_t)((uint64_t)sums->weights[cell] + lanes[cell].weight);
                sums->kinds[cell] |= sums->kind;
            }
        }
        return;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t cell = cells[i];
        uint32_t weight = weighted ? weights[i] : 1;
        add_product(sums->sums + cell, values[i], weight);
        sums->weights[cell] = (int64_t)((uint64_t)sums->weights[cell] + weight);
        if (!(sums->kinds[cell] & sums->kind)) {
            sums->kinds[cell] |= sums->kind;
        }
    }
}

void skep_add_ints(const int64_t *values, const uint32_t *cells, const uint32_t *weights,
                   size_t count, size_t cell_count, const struct skep_int_sums *sums) {
    if (weights) {
        add_ints(values, cells, weights, count, cell_count, sums, 1);
    } else {
        add_ints(values, cells, weights, count, cell_count, sums, 0);
    }
}

void skep_add_ints_run(const int64_t *values, const uint32_t *weights, size_t count,
                       size_t cell, const struct skep_int_sums *sums) {
    struct skep_int128 *place = sums->sums + cell;
    uint64_t total = weights ? 0 : count;
    for (size_t i = 0; weights && i < count; i++) {
        total += weights[i];
    }
    if (sums_fit(values, weights, count, weights != 0)) {
        int64_t sum = 0;
        for (size_t i = 0; i < count; i++) {
            sum += values[i] * (int64_t)(weights ? weights[i] : 1);
        }
        add_wide(place, sum >> 63, (uint64_t)sum);
    } else {
        for (size_t i = 0; i < count; i++) {
            add_product(place, values[i], weights ? weights[i] : 1);
        }
    }
    sums->weights[cell] = (int64_t)((uint64_t)sums->weights[cell] + total);
    sums->kinds[cell] |= sums->kind;
}

// A cell without values holds the greatest number as its least, so its first value always enters
// the branch; later values seldom do.
#define WIDEN(NAME, TYPE)                                                                  \
    void NAME(const TYPE *values, const uint32_t *cells, size_t count, TYPE *least,        \
              TYPE *greatest, uint8_t *kinds, uint8_t kind) {                              \
        for (size_t i = 0; i < count; i++) {                                               \
            uint32_t cell = cells[i];                                                      \
            TYPE value = values[i];                                                        \
            if ((value < least[cell]) | (value > greatest[cell])) {                        \
                least[cell] = value < least[cell] ? value : least[cell];                   \
                greatest[cell] = value > greatest[cell] ? value : greatest[cell];          \
                kinds[cell] |= kind;                                                       \
            }                                                                              \
        }                                                                                  \
    }

WIDEN(skep_widen_ints, int64_t)
WIDEN(skep_widen_doubles, double)
