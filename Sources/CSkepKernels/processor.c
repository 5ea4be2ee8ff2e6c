#include "processor.h"

#include <stdatomic.h>

// -1 until it is known. Threads that race store the same value.
static atomic_int level = -1;

static int detected_level(void) {
#if HAVE_AVX
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2")) {
        return LEVEL_PORTABLE;
    }
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
        __builtin_cpu_supports("avx512vbmi2")) {
        return LEVEL_AVX512;
    }
    return LEVEL_AVX2;
#else
    return LEVEL_PORTABLE;
#endif
}

int skep_level_now(void) {
    int known = atomic_load_explicit(&level, memory_order_relaxed);
    if (known < 0) {
        known = detected_level();
        atomic_store_explicit(&level, known, memory_order_relaxed);
    }
    return known;
}

int skep_limit_level(int limit) {
    int detected = detected_level();
    int now = limit < detected ? limit : detected;
    atomic_store_explicit(&level, now, memory_order_relaxed);
    return now;
}
