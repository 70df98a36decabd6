/* SPDX-License-Identifier: MIT */
/* Functions of one, two and any number of tensors, casts: old versions, edges of the types, NaN, hostile attributes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "one_op.h"

static const float up[] = {1, 2, 3, 4, 5, 6};

/* Runs, compares the first output's bytes, and is done with it. */
#define assert_bytes(o, type, ...)                                                                                     \
    do {                                                                                                               \
        const type want_[] = {__VA_ARGS__};                                                                            \
        ink_status st_ = one_op_run(o);                                                                                \
        if (st_) fail_msg("%s", (o)->err.text);                                                                        \
        assert_int_equal(ink_tensor_bytes(&(o)->out[0]), sizeof want_);                                                \
        assert_memory_equal((o)->out[0].data, want_, sizeof want_);                                                    \
        one_op_free(o);                                                                                                \
    } while (0)

static void one_dim(struct one_op *o, enum ink_dtype dtype, int64_t n, const void *values)
{
    one_op_in(o, dtype, 1, &n, values);
}

/* --- broadcasting of old versions --- */

static void old_broadcast(void **state)
{
    static const float two[] = {10, 20}, three[] = {10, 20, 30}, single[] = {10};
    static const int opsets[] = {1, 6};
    struct one_op o;
    for (int i = 0; i < 2; i++) {
        one_op_init(&o, "", "Add", opsets[i]);
        one_op_f32(&o, up, 2, 3);
        one_op_f32(&o, three, 3);
        one_op_int(&o, "broadcast", 1);
        assert_bytes(&o, float, 11, 22, 33, 14, 25, 36);
        one_op_init(&o, "", "Add", opsets[i]);
        one_op_f32(&o, up, 2, 3);
        one_op_f32(&o, two, 2);
        one_op_int(&o, "broadcast", 1);
        one_op_int(&o, "axis", 0);
        assert_bytes(&o, float, 11, 12, 13, 24, 25, 26);
        one_op_init(&o, "", "Add", opsets[i]);
        one_op_f32(&o, up, 2, 3);
        one_op_f32(&o, single, 1);
        one_op_int(&o, "broadcast", 1);
        one_op_int(&o, "axis", 1);
        assert_bytes(&o, float, 11, 12, 13, 14, 15, 16);
        one_op_init(&o, "", "Add", opsets[i]); /* without broadcast, axis says nothing */
        one_op_f32(&o, up, 2, 3);
        one_op_f32(&o, up, 2, 3);
        one_op_int(&o, "axis", 1);
        assert_bytes(&o, float, 2, 4, 6, 8, 10, 12);
        one_op_init(&o, "", "Add", opsets[i]);
        one_op_f32(&o, up, 2, 3);
        one_op_f32(&o, three, 3);
        assert_refused(&o, INK_E_MODEL, "broadcast");
        static const int64_t axes[] = {2, -3, INT64_MAX, INT64_MIN};
        for (int k = 0; k < 4; k++) {
            one_op_init(&o, "", "Add", opsets[i]);
            one_op_f32(&o, up, 2, 3);
            one_op_f32(&o, three, 3);
            one_op_int(&o, "broadcast", 1);
            one_op_int(&o, "axis", axes[k]);
            assert_refused(&o, INK_E_MODEL, "broadcast");
        }
        one_op_init(&o, "", "Add", opsets[i]); /* never the first one */
        one_op_f32(&o, three, 3);
        one_op_f32(&o, up, 2, 3);
        one_op_int(&o, "broadcast", 1);
        assert_refused(&o, INK_E_MODEL, "broadcast");
    }
    one_op_init(&o, "", "Sum", 6);
    one_op_f32(&o, up, 2, 3);
    one_op_f32(&o, three, 3);
    assert_refused(&o, INK_E_MODEL, "another shape");
}

