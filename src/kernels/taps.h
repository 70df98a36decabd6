/* SPDX-License-Identifier: MIT */
/* taps.h - sliding windows as kernels see them: taps and runs.
 *
 * A tap is one place of the window, given as the offset from where the window starts to the element below it: window.c
 * lists channels * kernel of them. A run is up to eight neighbouring outputs in one row: where the first one's window
 * starts in the input plane, and where it is written. Output i of a run, tap t:  in[run.from + i * step + tap[t]].
 * With borders already in the plane (window.c), there is nothing else to know, whatever the rank, strides and dilations.
 *
 * Runs are sorted by `to`, each begins where the one before ends. */
#ifndef INK_KERNELS_TAPS_H
#define INK_KERNELS_TAPS_H

#include <stddef.h>
#include <stdint.h>

enum { INK_RUN_MAX = 8 };

struct ink_run {
    uint32_t from;
    uint32_t to;
    uint32_t len; /* 1..INK_RUN_MAX */
};

/* The innermost part of implicit im2col: out[t][run.to - first + i] = in[run.from + i * step + tap[t]], rows of
 * INK_GEMM_NR, for runs that together are at most that long; `first` is runs[0].to. Up to INK_RUN_MAX floats behind the
 * last row may be overwritten. */
typedef void ink_f32_taps_pack_fn(size_t run_count, const struct ink_run *runs, size_t step, size_t tap_count,
                                  const uint32_t *taps, const float *in, float *out);

/* A depthwise convolution: out[run.to + i] = clamp(bias + sum over t of weight[t] * in[run.from + i * step + tap[t]]). */
struct ink_f32_taps {
    size_t run_count;
    const struct ink_run *runs;
    size_t step; /* in floats, from one output's window to its neighbour's */
    size_t tap_count;
    const uint32_t *taps;
    const float *weights; /* [tap_count]; not read by taps_max */
    const float *in;
    float *out; /* the plane; runs cover it from its start */
    float bias;
    float low, high;
};
typedef void ink_f32_taps_sum_fn(const struct ink_f32_taps *job);

/* Max pooling: out[run.to + i] = max over t of in[run.from + i * step + tap[t]]. bias, low, high are not used. */
typedef void ink_f32_taps_max_fn(const struct ink_f32_taps *job);

#endif
