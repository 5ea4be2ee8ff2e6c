#include "cells.h"
#include "processor.h"

// Adding this rounds a double below 2^51 to an integer.
static const double rounder = 6755399441055744.0;  // 1.5 * 2^52

static inline uint32_t exact_interval(double value, uint32_t guess,
                                      const struct skep_grid *grid) {
    const double *edges = grid->edges;
    while (guess > 0 && value < edges[guess]) {
        guess--;
    }
    while (guess + 1 < grid->count && value >= edges[guess + 1]) {
        guess++;
    }
    return guess;
}

// The guess is right unless it is close to a whole number: then the edges decide.
static inline void intervals(const double *values, size_t count, const struct skep_grid *grid,
                             uint32_t *out) {
    double start = grid->edges[0], per_unit = grid->per_unit, tolerance = grid->tolerance;
    double last = (double)(grid->count - 1);
    for (size_t first = 0; first < count; first += 64) {
        size_t rest = count - first < 64 ? count - first : 64;
        const double *part = values + first;
        uint32_t *target = out + first;
        uint64_t close = 0;
        for (size_t i = 0; i < rest; i++) {
            double guess = (part[i] - start) * per_unit;
            double distance = guess - ((guess + rounder) - rounder);
            // A distance that is not a number, after an overflow, counts as close.
            close |= (uint64_t)!((distance > tolerance) | (distance < -tolerance));
            guess = guess > 0 ? guess : 0;
            guess = guess < last ? guess : last;
            target[i] = (uint32_t)(int32_t)guess;
        }
        for (size_t i = 0; close && i < rest; i++) {
            target[i] = exact_interval(part[i], target[i], grid);
        }
    }
}

#if HAVE_AVX
TARGET_AVX2
static void intervals_avx2(const double *values, size_t count, const struct skep_grid *grid,
                           uint32_t *out) {
    intervals(values, count, grid, out);
}

TARGET_AVX512
static void intervals_avx512(const double *values, size_t count, const struct skep_grid *grid,
                             uint32_t *out) {
    intervals(values, count, grid, out);
}
#endif

void skep_grid_intervals(const double *values, size_t count, const struct skep_grid *grid,
                         uint32_t *out) {
#if HAVE_AVX
    int level = skep_level_now();
    if (level >= LEVEL_AVX512) {
        intervals_avx512(values, count, grid, out);
        return;
    }
    if (level >= LEVEL_AVX2) {
        intervals_avx2(values, count, grid, out);
        return;
    }
#endif
    intervals(values, count, grid, out);
}

enum { LANES = 8, MOST_INTERVALS = 128 };

static inline void count_run(const uint32_t *intervals, const uint32_t *weights, size_t count,
                             size_t interval_count, int64_t *counts, int weighted) {
    size_t i = 0;
    if (interval_count <= MOST_INTERVALS && count >= 4 * interval_count) {
        // Most values of a run may lie in one interval: eight counters do not wait for another.
        uint64_t lanes[LANES][MOST_INTERVALS];
        for (int lane = 0; lane < LANES; lane++) {
            memset(lanes[lane], 0, interval_count * sizeof(uint64_t));
        }
        for (; i + LANES <= count; i += LANES) {
            for (int lane = 0; lane < LANES; lane++) {
                lanes[lane][intervals[i + lane]] += weighted ? weights[i + lane] : 1;
            }
        }
        for (size_t interval = 0; interval < interval_count; interval++) {
            uint64_t sum = (uint64_t)counts[interval];
            for (int lane = 0; lane < LANES; lane++) {
                sum += lanes[lane][interval];
            }
            counts[interval] = (int64_t)sum;
        }
    }
    for (; i < count; i++) {
        uint64_t sum = (uint64_t)counts[intervals[i]] + (weighted ? weights[i] : 1);
        counts[intervals[i]] = (int64_t)sum;
    }
}

void skep_count_run(const uint32_t *intervals, const uint32_t *weights, size_t count,
                    size_t interval_count, int64_t *counts) {
    if (weights) {
        count_run(intervals, weights, count, interval_count, counts, 1);
    } else {
        count_run(intervals, weights, count, interval_count, counts, 0);
    }
}

void skep_count_cells(const uint32_t *intervals, const uint32_t *cells,
                      const uint32_t *weights, size_t count, size_t interval_count,
                      int64_t *counts) {
    for (size_t i = 0; i < count; i++) {
        int64_t *place = counts + (size_t)cells[i] * interval_count + intervals[i];
        *place = (int64_t)((uint64_t)*place + (weights ? weights[i] : 1));
    }
}
