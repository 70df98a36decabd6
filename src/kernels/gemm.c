/* SPDX-License-Identifier: MIT */
#include "kernels/gemm.h"

#include "base/checked.h"
#include "kernels/kernels.h"
#include "kernels/sizes.h"

enum {
    MR = INK_GEMM_MR,
    NR = INK_GEMM_NR,
    KC = 320,                /* a panel of B (20 KB) and six rows of A stay in the L1 cache */
    MC = 240,                /* that many rows of A, KC long, stay in half of a 512 KB L2 */
    NC = 12 * NR,            /* columns of B that are packed at a time */
    FEW_ROWS = 12,           /* with two tiles of rows or fewer, packing B costs more than it saves */
    WORTH_A_THREAD = 1000000 /* multiply-adds; below it, waking a thread costs more than it does */
};

struct block {
    size_t i0, i1, j0, j1;
};

struct job {
    const struct ink_f32_gemm *g;
    const struct ink_kernels *kernels;
    size_t kc;
    size_t scratch; /* floats a thread */
    float low, high;
    size_t rows, cols, row_parts, col_parts; /* of one task; how many tasks in each direction */
};

/* K in equal parts of at most KC, so that none is left over that is too short to pay. */
static size_t k_part(size_t k)
{
    size_t parts = (k + KC - 1) / KC;
    return parts ? (k + parts - 1) / parts : 0;
}

size_t ink_f32_gemm_scratch(size_t n, size_t k)
{
    return k_part(k) * ink_min_size(NC, ink_round_up(n, NR)) + NR; /* what a panel may overwrite behind itself */
}

bool ink_f32_gemm_packed(size_t n, size_t k, size_t *floats)
{
    return n <= SIZE_MAX - NR && ink_mul_size(ink_round_up(n, NR), k, floats);
}

static void pack_panel(size_t kc, size_t cols, const float *b, size_t b_row, size_t b_col, float scale, float *out)
{
    if (cols == NR && b_col == 1) {
        for (size_t p = 0; p < kc; p++)
            for (size_t j = 0; j < NR; j++) out[p * NR + j] = scale * b[p * b_row + j];
        return;
    }
    for (size_t p = 0; p < kc; p++) {
        for (size_t j = 0; j < cols; j++) out[p * NR + j] = scale * b[p * b_row + j * b_col];
        for (size_t j = cols; j < NR; j++) out[p * NR + j] = 0;
    }
}

/* A part of K after the other; in each the panels; in each NR columns of a row after those of the row before. */
static size_t packed_at(size_t n, size_t k0, size_t kc, size_t j0)
{
    return k0 * ink_round_up(n, NR) + j0 * kc;
}

void ink_f32_gemm_pack(size_t n, size_t k, const float *b, size_t b_row, size_t b_col, float scale, float *out)
{
    size_t part = k_part(k);
    for (size_t k0 = 0; k0 < k; k0 += part) {
        size_t kc = ink_min_size(part, k - k0);
        for (size_t j0 = 0; j0 < n; j0 += NR)
            pack_panel(kc, ink_min_size(NR, n - j0), b + k0 * b_row + j0 * b_col, b_row, b_col, scale,
                       out + packed_at(n, k0, kc, j0));
    }
}

static void pack_block(const struct ink_f32_gemm *g, size_t k0, size_t kc, size_t j0, size_t j1, float *out)
{
    for (size_t j = j0; j < j1; j += NR, out += kc * NR) {
        size_t cols = ink_min_size(NR, j1 - j);
        if (g->panel)
            g->panel(g->panel_source, k0, kc, j, cols, out);
        else
            pack_panel(kc, cols, g->b + k0 * g->b_row + j * g->b_col, g->b_row, g->b_col, 1, out);
    }
}

static bool reads_b_in_place(const struct ink_f32_gemm *g)
{
    return g->b && g->b_col == 1 && g->m <= FEW_ROWS;
}

/* Where the panel of column j lies, for this part of K. */
static void set_panel(struct ink_f32_tile *t, const struct ink_f32_gemm *g, size_t k0, size_t j, size_t j0,
                      const float *packed)
{
    t->b_row = NR;
    if (g->b_packed) {
        t->b = g->b_packed + packed_at(g->n, k0, t->k, j);
    } else if (reads_b_in_place(g)) {
        t->b = g->b + k0 * g->b_row + j;
        t->b_row = g->b_row;
    } else {
        t->b = packed + (j - j0) * t->k;
    }
}

