#include "processor.h"

// Plain loops, compiled once for each level: the compiler turns them into wide instructions.

static inline void shape(const int64_t *values, size_t count, struct skep_value_shape *result) {
    uint64_t step = count > 1 ? (uint64_t)values[1] - (uint64_t)values[0] : 0;
    uint64_t changes = 0, bends = 0, falls = 0;
    for (size_t i = 1; i < count; i++) {
        int64_t before = values[i - 1], value = values[i];
        changes += value != before;
        bends += (uint64_t)value - (uint64_t)before != step;
        falls += value < before;
    }
    result->changes = changes;
    result->bends = bends;
    result->falls = falls;
}

static inline void extremes(const int64_t *values, size_t count, int64_t *least,
                            int64_t *greatest) {
    int64_t low = values[0], high = values[0];
    for (size_t i = 1; i < count; i++) {
        low = values[i] < low ? values[i] : low;
        high = values[i] > high ? values[i] : high;
    }
    *least = low;
    *greatest = high;
}

static inline void extremes32(const uint32_t *values, size_t count, uint32_t *least,
                              uint32_t *greatest) {
    uint32_t low = values[0], high = values[0];
    for (size_t i = 1; i < count; i++) {
        low = values[i] < low ? values[i] : low;
        high = values[i] > high ? values[i] : high;
    }
    *least = low;
    *greatest = high;
}

static inline uint64_t bits_used(const uint64_t *values, size_t count, uint64_t base) {
    uint64_t used = 0;
    for (size_t i = 0; i < count; i++) {
        used |= values[i] - base;
    }
    return used;
}

static inline size_t wider(const uint64_t *values, size_t count, uint64_t base,
                           unsigned width) {
    uint64_t result = 0;
    for (size_t i = 0; i < count; i++) {
        result += (values[i] - base) >> width != 0;
    }
    return (size_t)result;
}

#if HAVE_AVX
#define LEVELS(RETURN, NAME, PARAMETERS, ARGUMENTS)                                        \
    TARGET_AVX2 static RETURN NAME##_avx2 PARAMETERS { return NAME ARGUMENTS; }            \
    TARGET_AVX512 static RETURN NAME##_avx512 PARAMETERS { return NAME ARGUMENTS; }        \
    RETURN skep_##NAME PARAMETERS {                                                        \
        int level = skep_level_now();                                                      \
        if (level >= LEVEL_AVX512) {                                                       \
            return NAME##_avx512 ARGUMENTS;                                                \
        }                                                                                  \
        return level >= LEVEL_AVX2 ? NAME##_avx2 ARGUMENTS : NAME ARGUMENTS;               \
    }
#else
#define LEVELS(RETURN, NAME, PARAMETERS, ARGUMENTS)                                        \
    RETURN skep_##NAME PARAMETERS { return NAME ARGUMENTS; }
#endif

LEVELS(void, shape, (const int64_t *values, size_t count, struct skep_value_shape *result),
       (values, count, result))
LEVELS(void, extremes,
       (const int64_t *values, size_t count, int64_t *least, int64_t *greatest),
       (values, count, least, greatest))
LEVELS(void, extremes32,
       (const uint32_t *values, size_t count, uint32_t *least, uint32_t *greatest),
       (values, count, least, greatest))
LEVELS(uint64_t, bits_used, (const uint64_t *values, size_t count, uint64_t base),
       (values, count, base))
LEVELS(size_t, wider,
       (const uint64_t *values, size_t count, uint64_t base, unsigned width),
       (values, count, base, width))
