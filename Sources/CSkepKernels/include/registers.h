#ifndef CSKEPKERNELS_REGISTERS_H
#define CSKEPKERNELS_REGISTERS_H

#include <stddef.h>
#include <stdint.h>

/// What an estimate of HyperLogLog registers is made of.
struct skep_register_sums {
    uint64_t inverses;  ///< Σ 2^(50 - register) over registers from 1 to 50; below 2^64.
    size_t empty;       ///< registers that are 0
    size_t full;        ///< registers that are 51, the greatest
};

/// Reads registers of 0 to 51, a multiple of 64 and at most 2^14 of them. About 0.1 ns each with
/// AVX-512, 0.6 ns without.
struct skep_register_sums skep_sum_registers(const uint8_t *registers, size_t count);

#endif
