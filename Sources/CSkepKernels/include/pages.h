#ifndef CSKEPKERNELS_PAGES_H
#define CSKEPKERNELS_PAGES_H

#include <stddef.h>

// Large blocks of memory straight from the system, which Swift cannot reach: `mremap` takes a
// variable number of arguments. A block grows without a second one beside it, as its pages move,
// and a freed one goes back at once. Sizes are multiples of 64 KiB. New memory is zero.

/// A block of `size` bytes; NULL where there is none.
void *skep_take_pages(size_t size);

/// The block with room for `new_size` bytes, perhaps at another address; NULL where there is none,
/// and then the block stays.
void *skep_resize_pages(void *block, size_t size, size_t new_size);

/// Asks the system to back a block with its large pages, where it can: one fault instead of many.
void skep_prefer_large_pages(void *block, size_t size);

/// Lets the system take pages whenever it needs memory; until then they can be used again without
/// being zeroed. What they hold is lost.
void skep_offer_pages(void *block, size_t size);

void skep_give_back_pages(void *block, size_t size);

// Makes the C library give blocks of at least `size` bytes back to the system when they are freed,
// for the whole process. Does nothing with other libraries than glibc.
void skep_return_freed_blocks(size_t size);

// Gives back to the system what the C library keeps of freed blocks. Does nothing with other
// libraries than glibc.
void skep_return_all_freed(void);

#endif
