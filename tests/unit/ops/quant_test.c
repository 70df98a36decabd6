/* SPDX-License-Identifier: MIT */
/* Quantized operators against loops that say what they mean: every kind of zero point and scale, odd and even depths,
 * padding with a zero point that is not 0, constant weights and others, ties and saturation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "one_op.h"

static uint8_t bytes_of_noise(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (uint8_t)(*seed >> 16);
}

static void fill(uint8_t *out, size_t n, unsigned seed)
{
    for (size_t i = 0; i < n; i++) out[i] = bytes_of_noise(&seed);
}

static int value(uint8_t byte, bool is_signed)
{
    return is_signed ? (int8_t)byte : byte;
}

enum { M = 7, K = 9, N = 19 };

static void matmul_integer(void **state)
{
    static const int64_t a_dims[] = {2, M, K}, b_dims[] = {K, N}, per_column[] = {N}, one[] = {1};
    uint8_t a[2 * M * K], b[K * N], a_zero[1], b_zero[N];
    for (unsigned form = 0; form < 16; form++) {
        bool a_signed = form & 1, b_signed = form & 2;
        struct one_op o;
        fill(a, sizeof a, form), fill(b, sizeof b, form + 1), fill(a_zero, 1, form + 2), fill(b_zero, N, form + 3);
        a[0] = b[0] = 0x80, a[1] = 0xFF; /* the outermost values */
        one_op_init(&o, "", "MatMulInteger", 10);
        one_op_in(&o, a_signed ? INK_INT8 : INK_UINT8, 3, a_dims, a);
        one_op_in(&o, b_signed ? INK_INT8 : INK_UINT8, 2, b_dims, b);
        o.constant[1] = o.constant[3] = form & 8;
        if (form & 4) {
            one_op_in(&o, a_signed ? INK_INT8 : INK_UINT8, 1, one, a_zero);
            one_op_in(&o, b_signed ? INK_INT8 : INK_UINT8, 1, per_column, b_zero);
        }
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_int_equal(o.out[0].dtype, INK_INT32);
        for (int i = 0; i < 2 * M; i++)
            for (int j = 0; j < N; j++) {
                int sum = 0, za = form & 4 ? value(a_zero[0], a_signed) : 0;
                int zb = form & 4 ? value(b_zero[j], b_signed) : 0;
                for (int p = 0; p < K; p++)
                    sum += (value(a[i * K + p], a_signed) - za) * (value(b[p * N + j], b_signed) - zb);
                assert_int_equal(((int32_t *)o.out[0].data)[i * N + j], sum);
            }
        one_op_free(&o);
    }
}

static float clip_round(float x, int zero, float low, float high)
{
    x = nearbyintf(x) + (float)zero;
    return x < low ? low : x > high ? high : x;
}

static void qlinear_matmul(void **state)
{
    static const int64_t a_dims[] = {M, K}, b_dims[] = {K, N}, per_column[] = {N}, per_row[] = {M};
    static const float a_scale[M] = {0.5f, 1, 0.25f, 2, 1, 1, 0.125f}, y_scale[] = {16};
    static const int8_t y_zero[] = {-3};
    float b_scale[N];
    uint8_t a[M * K], b[K * N], a_zero[M], b_zero[N];
    fill(a, sizeof a, 1), fill(b, sizeof b, 2), fill(a_zero, M, 3), fill(b_zero, N, 4);
    for (int j = 0; j < N; j++) b_scale[j] = 0.0625f * (float)(1 + j);
    struct one_op o;
    one_op_init(&o, "", "QLinearMatMul", 21);
    one_op_in(&o, INK_UINT8, 2, a_dims, a);
    one_op_in(&o, INK_FLOAT, 1, per_row, a_scale);
    one_op_in(&o, INK_UINT8, 1, per_row, a_zero);
    one_op_in(&o, INK_INT8, 2, b_dims, b);
    one_op_in(&o, INK_FLOAT, 1, per_column, b_scale);
    one_op_in(&o, INK_INT8, 1, per_column, b_zero);
    one_op_in(&o, INK_FLOAT, 0, NULL, y_scale);
    one_op_in(&o, INK_INT8, 0, NULL, y_zero);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_int_equal(o.out[0].dtype, INK_INT8);
    for (int i = 0; i < M; i++)
        for (int j = 0; j < N; j++) {
            int sum = 0;
            for (int p = 0; p < K; p++) sum += (a[i * K + p] - a_zero[i]) * ((int8_t)b[p * N + j] - (int8_t)b_zero[j]);
            float want = clip_round((float)sum * (a_scale[i] * b_scale[j] / 16), -3, -128, 127);
            assert_int_equal(((int8_t *)o.out[0].data)[i * N + j], (int)want);
        }
    one_op_free(&o);
}