static void slopes(void **state)
{
    static const float x[] = {-1, -2, -3, 4}, two[] = {2, 3}, single[] = {2};
    static const int64_t dims[] = {1, 2, 2};
    struct one_op o;
    one_op_init(&o, "", "PRelu", 1); /* one a channel, which is dimension 1 */
    one_op_in(&o, INK_FLOAT, 3, dims, x);
    one_op_f32(&o, two, 2);
    assert_bytes(&o, float, -2, -4, -9, 4);
    one_op_init(&o, "", "PRelu", 6);
    one_op_in(&o, INK_FLOAT, 3, dims, x);
    one_op_f32(&o, single, 1);
    assert_bytes(&o, float, -2, -4, -6, 4);
    one_op_init(&o, "", "PRelu", 7); /* numpy's way */
    one_op_in(&o, INK_FLOAT, 3, dims, x);
    one_op_f32(&o, two, 2);
    assert_bytes(&o, float, -2, -6, -6, 4);
    one_op_init(&o, "", "PRelu", 16);
    one_op_f32(&o, x, 2);
    one_op_f32(&o, up, 2, 2);
    assert_refused(&o, INK_E_MODEL, "broadcast");
}

static void old_clip(void **state)
{
    static const float x[] = {-5, 0.5f, 5, NAN};
    struct one_op o;
    static const int opsets[] = {1, 6};
    for (int i = 0; i < 2; i++) {
        one_op_init(&o, "", "Clip", opsets[i]);
        one_op_f32(&o, x, 3);
        one_op_float(&o, "max", 1);
        assert_bytes(&o, float, -5, 0.5f, 1);
        one_op_init(&o, "", "Clip", opsets[i]);
        one_op_f32(&o, x, 3);
        one_op_float(&o, "min", 0);
        one_op_float(&o, "max", -1); /* max holds */
        assert_bytes(&o, float, -1, -1, -1);
    }
    one_op_init(&o, "", "Clip", 13);
    one_op_f32(&o, x, 3);
    one_op_f32(&o, x, 2);
    assert_refused(&o, INK_E_MODEL, "min");
    static const uint64_t big[] = {UINT64_MAX, 3}, low = 5, high = UINT64_MAX - 1;
    one_op_init(&o, "", "Clip", 12);
    one_dim(&o, INK_UINT64, 2, big);
    one_op_in(&o, INK_UINT64, 0, NULL, &low);
    one_op_in(&o, INK_UINT64, 0, NULL, &high);
    assert_bytes(&o, uint64_t, UINT64_MAX - 1, 5);
}

/* --- shapes --- */

static void broadcast_shapes(void **state)
{
    static const int64_t twelve[] = {1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3}, none[] = {2, 0, 1};
    struct one_op o;
    one_op_init(&o, "", "Mul", 14);
    one_op_in(&o, INK_FLOAT, 12, twelve, up);
    one_op_f32(&o, up, 3);
    assert_bytes(&o, float, 1, 4, 9, 4, 10, 18);
    one_op_init(&o, "", "Sub", 14);
    one_op_f32(&o, up, 2, 1);
    one_op_f32(&o, up, 3);
    assert_bytes(&o, float, 0, -1, -2, 1, 0, -1);
    one_op_init(&o, "", "Add", 14);
    one_op_in(&o, INK_FLOAT, 3, none, NULL);
    one_op_f32(&o, up, 3);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_int_equal(ink_tensor_count(&o.out[0]), 0);
    assert_int_equal(o.out[0].shape.dims[2], 3);
    one_op_free(&o);
    one_op_init(&o, "", "Add", 14);
    one_op_in(&o, INK_FLOAT, 0, NULL, up);
    one_op_in(&o, INK_FLOAT, 0, NULL, up + 1);
    assert_bytes(&o, float, 3);
    one_op_init(&o, "", "Add", 14);
    one_op_f32(&o, up, 2);
    one_op_f32(&o, up, 3);
    assert_refused(&o, INK_E_MODEL, "[2] and [3]");
    one_op_init(&o, "", "Relu", 14);
    one_op_in(&o, INK_FLOAT, 3, none, NULL);
    assert_int_equal(one_op_run(&o), INK_OK);
    one_op_free(&o);
}

