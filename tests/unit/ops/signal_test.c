/* SPDX-License-Identifier: MIT */
/* Spectra of all short lengths against the sum that defines them; there and back; what windows are; what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "one_op.h"
#include "ops/fourier.h"

enum { LENGTH_MAX = 40 };

static void every_length(void **state)
{
    struct ink_arena arena;
    ink_arena_init(&arena, 1 << 20);
    for (size_t n = 1; n <= LENGTH_MAX; n++)
        for (int backwards = 0; backwards < 2; backwards++) {
            struct ink_fourier plan;
            struct ink_complex x[LENGTH_MAX], want[LENGTH_MAX], scratch[4 * LENGTH_MAX];
            for (size_t i = 0; i < n; i++) x[i] = (struct ink_complex){cos((double)(i * i)), sin((double)(3 * i))};
            for (size_t k = 0; k < n; k++) {
                want[k] = (struct ink_complex){0};
                for (size_t i = 0; i < n; i++) {
                    double angle = (backwards ? 2 : -2) * M_PI * (double)(i * k % n) / (double)n;
                    want[k].re += x[i].re * cos(angle) - x[i].im * sin(angle);
                    want[k].im += x[i].re * sin(angle) + x[i].im * cos(angle);
                }
            }
            assert_int_equal(ink_fourier_plan(n, &arena, &plan), INK_OK);
            assert_true(plan.m <= sizeof scratch / sizeof *scratch);
            ink_fourier(&plan, backwards, x, scratch);
            for (size_t k = 0; k < n; k++)
                if (fabs(x[k].re - want[k].re) > 1e-10 || fabs(x[k].im - want[k].im) > 1e-10)
                    fail_msg("%zu of %zu", k, n);
            ink_arena_reset(&arena);
        }
    ink_arena_cleanup(&arena);
}

static struct ink_tensor transform(struct one_op *o, const float *x, int rank, const int64_t *dims, int64_t length,
                                   bool inverse, bool one_sided)
{
    static int64_t axis = -2;
    int64_t *length_of = ink_arena_alloc(&o->arena, sizeof length, sizeof length);
    *length_of = length;
    one_op_in(o, INK_FLOAT, rank, dims, x);
    one_op_in(o, INK_INT64, 0, NULL, length_of);
    one_op_in(o, INK_INT64, 0, NULL, &axis);
    one_op_int(o, "inverse", inverse);
    one_op_int(o, "onesided", one_sided);
    assert_int_equal(one_op_run(o), INK_OK);
    return o->out[0];
}

/* Half a spectrum is enough for real numbers: of even and odd lengths, and of one that is filled up with zeros. */
static void there_and_back(void **state)
{
    static const float x[] = {1, -2, 3, 0.5f, 7, 11, 0, 0};
    for (int64_t length = 5; length <= 8; length++) {
        struct one_op there, back;
        one_op_init(&there, "", "DFT", 20);
        struct ink_tensor half = transform(&there, x, 3, (int64_t[]){1, 6, 1}, length, false, true);
        assert_int_equal(half.shape.dims[1], length / 2 + 1);
        one_op_init(&back, "", "DFT", 20);
        struct ink_tensor again = transform(&back, half.data, 3, half.shape.dims, length, true, true);
        assert_floats(&again, x, (size_t)length);
        one_op_free(&back);
        one_op_free(&there);
    }
}

static void dft_begin(struct one_op *o, const int64_t *length, const int64_t *axis)
{
    one_op_init(o, "", "DFT", 20);
    one_op_f32(o, NULL, 2, 4, 2);
    one_op_in(o, INK_INT64, 0, NULL, length);
    one_op_in(o, INK_INT64, 0, NULL, axis);
}

static void dft_refused(void **state)
{
    static const int64_t four = 4, zero = 0, negative = -1, huge = INT64_MAX, last = 2, middle = 1, outside = -4;
    struct one_op o;
    dft_begin(&o, &zero, &middle);
    assert_refused(&o, INK_E_MODEL, "transform of 0");
    dft_begin(&o, &negative, &middle);
    assert_refused(&o, INK_E_MODEL, "transform of -1");
    dft_begin(&o, &huge, &middle);
    assert_refused(&o, INK_E_LIMIT, "transform of");
    dft_begin(&o, &four, &last);
    assert_refused(&o, INK_E_MODEL, "axis 2");
    dft_begin(&o, &four, &outside);
    assert_refused(&o, INK_E_MODEL, "axis -4");
    dft_begin(&o, &four, &middle);
    one_op_int(&o, "onesided", 1);
    assert_refused(&o, INK_E_MODEL, "real numbers");
}

