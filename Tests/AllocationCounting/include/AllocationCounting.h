#ifndef ALLOCATION_COUNTING_H
#define ALLOCATION_COUNTING_H

#include <stdint.h>

/// Whether allocations can be counted here: on Linux with glibc, without a sanitizer.
int skep_counts_allocations(void);

/// How often memory was asked for since the process started, by all threads.
uint64_t skep_allocation_count(void);

#endif