static void any_number(void **state)
{
    struct one_op o;
    static const char *const names[] = {"Sum", "Mean", "Max", "Min"};
    for (int i = 0; i < 4; i++) {
        one_op_init(&o, "", names[i], 13);
        o.out[0].dtype = INK_FLOAT;
        assert_refused(&o, INK_E_MODEL, "no inputs");
        one_op_init(&o, "", names[i], 13);
        one_op_f32(&o, up, 2);
        assert_bytes(&o, float, 1, 2);
    }
    one_op_init(&o, "", "Mean", 8);
    one_op_f32(&o, up, 2, 1);
    one_op_f32(&o, up, 2);
    one_op_in(&o, INK_FLOAT, 0, NULL, up + 2);
    assert_bytes(&o, float, 5.0f / 3, 2, 2, 7.0f / 3);
    static const int8_t a[] = {-128, 127}, b[] = {127, -128};
    one_op_init(&o, "", "Max", 12);
    one_dim(&o, INK_INT8, 2, a);
    one_dim(&o, INK_INT8, 2, b);
    assert_bytes(&o, int8_t, 127, 127);
}

static void where(void **state)
{
    static const uint8_t c[] = {1, 0};
    const struct ink_view x[] = {ink_view_text("a")}, y[] = {ink_view_text("b"), ink_view_text("c")};
    struct one_op o;
    one_op_init(&o, "", "Where", 9);
    one_op_in(&o, INK_BOOL, 2, (const int64_t[]){2, 1}, c);
    one_op_f32(&o, up, 3);
    one_op_in(&o, INK_FLOAT, 0, NULL, up + 5);
    o.out[0].dtype = INK_FLOAT;
    assert_bytes(&o, float, 1, 2, 3, 6, 6, 6);
    one_op_init(&o, "", "Where", 9);
    one_dim(&o, INK_BOOL, 2, c);
    one_dim(&o, INK_STRING, 1, x);
    one_dim(&o, INK_STRING, 2, y);
    o.out[0].dtype = INK_STRING;
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_true(ink_view_is(((struct ink_view *)o.out[0].data)[0], "a"));
    assert_true(ink_view_is(((struct ink_view *)o.out[0].data)[1], "c"));
    one_op_free(&o);
    one_op_init(&o, "", "Where", 9);
    one_dim(&o, INK_BOOL, 2, c);
    one_op_f32(&o, up, 3);
    one_op_f32(&o, up, 3);
    assert_refused(&o, INK_E_MODEL, "broadcast");
}

/* --- integers --- */

static void division_of_integers(void **state)
{
    static const int32_t a[] = {INT32_MIN, 7, -7, 7, -7, 5}, b[] = {-1, 2, 2, -2, -2, 0};
    static const int64_t low[] = {INT64_MIN}, minus[] = {-1};
    static const uint8_t u[] = {250, 3}, v[] = {100, 0};
    struct one_op o;
    one_op_init(&o, "", "Div", 14);
    one_dim(&o, INK_INT32, 6, a);
    one_dim(&o, INK_INT32, 6, b);
    assert_bytes(&o, int32_t, INT32_MIN, 3, -3, -3, 3, 0);
    one_op_init(&o, "", "Div", 7);
    one_dim(&o, INK_INT64, 1, low);
    one_dim(&o, INK_INT64, 1, minus);
    assert_bytes(&o, int64_t, INT64_MIN);
    one_op_init(&o, "", "Div", 14);
    one_dim(&o, INK_UINT8, 2, u);
    one_dim(&o, INK_UINT8, 2, v);
    assert_bytes(&o, uint8_t, 2, 0);
    for (int64_t fmod = 0; fmod < 2; fmod++) {
        one_op_init(&o, "", "Mod", 13);
        one_dim(&o, INK_INT32, 6, a);
        one_dim(&o, INK_INT32, 6, b);
        one_op_int(&o, "fmod", fmod);
        if (fmod)
            assert_bytes(&o, int32_t, 0, 1, -1, 1, -1, 0);
        else
            assert_bytes(&o, int32_t, 0, 1, 1, -1, -1, 0);
    }
    one_op_init(&o, "", "Mod", 13);
    one_op_f32(&o, up, 2);
    one_op_f32(&o, up, 2);
    assert_refused(&o, INK_E_MODEL, "fmod");
    one_op_init(&o, "", "Mod", 13);
    one_dim(&o, INK_INT32, 6, a);
    one_dim(&o, INK_INT32, 6, b);
    one_op_int(&o, "fmod", 2);
    assert_refused(&o, INK_E_MODEL, "fmod");
}

