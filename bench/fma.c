/* SPDX-License-Identifier: MIT */
#include "fma.h"

#include <time.h>

#include "kernels/lane.h"

enum { SUMS = 12, ROUNDS = 1000000, TRIES = 20 };

/* As many independent sums as a processor with a latency of four cycles and two units needs, and a few more. */
static float work(long rounds)
{
    lane sum[SUMS];
    const lane factor = lane_of(0.9999f), more = lane_of(1e-6f);
    LANE_UNROLL for (int i = 0; i < SUMS; i++) sum[i] = lane_of((float)i);
    for (long r = 0; r < rounds; r++) LANE_UNROLL for (int i = 0; i < SUMS; i++) sum[i] = sum[i] * factor + more;
    float all = 0;
    for (int i = 0; i < SUMS; i++) all += sum[i][0];
    return all;
}

double bench_fma_peak(void)
{
    volatile float result;
    double best = 0;
    for (int i = 0; i < TRIES; i++) {
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        result = work(ROUNDS);
        clock_gettime(CLOCK_MONOTONIC, &b);
        double s = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) * 1e-9;
        double rate = (double)ROUNDS * SUMS * LANES / s;
        if (rate > best) best = rate;
    }
    (void)result;
    return best;
}