/* Two groups, a picture of 5 x 6 with a border, strides of 2 x 1; ConvInteger and QLinearConv. */
enum { C = 4, H = 5, W = 6, OUT = 6, OH = 3, OW = 6 };

static int conv_sum(const uint8_t *x, int x_zero, const uint8_t *w, const uint8_t *w_zero, int o, int at_y, int at_x)
{
    int sum = 0, group = o / (OUT / 2);
    for (int c = 0; c < C / 2; c++)
        for (int ky = 0; ky < 3; ky++)
            for (int kx = 0; kx < 3; kx++) {
                int iy = at_y * 2 + ky - 1, ix = at_x + kx - 1;
                if (iy < 0 || iy >= H || ix < 0 || ix >= W) continue; /* what is there stands for 0 */
                sum += (x[((group * C / 2 + c) * H + iy) * W + ix] - x_zero) *
                       ((int8_t)w[((o * C / 2 + c) * 3 + ky) * 3 + kx] - (w_zero ? (int8_t)w_zero[o] : 0));
            }
    return sum;
}

static void conv_attributes(struct one_op *o)
{
    one_op_int(o, "group", 2);
    one_op_ints(o, "pads", 1, 1, 1, 1);
    one_op_ints(o, "strides", 2, 1);
}

static const int64_t x_dims[] = {1, C, H, W}, w_dims[] = {OUT, C / 2, 3, 3}, per_out[] = {OUT};

static void conv_integer(void **state)
{
    uint8_t x[C * H * W], w[OUT * C / 2 * 9], w_zero[OUT];
    const uint8_t x_zero[] = {77};
    fill(x, sizeof x, 5), fill(w, sizeof w, 6), fill(w_zero, OUT, 7);
    for (int form = 0; form < 2; form++) {
        struct one_op o;
        one_op_init(&o, "", "ConvInteger", 10);
        conv_attributes(&o);
        one_op_in(&o, INK_UINT8, 4, x_dims, x);
        one_op_in(&o, INK_INT8, 4, w_dims, w);
        one_op_in(&o, INK_UINT8, 0, NULL, x_zero);
        one_op_in(&o, INK_INT8, 1, per_out, w_zero);
        o.constant[1] = o.constant[3] = form;
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_int_equal(ink_tensor_count(&o.out[0]), OUT * OH * OW);
        for (int i = 0; i < OUT * OH * OW; i++)
            assert_int_equal(((int32_t *)o.out[0].data)[i],
                             conv_sum(x, 77, w, w_zero, i / (OH * OW), i / OW % OH, i % OW));
        one_op_free(&o);
    }
}

static void qlinear_conv(void **state)
{
    static const float x_scale[] = {0.5f}, y_scale[] = {64}, w_scale[OUT] = {1, 0.5f, 0.25f, 2, 4, 0.125f};
    static const int32_t bias[OUT] = {0, 1000, -1000, 1 << 20, -(1 << 20), 3};
    static const uint8_t x_zero[] = {128}, y_zero[] = {101}, w_zero[] = {0};
    uint8_t x[C * H * W], w[OUT * C / 2 * 9];
    fill(x, sizeof x, 8), fill(w, sizeof w, 9);
    struct one_op o;
    one_op_init(&o, "", "QLinearConv", 10);
    conv_attributes(&o);
    one_op_in(&o, INK_UINT8, 4, x_dims, x);
    one_op_in(&o, INK_FLOAT, 0, NULL, x_scale);
    one_op_in(&o, INK_UINT8, 0, NULL, x_zero);
    one_op_in(&o, INK_INT8, 4, w_dims, w);
    one_op_in(&o, INK_FLOAT, 1, per_out, w_scale);
    one_op_in(&o, INK_INT8, 0, NULL, w_zero);
    one_op_in(&o, INK_FLOAT, 0, NULL, y_scale);
    one_op_in(&o, INK_UINT8, 0, NULL, y_zero);
    one_op_in(&o, INK_INT32, 1, per_out, bias);
    assert_int_equal(one_op_run(&o), INK_OK);
    for (int i = 0; i < OUT * OH * OW; i++) {
        int channel = i / (OH * OW), sum = conv_sum(x, 128, w, NULL, channel, i / OW % OH, i % OW) + bias[channel];
        float want = clip_round((float)sum * (0.5f * w_scale[channel] / 64), 101, 0, 255);
        assert_int_equal(((uint8_t *)o.out[0].data)[i], (int)want);
    }
    one_op_free(&o);
}

