/* SPDX-License-Identifier: MIT */
#include "nhwc_trials.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guard.h"

enum { TAPS = 5, CHANNELS_MAX = 40, LINES_MAX = TAPS * 2 * INK_PIXELS };

/* Rows of channels for all taps of a tile, each between canaries of its own. */
struct rows {
    struct guarded all[LINES_MAX];
    const float *at[LINES_MAX];
};

static void rows_init(struct rows *r, size_t channels)
{
    for (unsigned i = 0; i < LINES_MAX; i++) {
        r->all[i] = guarded_new(channels, i);
        r->at[i] = r->all[i].data;
    }
}

static void rows_cleanup(struct rows *r)
{
    for (int i = 0; i < LINES_MAX; i++) guarded_free(&r->all[i]);
}

typedef void tile_fn(const struct ink_f32_igemm *tile);

static void try_tile(tile_fn *plain, tile_fn *kernel, struct ink_f32_igemm tile, unsigned form)
{
    size_t len = (tile.m - 1) * tile.c_row + tile.n;
    struct guarded bias = guarded_new(tile.n, 50), add = guarded_new(len, 51), want = guarded_new(len, 52),
                   got = guarded_new(len, 52);
    tile.bias = form & 1 ? bias.data : NULL;
    tile.add = form & 2 ? add.data : NULL;
    tile.low = form & 1 ? 0 : -INFINITY;
    tile.high = form & 2 ? 3 : INFINITY;
    tile.c = want.data;
    plain(&tile);
    tile.c = got.data;
    kernel(&tile);
    assert_near(got.data, want.data, len, 1e-4f);
    guarded_free(&bias), guarded_free(&add), guarded_free(&want), guarded_free(&got);
}

void f32_igemm_tile(const struct ink_kernels *kernels)
{
    static float b[TAPS * 9 * INK_CHANNELS] __attribute__((aligned(64)));
    unsigned seed = 1;
    for (size_t i = 0; i < sizeof b / sizeof *b; i++) b[i] = noise(&seed);
    for (size_t k = 1; k <= 9; k += 4) {
        struct rows rows;
        rows_init(&rows, k);
        for (size_t m = 1; m <= 2 * INK_PIXELS; m += m < INK_PIXELS ? 1 : INK_PIXELS)
            for (size_t n = 1; n <= (m > INK_PIXELS ? INK_NARROW : INK_CHANNELS); n++)
                for (unsigned form = 0; form < 4; form++) {
                    struct ink_f32_igemm tile = {
                        .m = m, .n = n, .taps = 1 + form, .k = k, .rows = rows.at, .b = b, .c_row = n + form};
                    try_tile(ink_f32_igemm_tile__plain, kernels->f32_igemm_tile, tile, form);
                }
        rows_cleanup(&rows);
    }
}

void f32_idepthwise(const struct ink_kernels *kernels)
{
    for (size_t n = 1; n <= CHANNELS_MAX; n++) {
        struct guarded b = guarded_new(TAPS * n, 7);
        struct rows rows;
        rows_init(&rows, n);
        for (size_t m = 1; m <= INK_PIXELS; m++)
            for (unsigned form = 0; form < 4; form++) {
                struct ink_f32_igemm tile = {
                    .m = m, .n = n, .taps = 1 + form, .rows = rows.at, .b = b.data, .c_row = n + form};
                try_tile(ink_f32_idepthwise__plain, kernels->f32_idepthwise, tile, form);
            }
        rows_cleanup(&rows);
        guarded_free(&b);
    }
}

static void try_line(ink_f32_dline_fn *plain, ink_f32_dline_fn *kernel, size_t width, size_t stride, size_t n)
{
    enum { HEIGHT = 3 };
    size_t reach = (INK_PIXELS - 1) * stride + width, len = (INK_PIXELS - 1) * (n + 1) + n;
    struct guarded x = guarded_new(2 * reach * n, 1), zeros = guarded_new(n, 2), b = guarded_new(HEIGHT * width * n, 3),
                   bias = guarded_new(n, 4), add = guarded_new(len, 5);
    memset(zeros.data, 0, n * sizeof(float));
    const float *lines[HEIGHT] = {zeros.data, x.data, x.data + reach * n};
    const size_t steps[HEIGHT] = {0, n, n};
    for (unsigned form = 0; form < 4; form++) {
        struct guarded want = guarded_new(len, 6), got = guarded_new(len, 6);
        struct ink_f32_dline line = {n,
                                     HEIGHT,
                                     lines,
                                     steps,
                                     b.data,
                                     want.data,
                                     n + 1,
                                     form & 1 ? bias.data : NULL,
                                     form & 2 ? add.data : NULL,
                                     form & 1 ? 0 : -INFINITY,
                                     form & 2 ? 3 : INFINITY};
        plain(&line);
        line.c = got.data;
        kernel(&line);
        assert_near(got.data, want.data, len, 1e-4f);
        guarded_free(&want), guarded_free(&got);
    }
    guarded_free(&x), guarded_free(&zeros), guarded_free(&b), guarded_free(&bias), guarded_free(&add);
}