/* Only the first part of K leaves out what is in C, and only the last one adds the rest and clamps. */
static struct ink_f32_tile tile_for(const struct job *job, size_t k0, size_t kc)
{
    const struct ink_f32_gemm *g = job->g;
    bool last = k0 + kc == g->k;
    return (struct ink_f32_tile){
        .k = kc,
        .a_row = g->a_row,
        .a_col = g->a_col,
        .c_row = g->c_row,
        .sum_up = g->sum_up || k0 > 0,
        .add_row = g->add_row,
        .low = last ? job->low : -__builtin_inff(),
        .high = last ? job->high : __builtin_inff(),
    };
}

/* The rows i0..i1 by one panel, in tiles of equal height. */
static void rows_by_panel(const struct job *job, struct ink_f32_tile *t, size_t k0, size_t i0, size_t i1, size_t j)
{
    const struct ink_f32_gemm *g = job->g;
    bool last = k0 + t->k == g->k;
    size_t rows = i1 - i0, tiles = (rows + MR - 1) / MR;
    t->col_bias = last && g->col_bias ? g->col_bias + j : NULL;
    for (size_t n = 0; n < tiles; n++) {
        size_t i = i0 + rows * n / tiles;
        t->m = i0 + rows * (n + 1) / tiles - i;
        t->a = g->a + i * g->a_row + k0 * g->a_col;
        t->c = g->c + i * g->c_row + j;
        t->row_bias = last && g->row_bias ? g->row_bias + i : NULL;
        t->add = last && g->add ? g->add + i * g->add_row + j : NULL;
        job->kernels->f32_gemm_tile(t);
    }
}

/* One row by packed panels, several at once; what is added comes afterwards, by a tile without a sum. */
static void row_by_panels(const struct job *job, const struct block *block, size_t k0, size_t kc)
{
    enum { PANELS = 4 };
    const struct ink_f32_gemm *g = job->g;
    struct ink_f32_tile t = tile_for(job, k0, kc);
    const bool sum_up = t.sum_up;
    float sums[PANELS * NR];
    t.sum_up = true;
    t.k = 0;
    for (size_t j = block->j0; j < block->j1; j += PANELS * NR) {
        size_t cols = ink_min_size(PANELS * NR, block->j1 - j);
        job->kernels->f32_gevm_panels((cols + NR - 1) / NR, kc, g->a + k0, g->b_packed + packed_at(g->n, k0, kc, j),
                                      kc * NR, sums);
        for (size_t i = 0; i < cols; i++) g->c[j + i] = sum_up ? g->c[j + i] + sums[i] : sums[i];
        for (size_t i = 0; i < cols; i += NR) {
            t.n = ink_min_size(NR, cols - i);
            t.m = 1;
            t.a = g->a;
            t.c = g->c + j + i;
            bool last = k0 + kc == g->k;
            t.row_bias = last ? g->row_bias : NULL;
            t.col_bias = last && g->col_bias ? g->col_bias + j + i : NULL;
            t.add = last && g->add ? g->add + j + i : NULL;
            job->kernels->f32_gemm_tile(&t);
        }
    }
}

static void k_part_of_block(const struct job *job, const struct block *block, size_t k0, size_t kc, float *scratch)
{
    const struct ink_f32_gemm *g = job->g;
    if (g->m == 1 && g->b_packed && g->a_col == 1 && g->add != g->c) {
        row_by_panels(job, block, k0, kc);
        return;
    }
    if (!g->b_packed && !reads_b_in_place(g)) pack_block(g, k0, kc, block->j0, block->j1, scratch);
    struct ink_f32_tile t = tile_for(job, k0, kc);
    for (size_t i = block->i0; i < block->i1; i += MC)
        for (size_t j = block->j0; j < block->j1; j += NR) {
            t.n = ink_min_size(NR, block->j1 - j);
            set_panel(&t, g, k0, j, block->j0, scratch);
            rows_by_panel(job, &t, k0, i, ink_min_size(i + MC, block->i1), j);
        }
}

