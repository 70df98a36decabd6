/* SPDX-License-Identifier: MIT */
/* Every kernel of every level that this processor has against its plain twin: below, at and above its tile, with canaries
 * round what it writes. A row of the kernel table without a trial here fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guard.h"
#include "nhwc_trials.h"

static void try_tile(ink_f32_gemm_tile_fn *kernel, struct ink_f32_tile tile, unsigned seed)
{
    size_t c_len = (tile.m - 1) * tile.c_row + tile.n;
    struct guarded a = guarded_new(tile.m * tile.k, seed), b = guarded_new(tile.k * tile.n, seed + 1);
    struct guarded want = guarded_new(c_len, seed + 2), got = guarded_new(c_len, seed + 2);
    tile.a = a.data;
    tile.b = b.data;
    tile.c = want.data;
    ink_f32_gemm_6x16__plain(&tile);
    tile.c = got.data;
    kernel(&tile);
    assert_near(got.data, want.data, c_len, 1e-4f);
    guarded_free(&a), guarded_free(&b), guarded_free(&want), guarded_free(&got);
}

static void f32_gemm_tile(const struct ink_kernels *kernels)
{
    static const size_t depths[] = {0, 1, 7, 64};
    struct guarded extra = guarded_new(INK_GEMM_MR * INK_GEMM_NR, 99);
    for (size_t m = 1; m <= INK_GEMM_MR; m++)
        for (size_t n = 1; n <= INK_GEMM_NR; n++)
            for (size_t d = 0; d < 4; d++)
                for (unsigned form = 0; form < 32; form++) {
                    size_t k = depths[d];
                    struct ink_f32_tile tile = {.m = m, .n = n, .k = k, .c_row = n + (form & 3)};
                    tile.a_row = form & 1 ? 1 : k; /* A as it is, or transposed */
                    tile.a_col = form & 1 ? m : 1;
                    tile.b_row = n;
                    tile.sum_up = form & 2;
                    tile.row_bias = form & 4 ? extra.data : NULL;
                    tile.col_bias = form & 8 ? extra.data : NULL;
                    tile.add = form & 16 ? extra.data : NULL;
                    tile.add_row = INK_GEMM_NR;
                    tile.low = form & 1 ? 0 : -INFINITY;
                    tile.high = form & 2 ? 3 : INFINITY;
                    try_tile(kernels->f32_gemm_tile, tile, form + (unsigned)d);
                }
    guarded_free(&extra);
}

static void f32_gevm(const struct ink_kernels *kernels)
{
    for (size_t n = 1; n < 150; n += n < 20 ? 1 : 13)
        for (size_t k = 0; k < 20; k++) {
            struct guarded x = guarded_new(k, 1), b = guarded_new(k * n, 2), want = guarded_new(n, 3),
                           got = guarded_new(n, 4);
            ink_f32_gevm__plain(n, k, x.data, b.data, n, want.data);
            kernels->f32_gevm(n, k, x.data, b.data, n, got.data);
            assert_near(got.data, want.data, n, 1e-4f);
            guarded_free(&x), guarded_free(&b), guarded_free(&want), guarded_free(&got);
        }
}

static void f32_gevm_panels(const struct ink_kernels *kernels)
{
    for (size_t panels = 1; panels < 10; panels++)
        for (size_t k = 0; k < 20; k++) {
            size_t step = k * INK_GEMM_NR + panels % 3, len = panels * INK_GEMM_NR;
            struct guarded x = guarded_new(k, 1), b = guarded_new(panels * step, 2), want = guarded_new(len, 3),
                           got = guarded_new(len, 4);
            ink_f32_gevm_panels__plain(panels, k, x.data, b.data, step, want.data);
            kernels->f32_gevm_panels(panels, k, x.data, b.data, step, got.data);
            assert_near(got.data, want.data, len, 1e-4f);
            guarded_free(&x), guarded_free(&b), guarded_free(&want), guarded_free(&got);
        }
}

static void f32_gemv(const struct ink_kernels *kernels)
{
    for (size_t m = 1; m < 10; m++)
        for (size_t k = 0; k < 70; k += k < 18 ? 1 : 11) {
            size_t step = 1 + m % 3;
            struct guarded x = guarded_new(k, 1), a = guarded_new(k * m, 2), want = guarded_new(m * step, 3),
                           got = guarded_new(m * step, 3);
            ink_f32_gemv__plain(m, k, a.data, k, x.data, want.data, step);
            kernels->f32_gemv(m, k, a.data, k, x.data, got.data, step);
            assert_near(got.data, want.data, m * step, 1e-4f);
            guarded_free(&x), guarded_free(&a), guarded_free(&want), guarded_free(&got);
        }
}

