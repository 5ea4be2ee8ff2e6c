#ifndef CSKEPKERNELS_QUANTILES_H
#define CSKEPKERNELS_QUANTILES_H

#include <stddef.h>
#include <stdint.h>

// Values added to the percentile states of many result cells.

/// What a cell holds.
enum {
    /// Values of weight 1: a single one in `word`, more in the chunk there.
    SKEP_PLAIN = 0,
    /// Values, and behind room for all of them their weights.
    SKEP_WEIGHTED = 1,
    /// `word` is the address of a histogram, which begins with its inner counters.
    SKEP_HISTOGRAM = 2,
    /// `word` is the place of the cell's first answer: its values are gone.
    SKEP_ANSWERED = 3
};

/// The state of one cell.
struct skep_quantile_cell {
    uint64_t word;
    uint32_t count;
    /// Values for which the chunk has room; 0 without a chunk.
    uint16_t capacity;
    uint8_t kind;
};

/// Counters of a histogram that one comparison tells to be right for a value.
struct skep_inner_counters {
    uint64_t *counters;
    /// The key of the first counter: a value's bits without the lowest SKEP_KEY_SHIFT.
    uint64_t first;
    uint64_t span;
};

enum { SKEP_KEY_SHIFT = 46 };

/// Adds values to the chunks and inner counters of their cells, up to the first that has no room
/// there; returns how many were added. `weights` is NULL where all are 1.
size_t skep_add_values(struct skep_quantile_cell *states, const uint32_t *cells,
                       const double *values, const uint32_t *weights, size_t count);

#endif
