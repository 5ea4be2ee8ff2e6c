#define _GNU_SOURCE
#include "include/pages.h"

#include <string.h>
#include <sys/mman.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

void *skep_take_pages(size_t size) {
    void *block =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return block == MAP_FAILED ? NULL : block;
}

void *skep_resize_pages(void *block, size_t size, size_t new_size) {
#if defined(__linux__)
    void *moved = mremap(block, size, new_size, MREMAP_MAYMOVE);
    return moved == MAP_FAILED ? NULL : moved;
#else
    void *moved = skep_take_pages(new_size);
    if (moved == NULL) return NULL;
    memcpy(moved, block, size < new_size ? size : new_size);
    munmap(block, size);
    return moved;
#endif
}

void skep_prefer_large_pages(void *block, size_t size) {
#if defined(MADV_HUGEPAGE)
    // A wish: without large pages all is well, too.
    (void)madvise(block, size, MADV_HUGEPAGE);
#else
    (void)block;
    (void)size;
#endif
}

void skep_offer_pages(void *block, size_t size) {
#if defined(MADV_FREE)
    // Where the system cannot, the pages are just kept.
    (void)madvise(block, size, MADV_FREE);
#else
    (void)block;
    (void)size;
#endif
}

void skep_give_back_pages(void *block, size_t size) { munmap(block, size); }

void skep_return_freed_blocks(size_t size) {
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, (int)size);
#else
    (void)size;
#endif
}

void skep_return_all_freed(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}
