/* SPDX-License-Identifier: MIT */
/* cond.h - conditions that are waited for by the clock that only goes forward. */
#ifndef INK_BASE_COND_H
#define INK_BASE_COND_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* pthread_cond_destroy ends it. */
void ink_cond_init(pthread_cond_t *cond);

/* The moment `ms` from now, for pthread_cond_timedwait; below 0: now. */
struct timespec ink_cond_moment(int64_t ms);

#endif
