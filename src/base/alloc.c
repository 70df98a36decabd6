/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

static atomic_ulong allocations;
static atomic_ulong fail_at;

static bool fails(void)
{
    unsigned long count = atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed) + 1;
    unsigned long limit = atomic_load_explicit(&fail_at, memory_order_relaxed);
    return limit && count >= limit;
}

void *ink_malloc(size_t len)
{
    return fails() ? NULL : malloc(len ? len : 1);
}

void *ink_calloc(size_t count, size_t size)
{
    return fails() ? NULL : calloc(count ? count : 1, size ? size : 1);
}

void *ink_realloc(void *p, size_t len)
{
    return fails() ? NULL : realloc(p, len ? len : 1);
}

void ink_free(void *p)
{
    free(p);
}

unsigned long ink_alloc_fail_at(unsigned long n)
{
    atomic_store(&fail_at, n);
    return atomic_exchange(&allocations, 0);
}
