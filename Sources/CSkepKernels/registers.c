#include "processor.h"
#include "registers.h"

// Registers read at a time: their counts fit bytes.
enum { PART = 64, MOST_BITS = 50 };

// The same for every level; the compiler makes vectors of its instructions.
static inline __attribute__((always_inline)) struct skep_register_sums
sum_registers(const uint8_t *registers, size_t count) {
    struct skep_register_sums sums = {0, 0, 0};
    for (size_t first = 0; first < count; first += PART) {
        const uint8_t *part = registers + first;
        uint8_t empty = 0;
        uint8_t full = 0;
        for (size_t i = 0; i < PART; i++) {
            empty += part[i] == 0;
            full += part[i] > MOST_BITS;
        }
        sums.empty += empty;
        sums.full += full;
        for (size_t i = 0; i < PART; i++) {
            uint64_t value = part[i];
            // Too far for 0 and 51, which add nothing.
            uint64_t inverse = value > MOST_BITS ? 0 : 1ull << (MOST_BITS - value);
            sums.inverses += value == 0 ? 0 : inverse;
        }
    }
    return sums;
}

#if HAVE_AVX
TARGET_AVX2
static struct skep_register_sums sum_registers_avx2(const uint8_t *registers, size_t count) {
    return sum_registers(registers, count);
}

TARGET_AVX512
static struct skep_register_sums sum_registers_avx512(const uint8_t *registers, size_t count) {
    return sum_registers(registers, count);
}
#endif

struct skep_register_sums skep_sum_registers(const uint8_t *registers, size_t count) {
#if HAVE_AVX
    int level = skep_level_now();
    if (level >= LEVEL_AVX512) {
        return sum_registers_avx512(registers, count);
    }
    if (level >= LEVEL_AVX2) {
        return sum_registers_avx2(registers, count);
    }
#endif
    return sum_registers(registers, count);
}