/* A plane of outputs: `row` long, runs as window.c makes them, steps and gaps as strides and borders do. */
struct plane {
    struct ink_run runs[64];
    size_t run_count, in_len, out_len;
};

static struct plane plane_of(size_t rows, size_t row, size_t step, size_t tap_reach)
{
    struct plane p = {.out_len = rows * row};
    size_t pitch = (row - 1) * step + tap_reach + 1;
    for (size_t y = 0; y < rows; y++)
        for (size_t x = 0; x < row; x += INK_RUN_MAX)
            p.runs[p.run_count++] = (struct ink_run){(uint32_t)(y * pitch + x * step), (uint32_t)(y * row + x),
                                                     (uint32_t)(row - x < INK_RUN_MAX ? row - x : INK_RUN_MAX)};
    p.in_len = rows * pitch;
    return p;
}

static const uint32_t some_taps[] = {0, 1, 3, 4, 6};
enum { SOME_TAPS = 5, TAP_REACH = 6 };

static void f32_taps_pack(const struct ink_kernels *kernels)
{
    for (size_t step = 1; step <= 3; step++)
        for (size_t rows = 1; rows <= 16; rows++)
            for (size_t row = 1; rows * row <= INK_GEMM_NR; row++) {
                struct plane p = plane_of(rows, row, step, TAP_REACH);
                struct guarded in = guarded_new(p.in_len, 1), want = guarded_new(SOME_TAPS * INK_GEMM_NR, 2),
                               got = guarded_new(SOME_TAPS * INK_GEMM_NR + INK_RUN_MAX, 2);
                ink_f32_taps_pack__plain(p.run_count, p.runs, step, SOME_TAPS, some_taps, in.data, want.data);
                kernels->f32_taps_pack(p.run_count, p.runs, step, SOME_TAPS, some_taps, in.data, got.data);
                for (size_t t = 0; t < SOME_TAPS; t++)
                    assert_near(got.data + t * INK_GEMM_NR, want.data + t * INK_GEMM_NR, p.out_len, 0);
                guarded_free(&in), guarded_free(&want), guarded_free(&got);
            }
}

static void try_taps(ink_f32_taps_sum_fn *plain, ink_f32_taps_sum_fn *kernel)
{
    struct guarded weights = guarded_new(SOME_TAPS, 9);
    for (size_t step = 1; step <= 3; step++)
        for (size_t rows = 1; rows <= 6; rows++)
            for (size_t row = 1; row <= 35; row++) {
                struct plane p = plane_of(rows, row, step, TAP_REACH);
                struct guarded in = guarded_new(p.in_len, 1), want = guarded_new(p.out_len, 2),
                               got = guarded_new(p.out_len, 3);
                struct ink_f32_taps job = {p.run_count,
                                           p.runs,
                                           step,
                                           SOME_TAPS,
                                           some_taps,
                                           weights.data,
                                           in.data,
                                           want.data,
                                           0.5f,
                                           rows & 1 ? 0 : -INFINITY,
                                           rows & 2 ? 2 : INFINITY};
                plain(&job);
                job.out = got.data;
                kernel(&job);
                assert_near(got.data, want.data, p.out_len, 1e-5f);
                guarded_free(&in), guarded_free(&want), guarded_free(&got);
            }
    guarded_free(&weights);
}

static void f32_taps_sum(const struct ink_kernels *kernels)
{
    try_taps(ink_f32_taps_sum__plain, kernels->f32_taps_sum);
}

static void f32_taps_max(const struct ink_kernels *kernels)
{
    try_taps(ink_f32_taps_max__plain, kernels->f32_taps_max);
}

static void assert_one(float got, float want)
{
    assert_near(&got, &want, 1, 1e-4f);
}

static void f32_row_sum(const struct ink_kernels *kernels)
{
    for (size_t n = 0; n < 100; n++) {
        struct guarded x = guarded_new(n, (unsigned)n);
        assert_one(kernels->f32_row_sum(n, x.data), ink_f32_row_sum__plain(n, x.data));
        guarded_free(&x);
    }
}

