#ifndef ALLOCATION_COUNTING_H
#define ALLOCATION_COUNTING_H

#include <stdint.h>

/// Whether allocations can be counted here: on Linux with glibc, without a sanitizer.
int skep_counts_allocations(void);

/// How often the calling thread has asked for memory.
uint64_t skep_allocation_count(void);

#endif
