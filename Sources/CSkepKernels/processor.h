#ifndef CSKEPKERNELS_PROCESSOR_H
#define CSKEPKERNELS_PROCESSOR_H

#include "vectors.h"

#include <string.h>

// Which instructions a kernel may use; each level includes the ones before.
enum { LEVEL_PORTABLE = 0, LEVEL_AVX2 = 1, LEVEL_AVX512 = 2 };

/// The level in force: the processor's, or the limit that a test has set.
int skep_level_now(void);

#if defined(__x86_64__)
#include <immintrin.h>
#define HAVE_AVX 1
#define TARGET_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define TARGET_AVX512                                                                      \
    __attribute__((target(                                                                 \
        "avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2")))
#else
#define HAVE_AVX 0
#endif

// Begins to fetch what a loop over stored values will read about half a page later. The processor
// does so by itself within a page only; what no cache holds took a sixth longer to read.
static inline void fetch_ahead(const void *bytes) {
    enum { AHEAD = 2048 };
    __builtin_prefetch((const void *)((uintptr_t)bytes + AHEAD));
}

static inline uint64_t load64(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    return word;
}

#endif