static void wrapping(void **state)
{
    static const int8_t a[] = {-128, 127, 100}, b[] = {-128, 1, 3};
    static const uint32_t x[] = {1, 1, 0x80000000u}, by[] = {31, 32, UINT32_MAX};
    struct one_op o;
    one_op_init(&o, "", "Mul", 14);
    one_dim(&o, INK_INT8, 3, a);
    one_dim(&o, INK_INT8, 3, b);
    assert_bytes(&o, int8_t, 0, 127, 44);
    one_op_init(&o, "", "Add", 14);
    one_dim(&o, INK_INT8, 3, a);
    one_dim(&o, INK_INT8, 3, b);
    assert_bytes(&o, int8_t, 0, -128, 103);
    one_op_init(&o, "", "Neg", 13);
    one_dim(&o, INK_INT8, 3, a);
    assert_bytes(&o, int8_t, -128, -127, -100);
    one_op_init(&o, "", "Abs", 13);
    one_dim(&o, INK_INT8, 3, a);
    assert_bytes(&o, int8_t, -128, 127, 100);
    one_op_init(&o, "", "BitShift", 11);
    one_dim(&o, INK_UINT32, 3, x);
    one_dim(&o, INK_UINT32, 3, by);
    one_op_text(&o, "direction", "LEFT");
    assert_bytes(&o, uint32_t, 0x80000000u, 0, 0);
    one_op_init(&o, "", "BitShift", 11);
    one_dim(&o, INK_UINT32, 3, x);
    one_dim(&o, INK_UINT32, 3, by);
    assert_refused(&o, INK_E_MODEL, "direction");
}

static void powers(void **state)
{
    static const int32_t base[] = {2, -1, 0, 3, 1}, exponent[] = {31, -3, -1, 40, INT32_MIN};
    static const float half[] = {0.5f, -0.5f};
    static const int64_t nine[] = {9, 4};
    struct one_op o;
    one_op_init(&o, "", "Pow", 13);
    one_dim(&o, INK_INT32, 5, base);
    one_dim(&o, INK_INT32, 5, exponent);
    assert_bytes(&o, int32_t, INT32_MIN, -1, 0, (int32_t)(uint32_t)12157665459056928801u, 1);
    one_op_init(&o, "", "Pow", 12);
    one_dim(&o, INK_INT64, 2, nine);
    one_op_f32(&o, half, 2);
    assert_bytes(&o, int64_t, 3, 0);
    one_op_init(&o, "", "Pow", 7);
    one_op_f32(&o, up, 3);
    one_op_f32(&o, up + 1, 1);
    assert_bytes(&o, float, 1, 4, 9);
}

/* --- NaN --- */

static void nan_goes_through(void **state)
{
    static const float x[] = {NAN, 1, NAN, -1}, y[] = {1, NAN, NAN, 2}, zero = 0;
    static const char *const binary[] = {"Min", "Max", "Add"}, *const unary[] = {"Relu", "Sigmoid", "Abs", "Sign",
                                                                                 "Elu"};
    struct one_op o;
    for (int i = 0; i < 3; i++) {
        one_op_init(&o, "", binary[i], 14);
        one_op_f32(&o, x, 4);
        one_op_f32(&o, y, 4);
        assert_int_equal(one_op_run(&o), INK_OK);
        for (int k = 0; k < 4; k++) assert_int_equal(isnan(((float *)o.out[0].data)[k]) != 0, k < 3);
        one_op_free(&o);
    }
    for (int i = 0; i < 5; i++) {
        one_op_init(&o, "", unary[i], 14);
        one_op_f32(&o, x, 4);
        assert_int_equal(one_op_run(&o), INK_OK);
        for (int k = 0; k < 4; k++) assert_int_equal(isnan(((float *)o.out[0].data)[k]) != 0, k % 2 == 0);
        one_op_free(&o);
    }
    one_op_init(&o, "", "Clip", 13);
    one_op_f32(&o, x, 4);
    one_op_in(&o, INK_FLOAT, 0, NULL, &zero);
    one_op_in(&o, INK_FLOAT, 0, NULL, up);
    assert_int_equal(one_op_run(&o), INK_OK);
    for (int k = 0; k < 4; k++) assert_int_equal(isnan(((float *)o.out[0].data)[k]) != 0, k % 2 == 0);
    one_op_free(&o);
    static const char *const compare[] = {"Less", "GreaterOrEqual", "Equal"};
    for (int i = 0; i < 3; i++) {
        one_op_init(&o, "", compare[i], 16);
        one_op_f32(&o, x, 3);
        one_op_f32(&o, y, 3);
        o.out[0].dtype = INK_BOOL;
        assert_bytes(&o, uint8_t, 0, 0, 0);
    }
}

