#ifndef CSKEPKERNELS_RANKS_H
#define CSKEPKERNELS_RANKS_H

#include <stddef.h>
#include <stdint.h>

/// The sum of weights, modulo 2^64.
uint64_t skep_sum_weights(const uint32_t *weights, size_t count);

/// Values beyond twice the values of a selection for which its scratch memory has room.
enum { SKEP_RANK_SLACK = 32 };

/// The least value whose cumulative weight is at least `rank`.
///
/// Neither values nor weights are changed. There is at least one value and none is NaN. `weights`
/// is NULL where all are 1. `total` is the sum of weights, `rank` from 1 to `total`. The scratch
/// arrays have room for twice as many values and SKEP_RANK_SLACK more; that for weights may be NULL
/// where `weights` is. Takes below 1 ns a value with AVX-512.
double skep_select_rank(const double *values, const uint32_t *weights, size_t count,
                        uint64_t rank, uint64_t total, double *scratch,
                        uint32_t *scratch_weights);

#endif
