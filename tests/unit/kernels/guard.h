/* SPDX-License-Identifier: MIT */
/* guard.h - for the kernels' tests: numbers that repeat, and arrays with canaries on both sides. */
#ifndef INK_TESTS_KERNELS_GUARD_H
#define INK_TESTS_KERNELS_GUARD_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/kernels.h"

enum { GUARD = 64 }; /* floats before and after */

struct guarded {
    float *data; /* what a kernel gets: not aligned more than malloc aligns */
    size_t len;
    float *all;
};

static inline float noise(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (float)(int)(*seed >> 16 & 0x3FF) / 256.0f - 2.0f;
}

/* `len` floats of noise between canaries. */
static inline struct guarded guarded_new(size_t len, unsigned seed)
{
    struct guarded g = {.len = len, .all = malloc((len + 2 * GUARD) * sizeof(float))};
    assert_non_null(g.all);
    for (size_t i = 0; i < len + 2 * GUARD; i++) g.all[i] = 12345.0f;
    g.data = g.all + GUARD;
    for (size_t i = 0; i < len; i++) g.data[i] = noise(&seed);
    return g;
}

static inline void guarded_free(struct guarded *g)
{
    for (size_t i = 0; i < GUARD; i++) {
        assert_true(g->all[i] == 12345.0f);
        assert_true(g->all[GUARD + g->len + i] == 12345.0f);
    }
    free(g->all);
}

/* Each within `tolerance` of what it should be, relative to 1 and to its own size. */
static inline void assert_near(const float *got, const float *want, size_t n, float tolerance)
{
    for (size_t i = 0; i < n; i++) {
        if (isnan(want[i]) && isnan(got[i])) continue;
        if (fabsf(got[i] - want[i]) <= tolerance * (1 + fabsf(want[i]))) continue;
        if (got[i] == want[i]) continue;
        fail_msg("element %zu of %zu is %g and should be %g", i, n, (double)got[i], (double)want[i]);
    }
}

#endif