static void f32_row_squares(const struct ink_kernels *kernels)
{
    for (size_t n = 0; n < 100; n++) {
        struct guarded x = guarded_new(n, (unsigned)n);
        assert_one(kernels->f32_row_squares(n, x.data, 0.75f), ink_f32_row_squares__plain(n, x.data, 0.75f));
        guarded_free(&x);
    }
}

static void f32_row_max(const struct ink_kernels *kernels)
{
    for (size_t n = 0; n < 100; n++) {
        struct guarded x = guarded_new(n, (unsigned)n);
        for (size_t i = 0; i < n; i++) x.data[i] -= 10; /* a 0 that is not there would win */
        assert_true(kernels->f32_row_max(n, x.data) == ink_f32_row_max__plain(n, x.data));
        guarded_free(&x);
    }
}

/* The three kernels that write a row: into another one, and in place. */
enum row_writer { AFFINE, GAIN, GAIN_BIAS, ADD };

static void write_row(const struct ink_kernels *k, enum row_writer writer, size_t n, const float *x, const float *v,
                      float *y)
{
    switch (writer) {
    case AFFINE: k->f32_row_affine(n, x, 1.5f, -0.5f, y); break;
    case GAIN: k->f32_row_gain(n, x, 1.5f, -0.5f, v, NULL, y); break;
    case GAIN_BIAS: k->f32_row_gain(n, x, 1.5f, -0.5f, v, v + n, y); break;
    case ADD: k->f32_row_add(n, x, y); break;
    }
}

static void try_writer(const struct ink_kernels *kernels, enum row_writer writer)
{
    for (size_t n = 0; n < 40; n++) {
        struct guarded x = guarded_new(n, 1), v = guarded_new(2 * n, 2), want = guarded_new(n, 3),
                       got = guarded_new(n, 3);
        write_row(ink_kernels_at(INK_CPU_PLAIN), writer, n, x.data, v.data, want.data);
        write_row(kernels, writer, n, x.data, v.data, got.data);
        assert_near(got.data, want.data, n, 1e-5f);
        if (writer != ADD) {
            write_row(kernels, writer, n, x.data, v.data, x.data);
            assert_near(x.data, want.data, n, 1e-5f);
        }
        guarded_free(&x), guarded_free(&v), guarded_free(&want), guarded_free(&got);
    }
}

static void f32_row_affine(const struct ink_kernels *kernels)
{
    try_writer(kernels, AFFINE);
}

static void f32_row_gain(const struct ink_kernels *kernels)
{
    try_writer(kernels, GAIN);
    try_writer(kernels, GAIN_BIAS);
}

static void f32_row_add(const struct ink_kernels *kernels)
{
    try_writer(kernels, ADD);
}

static void f16_to_f32(const struct ink_kernels *kernels)
{
    enum { ALL = 0x10000 };
    uint16_t *in = malloc(ALL * sizeof *in);
    struct guarded want = guarded_new(ALL, 1), got = guarded_new(ALL, 2);
    for (size_t i = 0; i < ALL; i++) in[i] = (uint16_t)i;
    for (size_t n = ALL - 17; n <= ALL; n++) {
        ink_f16_to_f32__plain(n, in, want.data);
        kernels->f16_to_f32(n, in, got.data);
        assert_near(got.data, want.data, n, 0);
    }
    for (size_t i = 0; i < ALL; i++) /* there and back */
        if (!isnan(got.data[i])) assert_int_equal(ink_f32_to_f16(got.data[i]), in[i]);
    assert_true(ink_f16_to_f32(0x3C00) == 1.0f && ink_f16_to_f32(0x0001) == 0x1p-24f &&
                ink_f16_to_f32(0x7BFF) == 65504);
    assert_true(isinf(ink_f16_to_f32(0xFC00)) && isnan(ink_f16_to_f32(0x7C01)));
    free(in);
    guarded_free(&want), guarded_free(&got);
}

