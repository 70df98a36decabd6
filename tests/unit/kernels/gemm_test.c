/* SPDX-License-Identifier: MIT */
/* Products of all shapes and all ways in which B can be given, against three loops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guard.h"
#include "kernels/gemm.h"

struct problem {
    size_t m, n, k;
    bool a_turned, b_turned;
};

enum way { AS_IT_LIES, PACKED, PANELS };

struct lying {
    const float *b;
    size_t b_row, b_col;
};

static void write_panel(const void *source, size_t k0, size_t kc, size_t j0, size_t cols, float *out)
{
    const struct lying *b = source;
    for (size_t p = 0; p < kc; p++)
        for (size_t j = 0; j < INK_GEMM_NR; j++)
            out[p * INK_GEMM_NR + j] = j < cols ? b->b[(k0 + p) * b->b_row + (j0 + j) * b->b_col] : 7;
}

static void three_loops(const struct ink_f32_gemm *g, float *c)
{
    for (size_t i = 0; i < g->m; i++)
        for (size_t j = 0; j < g->n; j++) {
            double sum = g->sum_up ? (double)c[i * g->c_row + j] : 0;
            for (size_t p = 0; p < g->k; p++)
                sum += (double)g->a[i * g->a_row + p * g->a_col] * (double)g->b[p * g->b_row + j * g->b_col];
            if (g->row_bias) sum += (double)g->row_bias[i];
            if (g->col_bias) sum += (double)g->col_bias[j];
            if (g->add) sum += (double)g->add[i * g->add_row + j];
            if (g->activation.kind == INK_ACTIVATION_RELU && sum < 0) sum = 0;
            if (g->activation.kind == INK_ACTIVATION_LEAKY_RELU && sum < 0) sum *= (double)g->activation.a;
            c[i * g->c_row + j] = (float)sum;
        }
}

/* Tasks in reverse, each by another worker: what threads may do at worst. */
static void reversed(struct ink_parallel *self, size_t count, void (*task)(void *, size_t, int), void *arg)
{
    for (size_t i = count; i-- > 0;) task(arg, i, (int)(i % (size_t)self->threads));
}

static void try_product(struct problem p, enum way way, unsigned form)
{
    struct ink_parallel three = {.threads = 3, .run = reversed};
    struct guarded a = guarded_new(p.m * p.k, 1), b = guarded_new(p.k * p.n, 2), bias = guarded_new(p.m + p.n, 3);
    struct guarded want = guarded_new(p.m * p.n, 4), got = guarded_new(p.m * p.n, 4), add = guarded_new(p.m * p.n, 5);
    struct guarded scratch = guarded_new(3 * ink_f32_gemm_scratch(p.n, p.k), 6);
    size_t floats;
    assert_true(ink_f32_gemm_packed(p.n, p.k, &floats));
    struct guarded packed = guarded_new(floats, 7);

    struct ink_f32_gemm g = {.m = p.m, .n = p.n, .k = p.k, .a = a.data, .b = b.data, .c_row = p.n};
    g.a_row = p.a_turned ? 1 : p.k;
    g.a_col = p.a_turned ? p.m : 1;
    g.b_row = p.b_turned ? 1 : p.n;
    g.b_col = p.b_turned ? p.k : 1;
    g.sum_up = form & 1;
    g.row_bias = form & 2 ? bias.data : NULL;
    g.col_bias = form & 4 ? bias.data + p.m : NULL;
    g.add = form & 8 ? add.data : NULL;
    g.add_row = p.n;
    g.activation = form & 1 ? (struct ink_activation){INK_ACTIVATION_RELU}
                            : (struct ink_activation){INK_ACTIVATION_LEAKY_RELU, .a = 0.25f};
    g.scratch = scratch.data;
    g.parallel = form & 2 ? &three : NULL;
    three_loops(&g, want.data);

    struct lying lying = {b.data, g.b_row, g.b_col};
    if (way != AS_IT_LIES) g.b = NULL;
    if (way == PACKED) {
        ink_f32_gemm_pack(p.n, p.k, b.data, g.b_row, g.b_col, 1, packed.data);
        g.b_packed = packed.data;
    }
    if (way == PANELS) {
        g.panel = write_panel;
        g.panel_source = &lying;
    }
    g.c = got.data;
    ink_f32_gemm(&g);
    assert_near(got.data, want.data, p.m * p.n, 1e-3f);
    guarded_free(&a), guarded_free(&b), guarded_free(&bias), guarded_free(&want), guarded_free(&got);
    guarded_free(&add), guarded_free(&scratch), guarded_free(&packed);
}

static void products(void **state)
{
    static const size_t sizes[][3] = {{1, 1, 1},     {1, 10, 256},   {1, 130, 40}, {10, 1, 50},  {5, 15, 3},
                                      {6, 16, 8},    {7, 17, 9},     {13, 33, 0},  {12, 40, 65}, {25, 47, 700},
                                      {250, 20, 30}, {20, 400, 321}, {90, 70, 90}};
    for (int level = 0; level < INK_CPU_COUNT; level++) {
        if (!ink_cpu_force(level)) continue;
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (unsigned turned = 0; turned < 4; turned++)
                for (enum way way = AS_IT_LIES; way <= PANELS; way++)
                    for (unsigned form = 0; form < 16; form += 5)
                        try_product((struct problem){sizes[s][0], sizes[s][1], sizes[s][2], turned & 1, turned & 2},
                                    way, form);
    }
}

static void packed_size_is_checked(void **state)
{
    size_t floats;
    assert_false(ink_f32_gemm_packed(SIZE_MAX, 2, &floats));
    assert_false(ink_f32_gemm_packed((size_t)1 << 40, (size_t)1 << 40, &floats));
    assert_true(ink_f32_gemm_packed(17, 3, &floats));
    assert_int_equal(floats, 96);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(products), cmocka_unit_test(packed_size_is_checked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