/* One scale an index of axis 1, and one a block of 2 along axis 0; the types that are packed. */
static void layouts(void **state)
{
    static const float x[] = {1, 10, 100, 2, 20, 200, -3, -30, -300}, scales[] = {1, 10, 100};
    static const int8_t want[] = {1, 1, 1, 2, 2, 2, -3, -3, -3}, zero[] = {0, 0, 0};
    struct one_op o;
    one_op_init(&o, "", "QuantizeLinear", 13);
    one_op_f32(&o, x, 3, 3);
    one_op_f32(&o, scales, 3);
    static const int64_t three[] = {3};
    one_op_in(&o, INK_INT8, 1, three, zero);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_memory_equal(o.out[0].data, want, sizeof want);
    one_op_free(&o);

    static const float blocks[] = {1, 10, 100, 3, 30, 300};
    static const uint8_t nibbles[] = {0x11, 0x21, 0x22, 0xFF, 0x0F}; /* the first one in the low bits */
    one_op_init(&o, "", "QuantizeLinear", 21);
    one_op_f32(&o, x, 3, 3);
    one_op_f32(&o, blocks, 2, 3);
    one_op_int(&o, "axis", 0);
    one_op_int(&o, "block_size", 2);
    one_op_int(&o, "output_dtype", INK_INT4);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_int_equal(o.out[0].dtype, INK_INT4);
    assert_memory_equal(o.out[0].data, nibbles, sizeof nibbles);
    one_op_free(&o);
}

static void refusals(void **state)
{
    static const float x[9] = {0};
    struct one_op o;
    one_op_init(&o, "", "QuantizeLinear", 13);
    one_op_f32(&o, x, 3, 3);
    one_op_f32(&o, x, 2);
    assert_refused(&o, INK_E_MODEL, "axis 1");
    one_op_init(&o, "", "QuantizeLinear", 21);
    one_op_f32(&o, x, 3, 3);
    one_op_f32(&o, x, 3, 3);
    one_op_int(&o, "block_size", -1);
    assert_refused(&o, INK_E_MODEL, "block_size");
    one_op_init(&o, "", "QuantizeLinear", 21);
    one_op_f32(&o, x, 3, 3);
    one_op_f32(&o, x, 1, 3);
    one_op_int(&o, "block_size", 2);
    assert_refused(&o, INK_E_MODEL, "blocks of 2");
    one_op_init(&o, "", "QuantizeLinear", 21);
    one_op_f32(&o, x, 3, 3);
    one_op_f32(&o, x, 1);
    one_op_int(&o, "output_dtype", INK_DOUBLE);
    assert_refused(&o, INK_E_UNSUPPORTED, "output_dtype");
    one_op_init(&o, "", "MatMulInteger", 10);
    static const int64_t square[] = {3, 3}, two[] = {2};
    one_op_in(&o, INK_UINT8, 2, square, NULL);
    one_op_in(&o, INK_UINT8, 2, square, NULL);
    one_op_in(&o, INK_UINT8, 1, two, NULL);
    assert_refused(&o, INK_E_MODEL, "zero point of A");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matmul_integer), cmocka_unit_test(qlinear_matmul), cmocka_unit_test(conv_integer),
        cmocka_unit_test(qlinear_conv),   cmocka_unit_test(layouts),        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