/* --- Cast --- */

static void cast(struct one_op *o, int opset, enum ink_dtype from, int64_t n, const void *x, enum ink_dtype to)
{
    one_op_init(o, "", "Cast", opset);
    one_dim(o, from, n, x);
    one_op_int(o, "to", to);
    o->out[0].dtype = to;
}

static void assert_texts(struct one_op *o, const char *const *want)
{
    ink_status st = one_op_run(o);
    if (st) fail_msg("%s", o->err.text);
    size_t n = ink_tensor_count(&o->out[0]);
    assert_int_equal(n, ink_tensor_count(&o->in[0]));
    for (size_t i = 0; i < n; i++) {
        struct ink_view got = ((const struct ink_view *)o->out[0].data)[i];
        if (!ink_view_is(got, want[i])) fail_msg("\"%.*s\" should be \"%s\"", INK_VIEW_ARGS(got), want[i]);
    }
    one_op_free(o);
}

static void numbers_as_text(void **state)
{
    static const float f[] = {0.1f, -INFINITY, NAN, 1e-10f, 16777216};
    static const double d[] = {0.1, -2.2250738585072014e-308};
    static const uint16_t half[] = {0x2E66, 0x3555}; /* 0.1 and 1/3, as near as they come */
    static const uint64_t u[] = {UINT64_MAX, 0};
    static const int64_t i[] = {INT64_MIN, 7};
    static const uint8_t int4[] = {0x71, 0x08}, e5m2[] = {0x38, 0xBC}, many[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct one_op o;
    cast(&o, 9, INK_FLOAT, 5, f, INK_STRING);
    assert_texts(&o, (const char *const[]){"0.1", "-INF", "NaN", "1e-10", "16777216"});
    cast(&o, 13, INK_DOUBLE, 2, d, INK_STRING);
    assert_texts(&o, (const char *const[]){"0.1", "-2.2250738585072014e-308"});
    cast(&o, 13, INK_FLOAT16, 2, half, INK_STRING);
    assert_texts(&o, (const char *const[]){"0.1", "0.3333"});
    cast(&o, 13, INK_UINT64, 2, u, INK_STRING);
    assert_texts(&o, (const char *const[]){"18446744073709551615", "0"});
    cast(&o, 13, INK_INT64, 2, i, INK_STRING);
    assert_texts(&o, (const char *const[]){"-9223372036854775808", "7"});
    cast(&o, 21, INK_INT4, 3, int4, INK_STRING);
    assert_texts(&o, (const char *const[]){"1", "7", "-8"});
    cast(&o, 19, INK_FLOAT8E5M2, 2, e5m2, INK_STRING);
    assert_texts(&o, (const char *const[]){"0.5", "-1"});
    cast(&o, 13, INK_UINT8, 10, many, INK_STRING);
    assert_texts(&o, (const char *const[]){"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
    cast(&o, 13, INK_FLOAT, 0, NULL, INK_STRING);
    assert_texts(&o, NULL);
}

static void text_as_numbers(void **state)
{
    const struct ink_view x[] = {ink_view_text(" 3\n"),   ink_view_text("-1e2"), ink_view_text("18446744073709551615"),
                                 ink_view_text("0.0625"), ink_view_text("INF"),  ink_view_text("-7")};
    struct one_op o;
    cast(&o, 9, INK_STRING, 6, x, INK_FLOAT);
    assert_bytes(&o, float, 3, -100, 18446744073709551616.0f, 0.0625f, INFINITY, -7);
    cast(&o, 9, INK_STRING, 3, x, INK_UINT64);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_true(((uint64_t *)o.out[0].data)[2] == UINT64_MAX);
    one_op_free(&o);
    const struct ink_view small[] = {x[0], x[5], ink_view_text("1"), x[0], x[0], x[5], x[5], x[0], ink_view_text("2")};
    cast(&o, 21, INK_STRING, 9, small, INK_INT4); /* more than one group of packed ones */
    assert_bytes(&o, uint8_t, 0x93, 0x31, 0x93, 0x39, 0x02);
    static const char *const bad[] = {"", " ", "three", "1 2", "1e", "--1", "0x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct ink_view text = ink_view_text(bad[i]);
        cast(&o, 13, INK_STRING, 1, &text, i & 1 ? INK_INT32 : INK_FLOAT);
        assert_refused(&o, INK_E_MODEL, "not a number");
    }
    char digits[4096];
    memset(digits, '1', sizeof digits);
    const struct ink_view longest = {(void *)digits, sizeof digits}, nul = {(const void *)"1\0002", 3};
    cast(&o, 13, INK_STRING, 1, &longest, INK_INT32);
    assert_refused(&o, INK_E_MODEL, "not a number");
    cast(&o, 13, INK_STRING, 1, &nul, INK_FLOAT);
    assert_refused(&o, INK_E_MODEL, "not a number");
}

static void targets(void **state)
{
    static const float x[] = {-1.5f, 300, NAN};
    struct one_op o;
    one_op_init(&o, "", "Cast", 1); /* by name */
    one_op_f32(&o, x, 2);
    one_op_text(&o, "to", "INT32");
    o.out[0].dtype = INK_INT32;
    assert_bytes(&o, int32_t, -1, 300);
    one_op_init(&o, "", "Cast", 1);
    one_op_f32(&o, x, 2);
    one_op_text(&o, "to", "WORD");
    assert_refused(&o, INK_E_UNSUPPORTED, "undefined");
    one_op_init(&o, "", "Cast", 6);
    one_op_f32(&o, x, 2);
    assert_refused(&o, INK_E_MODEL, "to");
    static const int64_t none[] = {0, -1, 99, INT64_MAX, INT64_MIN, INK_COMPLEX64, INK_STRING};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        one_op_init(&o, "", "Cast", 6);
        one_op_f32(&o, x, 2);
        one_op_int(&o, "to", none[i]);
        assert_refused(&o, INK_E_UNSUPPORTED, "to type");
    }
    cast(&o, 19, INK_FLOAT, 2, x, INK_INT4);
    assert_refused(&o, INK_E_UNSUPPORTED, "int4");
    cast(&o, 13, INK_FLOAT, 3, x, INK_BOOL);
    assert_bytes(&o, uint8_t, 1, 1, 1);
    cast(&o, 25, INK_FLOAT, 2, x, INK_FLOAT8E8M0);
    one_op_text(&o, "round_mode", "sideways");
    assert_refused(&o, INK_E_MODEL, "round_mode");
}

static void attributes_of_a_wrong_kind(void **state)
{
    struct one_op o;
    one_op_init(&o, "", "LeakyRelu", 16);
    one_op_f32(&o, up, 2);
    one_op_int(&o, "alpha", 1);
    assert_refused(&o, INK_E_MODEL, "alpha");
    one_op_init(&o, "", "Gelu", 20);
    one_op_f32(&o, up, 2);
    one_op_text(&o, "approximate", "");
    assert_refused(&o, INK_E_MODEL, "approximate");
    one_op_init(&o, "", "Clip", 6);
    one_op_f32(&o, up, 2);
    one_op_text(&o, "min", "0");
    assert_refused(&o, INK_E_MODEL, "min");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_broadcast),
        cmocka_unit_test(slopes),
        cmocka_unit_test(old_clip),
        cmocka_unit_test(broadcast_shapes),
        cmocka_unit_test(any_number),
        cmocka_unit_test(where),
        cmocka_unit_test(division_of_integers),
        cmocka_unit_test(wrapping),
        cmocka_unit_test(powers),
        cmocka_unit_test(nan_goes_through),
        cmocka_unit_test(numbers_as_text),
        cmocka_unit_test(text_as_numbers),
        cmocka_unit_test(targets),
        cmocka_unit_test(attributes_of_a_wrong_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
