/* SPDX-License-Identifier: MIT */
/* scarce.h - for the engine's tests: a job with every allocation failing in turn. */
#ifndef INK_TESTS_ENGINE_SCARCE_H
#define INK_TESTS_ENGINE_SCARCE_H

#include "../../tools/build_model.h"
#include "base/alloc.h"
#include "base/status.h"

/* Calls load_and_run with the first, the second, ... allocation failing until none does. Each time it must say INK_E_OOM, and
 * in the end INK_OK. */
static inline void every_allocation_fails(ink_status (*load_and_run)(const struct message *m, size_t cap),
                                          const struct message *m)
{
    ink_status st = INK_E_OOM;
    unsigned long n = 0;
    while (st && ++n < 1000) {
        ink_alloc_fail_at(n);
        st = load_and_run(m, 0);
        ink_alloc_fail_at(0);
        if (st && st != INK_E_OOM) fail_msg("allocation %lu failed: %s", n, ink_status_word(st));
    }
    assert_int_equal(st, INK_OK);
    assert_true(n > 3);
}

#endif
