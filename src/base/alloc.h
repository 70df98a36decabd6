/* SPDX-License-Identifier: MIT */
/* alloc.h - the one door to the heap, so that tests can make the n-th allocation fail.
 *
 * Our own code allocates through these (mostly through arenas); libraries that accept an allocator are given them too. */
#ifndef INK_BASE_ALLOC_H
#define INK_BASE_ALLOC_H

#include <stddef.h>

void *ink_malloc(size_t len);
void *ink_calloc(size_t count, size_t size);
void *ink_realloc(void *p, size_t len);
void ink_free(void *p);

/* For tests only: the n-th allocation from now (1 = the next) and all after it fail; 0 ends that. Counted over all
 * threads. Returns how many allocations there were since the last call. */
unsigned long ink_alloc_fail_at(unsigned long n);

#endif