static void f32_to_f16(const struct ink_kernels *kernels)
{
    for (uint32_t bits = 0x30000000; bits < 0x48000000; bits += 0x0FF1) { /* 2^-31 .. 2^17, both sides of every tie */
        float in[9];
        uint16_t want[9], got[9];
        for (uint32_t i = 0; i < 9; i++) in[i] = ink_f32_of_bits((bits & 0xFFFFF000) + i - 4 + (i & 1) * 0x80000000);
        ink_f32_to_f16__plain(9, in, want);
        kernels->f32_to_f16(9, in, got);
        assert_memory_equal(got, want, sizeof want);
    }
    assert_int_equal(ink_f32_to_bf16(1.0f), 0x3F80);
    assert_int_equal(ink_f32_to_bf16(ink_f32_of_bits(0x3F808000)), 0x3F80); /* a tie goes to even */
    assert_int_equal(ink_f32_to_bf16(ink_f32_of_bits(0x3F818000)), 0x3F82);
    assert_true(isnan(ink_bf16_to_f32(ink_f32_to_bf16(NAN))));
}

typedef void trial_fn(const struct ink_kernels *kernels);

/* One for each row of the kernel table, under the name of its field: a kernel without a trial does not compile. */
/* vmath_test.c tries what these two find */
static void unary_row(const struct ink_kernels *kernels)
{
    for (int f = 0; f < INK_UNARY_COUNT; f++)
        for (int e = 0; e < INK_ELEMENT_COUNT; e++)
            assert_int_equal(kernels->unary_row((enum ink_unary)f, (enum ink_element)e) == NULL,
                             ink_unary_row__plain((enum ink_unary)f, (enum ink_element)e) == NULL);
}

static void binary_row(const struct ink_kernels *kernels)
{
    for (int f = 0; f < INK_BINARY_COUNT; f++)
        for (int e = 0; e < INK_ELEMENT_COUNT; e++)
            assert_int_equal(kernels->binary_row((enum ink_binary)f, (enum ink_element)e) == NULL,
                             ink_binary_row__plain((enum ink_binary)f, (enum ink_element)e) == NULL);
}

/* Ties, bounds and beyond, NaN; every byte. */
static void f32_to_q8(const struct ink_kernels *kernels)
{
    static const struct ink_q8 forms[] = {{0.5f, 3, 0, 255}, {2, -7, -128, 127}, {1e-30f, 0, 0, 255}};
    float in[77] = {NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 0.0f, -0.0f};
    for (int i = 7; i < 77; i++) in[i] = (float)(i - 40) * 0.25f;
    for (int f = 0; f < 3; f++) {
        uint8_t want[78] = {0}, got[78] = {0};
        ink_f32_to_q8__plain(77, in, &forms[f], want);
        kernels->f32_to_q8(77, in, &forms[f], got);
        assert_memory_equal(got, want, sizeof want);
    }
    static const float ties[] = {0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 300, -300};
    static const int8_t even[] = {0, 2, 2, 0, -2, 127, -128};
    const struct ink_q8 one = {1, 0, -128, 127};
    uint8_t got[7];
    kernels->f32_to_q8(7, ties, &one, got);
    assert_memory_equal(got, even, sizeof even);
}

static void i32_to_q8(const struct ink_kernels *kernels)
{
    static const int32_t in[] = {0, 1, 2, 3, 5, 7, -1, -2, -3, INT32_MAX, INT32_MIN, 255, 256, 510, 511, 512, 513};
    static const uint8_t want[] = {1,   1, 2,   3,   3,   5,   1,   0,  0,
                                   255, 0, 129, 129, 255, 255, 255, 255}; /* half of it, + 1 */
    const struct ink_q8 q = {0.5f, 1, 0, 255};
    uint8_t got[sizeof want];
    kernels->i32_to_q8(sizeof want, in, &q, got);
    assert_memory_equal(got, want, 11);
    assert_int_equal(got[12], 129); /* 128 + 1 */
    assert_int_equal(got[15], 255);
}

static void q8_to_f32(const struct ink_kernels *kernels)
{
    uint8_t in[256];
    float got[256];
    for (int i = 0; i < 256; i++) in[i] = (uint8_t)i;
    for (int is_signed = 0; is_signed < 2; is_signed++) {
        const struct ink_q8 q = {0.25f, 3, is_signed ? -128 : 0, is_signed ? 127 : 255};
        kernels->q8_to_f32(256, in, &q, got);
        for (int i = 0; i < 256; i++) assert_true(got[i] == (float)((is_signed ? (int8_t)i : i) - 3) * 0.25f);
    }
}