static void run_block(const struct job *job, const struct block *block, float *scratch)
{
    const struct ink_f32_gemm *g = job->g;
    size_t k0 = 0;
    do {
        size_t kc = ink_min_size(job->kc, g->k - k0);
        k_part_of_block(job, block, k0, kc, scratch);
        k0 += kc;
    } while (k0 < g->k);
    for (size_t i = block->i0; i < block->i1; i++)
        ink_activation_apply(&g->activation, block->j1 - block->j0, g->c + i * g->c_row + block->j0);
}

static void run_task(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    const struct ink_f32_gemm *g = job->g;
    size_t i0 = index / job->col_parts * job->rows, j0 = index % job->col_parts * job->cols;
    size_t j_end = ink_min_size(j0 + job->cols, g->n);
    struct block block = {.i0 = i0, .i1 = ink_min_size(i0 + job->rows, g->m)};
    for (block.j0 = j0; block.j0 < j_end; block.j0 = block.j1) {
        block.j1 = ink_min_size(block.j0 + NC, j_end);
        run_block(job, &block, g->scratch + job->scratch * (size_t)worker);
    }
}

/* One product of a matrix and a vector; what is added comes afterwards, by a tile without a sum. */
static void run_vector_task(void *arg, size_t index, int worker)
{
    const struct job *job = arg;
    const struct ink_f32_gemm *g = job->g;
    size_t i0 = index / job->col_parts * job->rows, j0 = index % job->col_parts * job->cols;
    struct block block = {i0, ink_min_size(i0 + job->rows, g->m), j0, ink_min_size(j0 + job->cols, g->n)};
    if (g->n == 1)
        job->kernels->f32_gemv(block.i1 - i0, g->k, g->a + i0 * g->a_row, g->a_row, g->b, g->c + i0 * g->c_row,
                               g->c_row);
    else if (g->b_col == 1)
        job->kernels->f32_gevm(block.j1 - j0, g->k, g->a, g->b + j0, g->b_row, g->c + j0);
    else
        job->kernels->f32_gemv(block.j1 - j0, g->k, g->b + j0 * g->b_col, g->b_col, g->a, g->c + j0, 1);

    struct ink_f32_tile t = tile_for(job, g->k, 0);
    t.sum_up = true;
    for (size_t j = j0; j < block.j1; j += NR) {
        t.n = ink_min_size(NR, block.j1 - j);
        rows_by_panel(job, &t, g->k, i0, block.i1, j);
    }
    for (size_t i = i0; i < block.i1; i++)
        ink_activation_apply(&g->activation, block.j1 - j0, g->c + i * g->c_row + j0);
}

static bool is_vector_product(const struct ink_f32_gemm *g)
{
    if (!g->b || g->b_packed || g->sum_up || g->add == g->c) return false;
    if (g->n == 1) return g->a_col == 1 && g->b_row == 1;
    return g->m == 1 && g->a_col == 1 && (g->b_col == 1 || g->b_row == 1);
}

/* Tasks of about the same cost, three a thread where there is enough to do: columns first, rows when those are few. */
static void cut(struct job *job)
{
    const struct ink_f32_gemm *g = job->g;
    size_t threads = g->parallel ? (size_t)g->parallel->threads : 1;
    bool alone = threads < 2 || (double)g->m * (double)g->n * (double)g->k < WORTH_A_THREAD;
    size_t wanted = alone ? 1 : 3 * threads;
    job->cols = ink_round_up((g->n + wanted - 1) / wanted, NR);
    job->col_parts = (g->n + job->cols - 1) / job->cols;
    size_t row_wish = (wanted + job->col_parts - 1) / job->col_parts;
    job->rows = ink_round_up((g->m + row_wish - 1) / row_wish, MR);
    job->row_parts = (g->m + job->rows - 1) / job->rows;
}

void ink_f32_gemm(const struct ink_f32_gemm *g)
{
    if (g->m == 0 || g->n == 0) return;
    struct job job = {
        .g = g, .kernels = ink_kernels(), .kc = k_part(g->k), .scratch = ink_f32_gemm_scratch(g->n, g->k)};
    ink_activation_clamp(&g->activation, &job.low, &job.high);
    cut(&job);
    ink_parallel_run(g->parallel, job.row_parts * job.col_parts, is_vector_product(g) ? run_vector_task : run_task,
                     &job);
}
