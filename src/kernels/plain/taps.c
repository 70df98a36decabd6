/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "kernels/kernels.h"

void ink_f32_taps_pack__plain(size_t run_count, const struct ink_run *runs, size_t step, size_t tap_count,
                              const uint32_t *taps, const float *in, float *out)
{
    for (size_t t = 0; t < tap_count; t++, out += INK_GEMM_NR)
        for (size_t r = 0; r < run_count; r++) {
            const float *from = in + runs[r].from + taps[t];
            float *to = out + (runs[r].to - runs[0].to);
            for (size_t i = 0; i < runs[r].len; i++) to[i] = from[i * step];
        }
}

void ink_f32_taps_sum__plain(const struct ink_f32_taps *job)
{
    for (size_t r = 0; r < job->run_count; r++) {
        const struct ink_run *run = &job->runs[r];
        float sum[INK_RUN_MAX] = {0};
        for (size_t t = 0; t < job->tap_count; t++) {
            const float *from = job->in + run->from + job->taps[t];
            for (size_t i = 0; i < run->len; i++) sum[i] += job->weights[t] * from[i * job->step];
        }
        for (size_t i = 0; i < run->len; i++) {
            float v = sum[i] + job->bias;
            if (v < job->low) v = job->low;
            if (v > job->high) v = job->high;
            job->out[run->to + i] = v;
        }
    }
}

void ink_f32_taps_max__plain(const struct ink_f32_taps *job)
{
    for (size_t r = 0; r < job->run_count; r++) {
        const struct ink_run *run = &job->runs[r];
        float best[INK_RUN_MAX];
        for (size_t i = 0; i < run->len; i++) best[i] = -INFINITY;
        for (size_t t = 0; t < job->tap_count; t++) {
            const float *from = job->in + run->from + job->taps[t];
            for (size_t i = 0; i < run->len; i++)
                if (from[i * job->step] > best[i]) best[i] = from[i * job->step];
        }
        for (size_t i = 0; i < run->len; i++) job->out[run->to + i] = best[i];
    }
}