static void i32_to_f32(const struct ink_kernels *kernels)
{
    int32_t in[77];
    float got[77];
    for (int i = 0; i < 77; i++) in[i] = (int32_t)((i - 38) * INT64_C(56567001));
    kernels->i32_to_f32(77, in, got);
    for (int i = 0; i < 77; i++) assert_true(got[i] == (float)in[i]);
}

static void i16_taps_sum(const struct ink_kernels *kernels)
{
    static const int16_t weights[SOME_TAPS] = {-255, 3, 0, 254, -7};
    static int16_t in[4000];
    unsigned seed = 3;
    for (size_t i = 0; i < sizeof in / sizeof *in; i++) in[i] = (int16_t)(noise(&seed) * 127);
    for (size_t step = 1; step <= 3; step++)
        for (size_t rows = 1; rows <= 6; rows++)
            for (size_t row = 1; row <= 35; row++) {
                struct plane p = plane_of(rows, row, step, TAP_REACH);
                int32_t want[6 * 35 + 1] = {0}, got[6 * 35 + 1] = {0};
                assert_true(p.in_len <= sizeof in / sizeof *in);
                for (size_t r = 0; r < p.run_count; r++)
                    for (size_t i = 0; i < p.runs[r].len; i++)
                        for (size_t t = 0; t < SOME_TAPS; t++)
                            want[p.runs[r].to + i] += weights[t] * in[p.runs[r].from + i * step + some_taps[t]];
                kernels->i16_taps_sum(p.run_count, p.runs, step, SOME_TAPS, some_taps, weights, in, got);
                assert_memory_equal(got, want, sizeof want);
            }
}

static void q8_to_i16(const struct ink_kernels *kernels)
{
    uint8_t in[256];
    int16_t got[256];
    for (int i = 0; i < 256; i++) in[i] = (uint8_t)i;
    for (int is_signed = 0; is_signed < 2; is_signed++) {
        kernels->q8_to_i16(256, in, is_signed, is_signed ? -128 : 255, got);
        for (int i = 0; i < 256; i++) assert_int_equal(got[i], is_signed ? (int8_t)i + 128 : i - 255);
    }
}

static void i16_gemm_tile(const struct ink_kernels *kernels)
{
    int16_t a[INK_GEMM_MR * 14], b[7 * 2 * INK_GEMM_NR];
    unsigned seed = 7;
    for (size_t i = 0; i < sizeof a / sizeof *a; i++) a[i] = (int16_t)(noise(&seed) * 127);
    for (size_t i = 0; i < sizeof b / sizeof *b; i++) b[i] = (int16_t)(noise(&seed) * 127);
    for (size_t m = 1; m <= INK_GEMM_MR; m++)
        for (size_t pairs = 0; pairs <= 7; pairs++) {
            int32_t want[INK_GEMM_MR * 20 + 1] = {0}, got[INK_GEMM_MR * 20 + 1] = {0};
            ink_i16_gemm_6x16__plain(m, pairs, a, 14, b, want, 20);
            kernels->i16_gemm_tile(m, pairs, a, 14, b, got, 20);
            assert_memory_equal(got, want, sizeof want);
            int32_t sum = 0;
            for (size_t p = 0; p < 2 * pairs; p++) sum += a[p] * b[p / 2 * 2 * INK_GEMM_NR + 2 * 5 + p % 2];
            assert_int_equal(got[5], sum);
        }
}

static trial_fn *const trials[] = {
#define X(field, plain, avx2) field,
    INK_KERNEL_MAP(X)
#undef X
};

static void try_level(enum ink_cpu level)
{
    if (!ink_cpu_can(level)) {
        print_message("%s: not on this processor\n", ink_cpu_word(level));
        skip();
    }
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) trials[i](ink_kernels_at(level));
}

static void plain(void **state)
{
    try_level(INK_CPU_PLAIN);
}

static void avx2(void **state)
{
    try_level(INK_CPU_AVX2);
}

static void level_is_kept(void **state)
{
    assert_true(ink_cpu_force(INK_CPU_PLAIN));
    assert_int_equal(ink_cpu_level(), INK_CPU_PLAIN);
    assert_true(ink_kernels()->f32_gemm_tile == ink_f32_gemm_6x16__plain);
    assert_false(ink_cpu_force(INK_CPU_COUNT));
    assert_int_equal(ink_cpu_level(), INK_CPU_PLAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(plain), cmocka_unit_test(avx2),
                                       cmocka_unit_test(level_is_kept)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
