#include "quantiles.h"

#include <string.h>

static inline size_t add_values(struct skep_quantile_cell *states, const uint32_t *cells,
                                const double *values, const uint32_t *weights, size_t count,
                                int weighted) {
    for (size_t i = 0; i < count; i++) {
        struct skep_quantile_cell *state = states + cells[i];
        uint32_t weight = weighted ? weights[i] : 1;
        uint8_t kind = state->kind;
        if (kind == SKEP_HISTOGRAM) {
            const struct skep_inner_counters *inner =
                (const struct skep_inner_counters *)(uintptr_t)state->word;
            uint64_t bits;
            memcpy(&bits, values + i, 8);
            uint64_t offset = (bits >> SKEP_KEY_SHIFT) - inner->first;
            if (offset >= inner->span) {
                return i;
            }
            inner->counters[offset] += weight;
            continue;
        }
        uint32_t place = state->count, capacity = state->capacity;
        // Only chunks of values have a capacity.
        if (place >= capacity || (kind != SKEP_WEIGHTED && weight != 1)) {
            return i;
        }
        double *chunk = (double *)(uintptr_t)state->word;
        chunk[place] = values[i];
        if (kind == SKEP_WEIGHTED) {
            ((uint32_t *)(void *)(chunk + capacity))[place] = weight;
        }
        state->count = place + 1;
    }
    return count;
}

size_t skep_add_values(struct skep_quantile_cell *states, const uint32_t *cells,
                       const double *values, const uint32_t *weights, size_t count) {
    return weights ? add_values(states, cells, values, weights, count, 1)
                   : add_values(states, cells, values, weights, count, 0);
}
