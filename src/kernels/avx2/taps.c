/* SPDX-License-Identifier: MIT */
/* A run is one vector. Runs go four at a time, so that four sums hide the latency of each other. */
#include <math.h>

#include "kernels/avx2/vector.h"
#include "kernels/kernels.h"

#define INLINE static inline __attribute__((always_inline))

/* What a run needs to be loaded: masks for its two halves where every second element is taken, offsets for other steps. */
struct lanes {
    __m256i mask, mask_behind, offsets;
};

enum step { ONE, ONE_FULL, TWO, ANY };

INLINE struct lanes lanes_of(size_t len, size_t step, enum step kind)
{
    struct lanes lanes = {.mask = ink_mask8(len)};
    if (kind == TWO) {
        size_t span = 2 * len - 1;
        lanes.mask = ink_mask8(span < 8 ? span : 8);
        lanes.mask_behind = ink_mask8(span < 8 ? 0 : span - 8);
    }
    if (kind == ANY)
        lanes.offsets = _mm256_mullo_epi32(_mm256_set1_epi32((int)step), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    return lanes;
}

INLINE __m256 load(const float *p, const struct lanes *lanes, enum step kind)
{
    switch (kind) {
    case ONE_FULL: return _mm256_loadu_ps(p);
    case ONE: return _mm256_maskload_ps(p, lanes->mask);
    case TWO: {
        __m256 a = _mm256_maskload_ps(p, lanes->mask), b = _mm256_maskload_ps(p + 8, lanes->mask_behind);
        __m256 even = _mm256_shuffle_ps(a, b, 0x88); /* a0 a2 b0 b2 a4 a6 b4 b6 */
        return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(even), 0xD8));
    }
    default:
        return _mm256_mask_i32gather_ps(_mm256_setzero_ps(), p, lanes->offsets, _mm256_castsi256_ps(lanes->mask), 4);
    }
}

/* A store that is wider than its run is put right by the run behind it. Only at the end must it be exact. */
INLINE void store(float *out, const struct ink_run *run, size_t end, __m256 v)
{
    if (run->to + 8 <= end)
        _mm256_storeu_ps(out + run->to, v);
    else
        _mm256_maskstore_ps(out + run->to, ink_mask8(run->len), v);
}

INLINE void pack(size_t run_count, const struct ink_run *runs, size_t step, size_t tap_count, const uint32_t *taps,
                 const float *in, float *out, enum step kind)
{
    struct lanes lanes[INK_GEMM_NR];
    for (size_t r = 0; r < run_count; r++) lanes[r] = lanes_of(runs[r].len, step, kind);
    for (size_t t = 0; t < tap_count; t++, out += INK_GEMM_NR)
        for (size_t r = 0; r < run_count; r++)
            _mm256_storeu_ps(out + (runs[r].to - runs[0].to), load(in + runs[r].from + taps[t], &lanes[r], kind));
}

void ink_f32_taps_pack__avx2(size_t run_count, const struct ink_run *runs, size_t step, size_t tap_count,
                             const uint32_t *taps, const float *in, float *out)
{
    if (step == 1 && run_count == 2 && runs[0].len == 8 && runs[1].len == 8)
        pack(2, runs, step, tap_count, taps, in, out, ONE_FULL);
    else if (step == 1)
        pack(run_count, runs, step, tap_count, taps, in, out, ONE);
    else if (step == 2)
        pack(run_count, runs, step, tap_count, taps, in, out, TWO);
    else
        pack(run_count, runs, step, tap_count, taps, in, out, ANY);
}

enum what { SUM, MAX };

INLINE __m256 finish(const struct ink_f32_taps *job, enum what what, __m256 v)
{
    if (what == MAX) return v;
    v = _mm256_add_ps(v, _mm256_set1_ps(job->bias));
    return _mm256_min_ps(_mm256_set1_ps(job->high), _mm256_max_ps(_mm256_set1_ps(job->low), v));
}

/* `count` runs, constant where this is called. */
INLINE void run_group(const struct ink_f32_taps *job, const struct ink_run *runs, const int count, size_t end,
                      enum what what, enum step kind)
{
    struct lanes lanes[4];
    __m256 v[4];
    const float *from[4];
#pragma GCC unroll 4
    for (int r = 0; r < 4; r++)
        if (r < count) {
            lanes[r] = lanes_of(runs[r].len, job->step, kind);
            v[r] = what == SUM ? _mm256_setzero_ps() : _mm256_set1_ps(-INFINITY);
            from[r] = job->in + runs[r].from;
        }
    for (size_t t = 0; t < job->tap_count; t++) {
        size_t tap = job->taps[t];
        __m256 weight = what == SUM ? _mm256_set1_ps(job->weights[t]) : _mm256_setzero_ps();
#pragma GCC unroll 4
        for (int r = 0; r < 4; r++)
            if (r < count) {
                __m256 x = load(from[r] + tap, &lanes[r], kind);
                v[r] = what == SUM ? _mm256_fmadd_ps(weight, x, v[r]) : _mm256_max_ps(x, v[r]);
            }
    }
#pragma GCC unroll 4
    for (int r = 0; r < 4; r++)
        if (r < count) store(job->out, &runs[r], end, finish(job, what, v[r]));
}

INLINE void all_runs(const struct ink_f32_taps *job, enum what what, enum step kind)
{
    const struct ink_run *runs = job->runs, *last = runs + job->run_count - 1;
    size_t end = last->to + last->len, r = 0;
    for (; r + 4 <= job->run_count; r += 4) {
        size_t full = runs[r].len + runs[r + 1].len + runs[r + 2].len + runs[r + 3].len;
        if (kind == ONE && full == 32)
            run_group(job, runs + r, 4, end, what, ONE_FULL);
        else
            run_group(job, runs + r, 4, end, what, kind);
    }
    for (; r < job->run_count; r++) run_group(job, runs + r, 1, end, what, kind);
}

void ink_f32_taps_sum__avx2(const struct ink_f32_taps *job)
{
    if (job->run_count == 0) return;
    if (job->step == 1)
        all_runs(job, SUM, ONE);
    else if (job->step == 2)
        all_runs(job, SUM, TWO);
    else
        all_runs(job, SUM, ANY);
}

void ink_f32_taps_max__avx2(const struct ink_f32_taps *job)
{
    if (job->run_count == 0) return;
    if (job->step == 1)
        all_runs(job, MAX, ONE);
    else if (job->step == 2)
        all_runs(job, MAX, TWO);
    else
        all_runs(job, MAX, ANY);
}
