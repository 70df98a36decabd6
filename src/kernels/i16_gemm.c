/* SPDX-License-Identifier: MIT */
#include "kernels/i16_gemm.h"

#include <string.h>

#include "base/checked.h"
#include "kernels/kernels.h"
#include "kernels/sizes.h"

enum {
    MR = INK_GEMM_MR,
    NR = INK_GEMM_NR,
    PANELS = 4,     /* that a task goes through with the same rows of A */
    ROWS = 16 * MR, /* of a task, where B is packed already */
};

bool ink_i16_gemm_packed(size_t n, size_t pairs, size_t *out)
{
    return ink_mul_size(n / NR + (n % NR != 0), 2 * NR, out) && ink_mul_size(*out, pairs, out);
}

bool ink_i16_gemm_scratch(size_t pairs, size_t *out)
{
    return ink_mul_size(pairs, (size_t)2 * NR * PANELS, out);
}

struct job {
    const struct ink_i16_gemm *g;
    ink_i16_gemm_tile_fn *tile;
    size_t column_parts, rows;
};

static void one_tile(const struct job *job, size_t i, size_t m, size_t j, const int16_t *b)
{
    const struct ink_i16_gemm *g = job->g;
    int32_t edge[MR * NR], *c = g->c + i * g->n + j;
    size_t cols = ink_min_size(NR, g->n - j), a_row = 2 * g->pairs;
    if (cols == NR) {
        job->tile(m, g->pairs, g->a + i * a_row, a_row, b, c, g->n);
        return;
    }
    job->tile(m, g->pairs, g->a + i * a_row, a_row, b, edge, NR);
    for (size_t r = 0; r < m; r++) memcpy(c + r * g->n, edge + r * NR, cols * sizeof *c);
}

static void task(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    const struct ink_i16_gemm *g = job->g;
    size_t panel = 2 * NR * g->pairs, j0 = index % job->column_parts * PANELS * NR;
    size_t i0 = index / job->column_parts * job->rows, j1 = ink_min_size(j0 + (size_t)PANELS * NR, g->n);
    const int16_t *b = g->b ? g->b + j0 / NR * panel : NULL;
    if (!b) {
        int16_t *own = g->scratch + (size_t)worker * PANELS * panel;
        for (size_t j = j0; j < j1; j += NR)
            g->panel(g->panel_source, j, ink_min_size(NR, g->n - j), own + (j - j0) / NR * panel);
        b = own;
    }
    for (size_t i = i0, end = ink_min_size(i0 + job->rows, g->m); i < end; i += MR)
        for (size_t j = j0; j < j1; j += NR) one_tile(job, i, ink_min_size(MR, end - i), j, b + (j - j0) / NR * panel);
}

void ink_i16_gemm(const struct ink_i16_gemm *gemm)
{
    struct job job = {.g = gemm, .tile = ink_kernels()->i16_gemm_tile, .rows = gemm->b ? ROWS : gemm->m};
    if (gemm->m == 0 || gemm->n == 0) return;
    job.column_parts = (gemm->n + PANELS * NR - 1) / (PANELS * NR);
    size_t row_parts = (gemm->m + job.rows - 1) / job.rows;
    ink_parallel_run(gemm->parallel, job.column_parts * row_parts, task, &job);
}