void f32_dline_for(const struct ink_kernels *kernels)
{
    for (size_t width = 1; width <= 6; width++)
        for (size_t stride = 1; stride <= 3; stride++) {
            ink_f32_dline_fn *plain = ink_f32_dline_for__plain(width, stride);
            assert_int_equal(!plain, !kernels->f32_dline_for(width, stride));
            for (size_t n = 1; plain && n <= CHANNELS_MAX; n++)
                try_line(plain, kernels->f32_dline_for(width, stride), width, stride, n);
        }
}

static void try_pool(ink_f32_ipool_sum_fn *plain, ink_f32_ipool_sum_fn *kernel)
{
    static const float scale[INK_PIXELS] = {1, 0.5f, 0.25f, 2, 3, 4};
    for (size_t n = 1; n <= CHANNELS_MAX; n++) {
        struct rows rows;
        rows_init(&rows, n);
        for (size_t m = 1; m <= INK_PIXELS; m++) {
            size_t len = (m - 1) * (n + 2) + n;
            struct guarded want = guarded_new(len, 5), got = guarded_new(len, 5);
            struct ink_f32_ipool tile = {m, n, TAPS, rows.at, scale, want.data, n + 2};
            plain(&tile);
            tile.c = got.data;
            kernel(&tile);
            assert_near(got.data, want.data, len, 1e-5f);
            guarded_free(&want), guarded_free(&got);
        }
        rows_cleanup(&rows);
    }
}

void f32_ipool_max(const struct ink_kernels *kernels)
{
    try_pool(ink_f32_ipool_max__plain, kernels->f32_ipool_max);
}

void f32_ipool_sum(const struct ink_kernels *kernels)
{
    try_pool(ink_f32_ipool_sum__plain, kernels->f32_ipool_sum);
}

void f32_winograd_in(const struct ink_kernels *kernels)
{
    for (size_t n = 1; n <= CHANNELS_MAX; n++) {
        struct guarded x = guarded_new(INK_WINOGRAD_PLANES * n, 1), want = guarded_new(INK_WINOGRAD_PLANES * n, 2),
                       got = guarded_new(INK_WINOGRAD_PLANES * n, 3);
        const float *rows[INK_WINOGRAD_PLANES * 2];
        for (size_t i = 0; i < INK_WINOGRAD_PLANES; i++) rows[2 * i] = x.data + i * n;
        ink_f32_winograd_in__plain(n, rows, 2, n, want.data);
        kernels->f32_winograd_in(n, rows, 2, n, got.data);
        assert_near(got.data, want.data, INK_WINOGRAD_PLANES * n, 1e-4f);
        guarded_free(&x), guarded_free(&want), guarded_free(&got);
    }
}

void f32_winograd_out(const struct ink_kernels *kernels)
{
    for (size_t n = 1; n <= CHANNELS_MAX; n++) {
        struct guarded m = guarded_new(INK_WINOGRAD_PLANES * n, 1), bias = guarded_new(n, 2);
        for (size_t size = 0; size < INK_WINOGRAD_OUT * INK_WINOGRAD_OUT; size++) {
            size_t width = 1 + size % INK_WINOGRAD_OUT, height = 1 + size / INK_WINOGRAD_OUT;
            size_t line = width * n + size % 3, len = (height - 1) * line + width * n;
            struct guarded add = guarded_new(len, 3), want = guarded_new(len, 4), got = guarded_new(len, 4);
            struct ink_f32_winograd_out tile = {n,
                                                width,
                                                height,
                                                m.data,
                                                n,
                                                want.data,
                                                line,
                                                size & 1 ? bias.data : NULL,
                                                size & 2 ? add.data : NULL,
                                                size & 4 ? 0 : -INFINITY,
                                                size & 8 ? 3 : INFINITY};
            ink_f32_winograd_out__plain(&tile);
            tile.c = got.data;
            kernels->f32_winograd_out(&tile);
            assert_near(got.data, want.data, len, 1e-4f);
            guarded_free(&add), guarded_free(&want), guarded_free(&got);
        }
        guarded_free(&m), guarded_free(&bias);
    }
}