static void stft_begin(struct one_op *o, const int64_t *step, const int64_t *length)
{
    one_op_init(o, "", "STFT", 17);
    one_op_f32(o, NULL, 1, 8, 1);
    one_op_in(o, INK_INT64, 0, NULL, step);
    one_op_f32(o, NULL, 4);
    one_op_in(o, INK_INT64, 0, NULL, length);
}

static void stft(void **state)
{
    static const int64_t zero = 0, three = 3, four = 4, nine = 9;
    struct one_op o;
    stft_begin(&o, &three, &four);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_int_equal(o.out[0].shape.dims[1], 2);
    assert_int_equal(o.out[0].shape.dims[2], 3);
    one_op_free(&o);
    stft_begin(&o, &zero, &four);
    assert_refused(&o, INK_E_MODEL, "every 0");
    stft_begin(&o, &three, &three);
    assert_refused(&o, INK_E_MODEL, "frames of 3 with a window of 4");
    stft_begin(&o, &three, &nine);
    assert_refused(&o, INK_E_MODEL, "frames of 9");
    one_op_init(&o, "", "STFT", 17);
    one_op_f32(&o, NULL, 1, 8, 2);
    one_op_in(&o, INK_INT64, 0, NULL, &three);
    assert_refused(&o, INK_E_MODEL, "onesided");
}

static void windows(void **state)
{
    static const int64_t three = 3, one = 1, negative = -1;
    static const float want[] = {0, 1, 0};
    struct one_op o;
    one_op_init(&o, "", "HannWindow", 17);
    one_op_in(&o, INK_INT64, 0, NULL, &three);
    one_op_int(&o, "periodic", 0);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], want, 3);
    one_op_free(&o);
    one_op_init(&o, "", "BlackmanWindow", 17);
    one_op_in(&o, INK_INT64, 0, NULL, &one);
    one_op_int(&o, "periodic", 0);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], &want[1], 1);
    one_op_free(&o);
    one_op_init(&o, "", "HannWindow", 17);
    one_op_in(&o, INK_INT64, 0, NULL, &negative);
    assert_refused(&o, INK_E_MODEL, "-1 numbers");
    one_op_init(&o, "", "HannWindow", 17);
    one_op_in(&o, INK_INT64, 0, NULL, &three);
    one_op_int(&o, "output_datatype", INK_STRING);
    assert_refused(&o, INK_E_UNSUPPORTED, "string");
}

static void mel_begin(struct one_op *o, const int64_t *bands, const int64_t *rate, const float *highest)
{
    static const int64_t length = 16;
    static const float lowest = 0;
    one_op_init(o, "", "MelWeightMatrix", 17);
    one_op_in(o, INK_INT64, 0, NULL, bands);
    one_op_in(o, INK_INT64, 0, NULL, &length);
    one_op_in(o, INK_INT64, 0, NULL, rate);
    one_op_in(o, INK_FLOAT, 0, NULL, &lowest);
    one_op_in(o, INK_FLOAT, 0, NULL, highest);
}

static void mel_refused(void **state)
{
    static const int64_t bands = 4, none = -4, many = INT64_MAX / 2, rate = 8000, no_rate = 0;
    static const float good = 4000, beyond = 9000, nothing = NAN;
    struct one_op o;
    mel_begin(&o, &none, &rate, &good);
    assert_refused(&o, INK_E_MODEL, "-4 bands");
    mel_begin(&o, &many, &rate, &good);
    assert_refused(&o, INK_E_MODEL, "bands");
    mel_begin(&o, &bands, &no_rate, &good);
    assert_refused(&o, INK_E_MODEL, "0 samples");
    mel_begin(&o, &bands, &rate, &beyond);
    assert_refused(&o, INK_E_MODEL, "beyond");
    mel_begin(&o, &bands, &rate, &nothing);
    assert_refused(&o, INK_E_MODEL, "hertz");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length), cmocka_unit_test(there_and_back), cmocka_unit_test(dft_refused),
        cmocka_unit_test(stft),         cmocka_unit_test(windows),        cmocka_unit_test(mel_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
