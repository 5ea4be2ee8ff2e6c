#ifndef CSKEPKERNELS_CELLS_H
#define CSKEPKERNELS_CELLS_H

#include <stddef.h>
#include <stdint.h>

// Loops that add one vector of values, at most 2,048, to result cells: arrays indexed by the cell
// of each value. `weights` are the sample rates, at least 1, or NULL where all are 1. Every cell is
// below `cell_count`.

/// The values whose bits are set, moved together. `out` has room for 16 more than are kept, and
/// values up to the next multiple of 16 are readable. Returns how many are kept.
size_t skep_compress32(const uint32_t *values, const uint64_t *words, size_t count,
                       uint32_t *out);
size_t skep_compress64(const uint64_t *values, const uint64_t *words, size_t count,
                       uint64_t *out);

/// The bits at the places that are set in `places`, moved together; `out` has words + 1 words.
/// Returns how many there are.
size_t skep_pack_bits(const uint64_t *bits, const uint64_t *places, size_t words,
                      uint64_t *out);

/// Adds each weight to the total of its cell.
void skep_add_weights(const uint32_t *cells, const uint32_t *weights, size_t count,
                      size_t cell_count, int64_t *totals);

/// Double-double sums, sums of weights and kinds of numbers by cell.
struct skep_double_sums {
    double *high;
    double *low;
    int64_t *weights;
    uint8_t *kinds;
    /// The bit for the kinds of cells that receive a value.
    uint8_t kind;
};

/// Adds value * weight to the sum of its cell. Of few cells, a vector's values are summed plainly
/// first, which errs by at most 1,024 * 2^-53 of the sum of magnitudes.
void skep_add_doubles(const double *values, const uint32_t *cells, const uint32_t *weights,
                      size_t count, size_t cell_count, const struct skep_double_sums *sums);

/// The same for one cell.
void skep_add_doubles_run(const double *values, const uint32_t *weights, size_t count,
                          size_t cell, const struct skep_double_sums *sums);

/// A 128-bit integer as it lies in memory on a little-endian machine.
struct skep_int128 {
    uint64_t low;
    int64_t high;
};

struct skep_int_sums {
    struct skep_int128 *sums;
    int64_t *weights;
    uint8_t *kinds;
    uint8_t kind;
};

/// Adds value * weight to the sum of its cell, exactly.
void skep_add_ints(const int64_t *values, const uint32_t *cells, const uint32_t *weights,
                   size_t count, size_t cell_count, const struct skep_int_sums *sums);

/// The same for one cell.
void skep_add_ints_run(const int64_t *values, const uint32_t *weights, size_t count,
                       size_t cell, const struct skep_int_sums *sums);

/// Widens the range of each value's cell and marks its kind. A cell without values has the
/// greatest number as its least and the least as its greatest.
void skep_widen_ints(const int64_t *values, const uint32_t *cells, size_t count,
                     int64_t *least, int64_t *greatest, uint8_t *kinds, uint8_t kind);
void skep_widen_doubles(const double *values, const uint32_t *cells, size_t count,
                        double *least, double *greatest, uint8_t *kinds, uint8_t kind);

/// The greatest of some numbers; 0 of none.
uint32_t skep_greatest_word(const uint32_t *words, size_t count);

/// Where a number first occurs; `count` if it does not.
size_t skep_find_word(const uint32_t *words, size_t count, uint32_t wanted);

/// Replaces each first number of a pair by the pair's own number, which a grid of rows of
/// `1 << row_bits` places holds plus one. Stops near the first pair whose place holds 0; returns
/// how many were replaced. Every pair has its place in the grid.
size_t skep_number_pairs(const uint32_t *grid, unsigned row_bits, uint32_t *firsts,
                         const uint32_t *seconds, size_t count);

/// A grid of `count` intervals of nearly equal width, with `count + 1` ascending edges.
struct skep_grid {
    const double *edges;
    uint32_t count;
    double per_unit;
    /// How far from a whole number (value - edges[0]) * per_unit surely tells the interval.
    double tolerance;
};

/// The interval of each value; the values lie on the grid.
void skep_grid_intervals(const double *values, size_t count, const struct skep_grid *grid,
                         uint32_t *out);

/// Adds weights to the counts of their intervals, for one cell or for the cell of each value.
void skep_count_run(const uint32_t *intervals, const uint32_t *weights, size_t count,
                    size_t interval_count, int64_t *counts);
void skep_count_cells(const uint32_t *intervals, const uint32_t *cells,
                      const uint32_t *weights, size_t count, size_t interval_count,
                      int64_t *counts);

#endif
