/* SPDX-License-Identifier: MIT */
/* Operators that put elements elsewhere: old versions, odd types and shapes, and what a hostile model may ask of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "one_op.h"

static const float up[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
static const int64_t three[] = {3}, one[] = {1};

static void in_i64s(struct one_op *o, int64_t count, const int64_t *values)
{
    one_op_in(o, INK_INT64, 1, &count, values);
}

#define in_list(o, ...)                                                                                                \
    do {                                                                                                               \
        static const int64_t list_[] = {__VA_ARGS__};                                                                  \
        in_i64s(o, sizeof list_ / sizeof *list_, list_);                                                               \
    } while (0)

static void assert_shape(const struct ink_tensor *t, int rank, const int64_t *dims)
{
    assert_int_equal(t->shape.rank, rank);
    for (int d = 0; d < rank; d++) assert_int_equal(t->shape.dims[d], dims[d]);
}

#define assert_dims(t, ...)                                                                                            \
    do {                                                                                                               \
        const int64_t dims_[] = {__VA_ARGS__};                                                                         \
        assert_shape(t, sizeof dims_ / sizeof *dims_, dims_);                                                          \
    } while (0)

/* Runs, compares the first output, and is done with it. */
#define assert_gives(o, ...)                                                                                           \
    do {                                                                                                               \
        const float want_[] = {__VA_ARGS__};                                                                           \
        ink_status st_ = one_op_run(o);                                                                                \
        if (st_) fail_msg("%s", (o)->err.text);                                                                        \
        assert_floats(&(o)->out[0], want_, sizeof want_ / sizeof *want_);                                              \
        one_op_free(o);                                                                                                \
    } while (0)

/* --- old versions --- */

static void old_pads(void **state)
{
    struct one_op o;
    one_op_init(&o, "", "Pad", 1);
    one_op_f32(&o, up, 2, 2);
    one_op_ints(&o, "paddings", 0, 1, 1, 0);
    one_op_float(&o, "value", 9);
    assert_gives(&o, 9, 1, 2, 9, 3, 4, 9, 9, 9);
    one_op_init(&o, "", "Pad", 2);
    one_op_f32(&o, up, 4);
    one_op_ints(&o, "pads", 2, -1);
    one_op_text(&o, "mode", "reflect");
    assert_gives(&o, 3, 2, 1, 2, 3);
    one_op_init(&o, "", "Pad", 2);
    one_op_f32(&o, up, 2);
    one_op_ints(&o, "paddings", 0, 1); /* its name before */
    assert_refused(&o, INK_E_MODEL, "no pads");
    one_op_init(&o, "", "Pad", 18);
    one_op_f32(&o, up, 2);
    one_op_text(&o, "mode", "wrap"); /* of version 19 */
    assert_refused(&o, INK_E_MODEL, "wrap");
}

static void old_tile(void **state)
{
    static const float twice[] = {2}, axis[] = {1}, many[] = {1e30f};
    static const uint16_t half_x[] = {0x3C00, 0x4000}, half_2[] = {0x4000}, half_0[] = {0}; /* 1 2; 2; 0 */
    static const uint16_t want[] = {0x3C00, 0x4000, 0x3C00, 0x4000};
    static const int64_t two[] = {2};
    struct one_op o;
    one_op_init(&o, "", "Tile", 1);
    one_op_f32(&o, up, 2, 2);
    one_op_f32(&o, twice, 1);
    one_op_f32(&o, axis, 1);
    assert_gives(&o, 1, 2, 1, 2, 3, 4, 3, 4);
    one_op_init(&o, "", "Tile", 1); /* counts have the type of what is repeated */
    one_op_in(&o, INK_FLOAT16, 1, two, half_x);
    one_op_in(&o, INK_FLOAT16, 1, one, half_2);
    one_op_in(&o, INK_FLOAT16, 1, one, half_0);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_memory_equal(o.out[0].data, want, sizeof want);
    one_op_free(&o);
    one_op_init(&o, "", "Tile", 1);
    one_op_f32(&o, up, 2, 2);
    one_op_f32(&o, many, 1);
    one_op_f32(&o, axis, 1);
    assert_refused(&o, INK_E_MODEL, "repeated");
}

static void old_slice(void **state)
{
    struct one_op o;
    one_op_init(&o, "", "Slice", 1);
    one_op_f32(&o, up, 3, 4);
    one_op_ints(&o, "starts", 1, -2);
    one_op_ints(&o, "ends", INT64_MAX, -1);
    assert_gives(&o, 7, 11);
    one_op_init(&o, "", "Slice", 1);
    one_op_f32(&o, up, 3, 4);
    one_op_ints(&o, "starts", 3);
    one_op_ints(&o, "ends", 4);
    one_op_ints(&o, "axes", 1);
    assert_gives(&o, 4, 8, 12);
    one_op_init(&o, "", "Slice", 1);
    one_op_f32(&o, up, 3, 4);
    assert_refused(&o, INK_E_MODEL, "starts");
}

static void old_splits(void **state)
{
    static const float sizes[] = {1, 3}, bad[] = {-1, NAN};
    struct one_op o;
    one_op_init(&o, "", "Split", 1); /* sizes have the type of what is split */
    o.out_count = 2;
    one_op_f32(&o, up, 4);
    one_op_f32(&o, sizes, 2);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], up, 1);
    assert_floats(&o.out[1], up + 1, 3);
    one_op_free(&o);
    one_op_init(&o, "", "Split", 1);
    o.out_count = 2;
    one_op_f32(&o, up, 4);
    one_op_f32(&o, bad, 2);
    assert_refused(&o, INK_E_MODEL, "size -1");
    one_op_init(&o, "", "Split", 2);
    o.out_count = 2;
    one_op_f32(&o, up, 2, 3);
    one_op_int(&o, "axis", 1);
    one_op_ints(&o, "split", 2, 1);
    assert_gives(&o, 1, 2, 4, 5);
    one_op_init(&o, "", "Split", 13);
    o.out_count = 2;
    one_op_f32(&o, up, 3);
    assert_refused(&o, INK_E_MODEL, "equal parts");
    one_op_init(&o, "", "Split", 18);
    o.out_count = 3;
    one_op_f32(&o, up, 4);
    one_op_int(&o, "num_outputs", 3);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_dims(&o.out[1], 2);
    assert_dims(&o.out[2], 0);
    one_op_free(&o);
    one_op_init(&o, "", "Split", 18);
    one_op_f32(&o, up, 4);
    one_op_int(&o, "num_outputs", 3);
    assert_refused(&o, INK_E_MODEL, "num_outputs");
}

static void old_shapes(void **state)
{
    struct one_op o;
    one_op_init(&o, "", "Reshape", 1);
    one_op_f32(&o, up, 2, 3);
    one_op_ints(&o, "shape", 0, -1, 1);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_dims(&o.out[0], 2, 3, 1);
    one_op_free(&o);
    one_op_init(&o, "", "Squeeze", 1);
    one_op_f32(&o, up, 1, 3, 1);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_dims(&o.out[0], 3);
    one_op_free(&o);
    one_op_init(&o, "", "Squeeze", 11);
    one_op_f32(&o, up, 1, 3, 1);
    one_op_ints(&o, "axes", 1);
    assert_refused(&o, INK_E_MODEL, "not 1");
    one_op_init(&o, "", "Unsqueeze", 1);
    one_op_f32(&o, up, 3);
    one_op_ints(&o, "axes", 2, 0);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_dims(&o.out[0], 1, 3, 1);
    one_op_free(&o);
    one_op_init(&o, "", "Unsqueeze", 1);
    one_op_f32(&o, up, 3);
    assert_refused(&o, INK_E_MODEL, "axes");
    one_op_init(&o, "", "Flatten", 9);
    one_op_f32(&o, up, 3);
    one_op_int(&o, "axis", -1);
    assert_refused(&o, INK_E_MODEL, "opset 11");
}

static void old_concat(void **state)
{
    struct one_op o;
    one_op_init(&o, "", "Concat", 1); /* axis 1 where it is left out */
    one_op_f32(&o, up, 2, 1);
    one_op_f32(&o, up + 2, 2, 2);
    assert_gives(&o, 1, 3, 4, 2, 5, 6);
    one_op_init(&o, "", "Concat", 4);
    one_op_f32(&o, up, 2, 1);
    assert_refused(&o, INK_E_MODEL, "axis");
}

/* --- Dropout --- */

static void dropout_of_each_version(void **state)
{
    static const int opsets[] = {1, 7, 10, 12, 13, 22};
    for (size_t i = 0; i < sizeof opsets / sizeof *opsets; i++) {
        struct one_op o;
        one_op_init(&o, "", "Dropout", opsets[i]);
        one_op_f32(&o, up, 3);
        if (opsets[i] < 7) one_op_int(&o, "is_test", 1);
        o.out_count = 2;
        if (opsets[i] >= 10) o.out[1].dtype = INK_BOOL;
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_floats(&o.out[0], up, 3);
        for (int k = 0; k < 3; k++)
            assert_true(opsets[i] < 10 ? ((float *)o.out[1].data)[k] == 1 : ((uint8_t *)o.out[1].data)[k] == 1);
        one_op_free(&o);
    }
}

enum { MANY = 4000 };

/* A quarter of many ones is dropped; the others grow, so that their mean stays; the mask says which; a seed repeats it. */
static void dropout_in_training(void **state)
{
    static const uint8_t yes = 1;
    static const float quarter = 0.25f;
    static float ones[MANY], first[MANY];
    for (size_t i = 0; i < MANY; i++) ones[i] = 1;
    for (int form = 0; form < 4; form++) { /* old, new; each twice */
        struct one_op o;
        bool old = form < 2;
        size_t dropped = 0;
        one_op_init(&o, "", "Dropout", old ? 6 : 13);
        one_op_f32(&o, ones, MANY);
        if (!old) one_op_in(&o, INK_FLOAT, 0, NULL, &quarter);
        if (!old) one_op_in(&o, INK_BOOL, 0, NULL, &yes);
        if (old) one_op_float(&o, "ratio", quarter);
        one_op_int(&o, "seed", 7);
        o.out_count = 2;
        if (!old) o.out[1].dtype = INK_BOOL;
        assert_int_equal(one_op_run(&o), INK_OK);
        const float *y = o.out[0].data;
        for (size_t i = 0; i < MANY; i++) {
            bool kept = old ? ((const float *)o.out[1].data)[i] == 1 : ((const uint8_t *)o.out[1].data)[i] == 1;
            assert_true(kept ? fabsf(y[i] - 4.0f / 3) < 1e-6f : y[i] == 0);
            dropped += !kept;
        }
        assert_in_range(dropped, MANY / 4 - 150, MANY / 4 + 150); /* five deviations */
        if (form % 2)
            assert_memory_equal(y, first, sizeof first);
        else
            memcpy(first, y, sizeof first);
        one_op_free(&o);
    }
}

static void dropout_refused(void **state)
{
    static const uint8_t yes[] = {1, 1};
    static const float none = 0, all = 1, nothing = NAN;
    struct one_op o;
    one_op_init(&o, "", "Dropout", 13); /* nothing is dropped */
    one_op_f32(&o, up, 3);
    one_op_in(&o, INK_FLOAT, 0, NULL, &none);
    one_op_in(&o, INK_BOOL, 0, NULL, yes);
    assert_gives(&o, 1, 2, 3);
    for (int i = 0; i < 2; i++) {
        one_op_init(&o, "", "Dropout", 13);
        one_op_f32(&o, up, 3);
        one_op_in(&o, INK_FLOAT, 0, NULL, i ? &all : &nothing);
        one_op_in(&o, INK_BOOL, 0, NULL, yes);
        assert_refused(&o, INK_E_MODEL, "ratio");
    }
    one_op_init(&o, "", "Dropout", 6);
    one_op_f32(&o, up, 3);
    one_op_float(&o, "ratio", 1);
    assert_refused(&o, INK_E_MODEL, "ratio");
    one_op_init(&o, "", "Dropout", 13);
    one_op_f32(&o, up, 3);
    one_op_left_out(&o);
    one_op_in(&o, INK_BOOL, 1, (const int64_t[]){2}, yes);
    assert_refused(&o, INK_E_MODEL, "training_mode");
}

/* --- shapes and types --- */

static void nothing_in_it(void **state)
{
    struct one_op o;
    one_op_init(&o, "", "Transpose", 13);
    one_op_f32(&o, NULL, 2, 0, 3);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_dims(&o.out[0], 3, 0, 2);
    one_op_free(&o);
    one_op_init(&o, "", "Concat", 13);
    one_op_int(&o, "axis", 0);
    one_op_f32(&o, NULL, 0, 2);
    one_op_f32(&o, up, 1, 2);
    assert_gives(&o, 1, 2);
    one_op_init(&o, "", "Pad", 13);
    one_op_f32(&o, NULL, 0, 2);
    in_list(&o, 1, 0, 0, 0);
    assert_gives(&o, 0, 0);
    one_op_init(&o, "", "Pad", 13);
    one_op_f32(&o, NULL, 0);
    in_list(&o, 1, 0);
    one_op_text(&o, "mode", "edge");
    assert_refused(&o, INK_E_MODEL, "nothing to repeat");
    one_op_init(&o, "", "Tile", 13);
    one_op_f32(&o, NULL, 0, 2);
    in_list(&o, INT64_MAX, 1);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_dims(&o.out[0], 0, 2);
    one_op_free(&o);
    one_op_init(&o, "", "Tile", 13);
    one_op_f32(&o, up, 3);
    in_list(&o, 0);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_dims(&o.out[0], 0);
    one_op_free(&o);
    one_op_init(&o, "", "Slice", 13);
    one_op_f32(&o, NULL, 0);
    in_list(&o, -1);
    in_list(&o, INT64_MIN);
    in_list(&o, 0);
    in_list(&o, -1);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_dims(&o.out[0], 0);
    one_op_free(&o);
    one_op_init(&o, "", "Gather", 13);
    one_op_f32(&o, NULL, 0, 2);
    in_list(&o, 0);
    assert_refused(&o, INK_E_MODEL, "index 0");
    one_op_init(&o, "", "Gather", 13);
    one_op_f32(&o, up, 2, 2);
    in_i64s(&o, 0, NULL);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_dims(&o.out[0], 0, 2);
    one_op_free(&o);
}

static void scalars(void **state)
{
    struct one_op o;
    one_op_init(&o, "", "Transpose", 13);
    one_op_in(&o, INK_FLOAT, 0, NULL, up);
    assert_gives(&o, 1);
    one_op_init(&o, "", "Pad", 13);
    one_op_in(&o, INK_FLOAT, 0, NULL, up);
    in_i64s(&o, 0, NULL);
    assert_gives(&o, 1);
    one_op_init(&o, "", "Expand", 13);
    one_op_in(&o, INK_FLOAT, 0, NULL, up);
    in_list(&o, 2, 1);
    assert_gives(&o, 1, 1);
    one_op_init(&o, "", "Gather", 13);
    one_op_in(&o, INK_FLOAT, 0, NULL, up);
    in_list(&o, 0);
    assert_refused(&o, INK_E_MODEL, "axis");
    one_op_init(&o, "", "Concat", 13);
    one_op_int(&o, "axis", 0);
    one_op_in(&o, INK_FLOAT, 0, NULL, up);
    assert_refused(&o, INK_E_MODEL, "axis");
    one_op_init(&o, "", "Flatten", 13);
    one_op_in(&o, INK_FLOAT, 0, NULL, up);
    one_op_int(&o, "axis", 0);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_dims(&o.out[0], 1, 1);
    one_op_free(&o);
}

/* As many dimensions as there may be; one more is refused. */
static void twelve_dimensions(void **state)
{
    static const int64_t dims[] = {1, 2, 1, 1, 1, 3, 1, 1, 1, 1, 2, 1};
    struct one_op o;
    one_op_init(&o, "", "Transpose", 13);
    one_op_in(&o, INK_FLOAT, 12, dims, up);
    assert_gives(&o, 1, 7, 3, 9, 5, 11, 2, 8, 4, 10, 6, 12);
    one_op_init(&o, "", "Tile", 13);
    one_op_in(&o, INK_FLOAT, 12, dims, up);
    in_list(&o, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2);
    assert_gives(&o, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12);
    one_op_init(&o, "", "Unsqueeze", 13);
    one_op_in(&o, INK_FLOAT, 12, dims, up);
    in_list(&o, 0);
    assert_refused(&o, INK_E_UNSUPPORTED, "12 dimensions");
    one_op_init(&o, "", "Gather", 13);
    one_op_in(&o, INK_FLOAT, 12, dims, up);
    one_op_in(&o, INK_INT64, 2, (const int64_t[]){1, 1}, NULL);
    assert_refused(&o, INK_E_UNSUPPORTED, "12 dimensions");
    one_op_init(&o, "", "Reshape", 13);
    one_op_f32(&o, up, 1);
    in_list(&o, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    assert_refused(&o, INK_E_UNSUPPORTED, "13 dimensions");
    one_op_init(&o, "", "Expand", 13);
    one_op_f32(&o, up, 1);
    in_list(&o, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    assert_refused(&o, INK_E_UNSUPPORTED, "13 dimensions");
}

static void strings(void **state)
{
    const struct ink_view x[] = {ink_view_text("a"), ink_view_text("bb"), ink_view_text("")};
    struct one_op o;
    one_op_init(&o, "", "Slice", 13);
    one_op_in(&o, INK_STRING, 1, three, x);
    in_list(&o, -1);
    in_list(&o, INT64_MIN);
    in_list(&o, 0);
    in_list(&o, -1);
    assert_int_equal(one_op_run(&o), INK_OK);
    const struct ink_view *got = o.out[0].data;
    for (int i = 0; i < 3; i++) assert_true(ink_view_equal(got[i], x[2 - i]));
    one_op_free(&o);
    one_op_init(&o, "", "Pad", 13);
    one_op_in(&o, INK_STRING, 1, three, x);
    in_list(&o, 0, 1);
    assert_int_equal(one_op_run(&o), INK_OK);
    got = o.out[0].data;
    assert_true(ink_view_is(got[1], "bb"));
    assert_int_equal(got[3].len, 0);
    one_op_free(&o);
}

/* What a row says of a type. */
static bool takes(const char *name, int opset, enum ink_dtype dtype)
{
    bool known;
    const struct ink_op *op = ink_op_find(ink_view_text(""), ink_view_text(name), opset, &known);
    return op && op->types[0] & INK_DTYPE_BIT(dtype);
}

static void types_come_with_versions(void **state)
{
    static const struct {
        enum ink_dtype dtype;
        int since;
    } news[] = {{INK_BFLOAT16, 13},   {INK_FLOAT8E5M2, 19}, {INK_INT4, 21},
                {INK_FLOAT4E2M1, 23}, {INK_FLOAT8E8M0, 24}, {INK_UINT2, 25}};
    static const char *const moving[] = {"Transpose", "Pad"}; /* float8 they have since 21 */
    for (size_t i = 0; i < sizeof news / sizeof *news; i++) {
        assert_false(takes("Reshape", news[i].since - 1, news[i].dtype));
        assert_true(takes("Reshape", news[i].since, news[i].dtype));
        assert_false(takes("Cast", news[i].since - 1, news[i].dtype));
        assert_true(takes("Cast", news[i].since, news[i].dtype));
        for (size_t k = 0; k < 2; k++) {
            assert_true(takes(moving[k], 26, news[i].dtype));
            if (news[i].since >= 21) assert_false(takes(moving[k], news[i].since - 1, news[i].dtype));
        }
    }
    assert_true(takes("Slice", 13, INK_STRING));
    assert_false(takes("Slice", 26, INK_FLOAT8E5M2));
    assert_false(takes("Where", 15, INK_BFLOAT16));
    assert_true(takes("Where", 16, INK_BFLOAT16));
}

/* --- hostile --- */

static void hostile_slices(void **state)
{
    struct one_op o;
#define BEGIN(starts, ends, axes, steps)                                                                               \
    one_op_init(&o, "", "Slice", 13);                                                                                  \
    one_op_f32(&o, up, 3, 4);                                                                                          \
    in_list(&o, starts);                                                                                               \
    in_list(&o, ends);                                                                                                 \
    in_list(&o, axes);                                                                                                 \
    in_list(&o, steps)
    BEGIN(INT64_MIN, INT64_MAX, -1, INT64_MAX);
    assert_gives(&o, 1, 5, 9);
    BEGIN(INT64_MAX, INT64_MIN, -1, INT64_MIN);
    assert_gives(&o, 4, 8, 12);
    BEGIN(INT64_MIN, INT64_MIN, 0, 1);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_dims(&o.out[0], 0, 4);
    one_op_free(&o);
    BEGIN(0, 1, 0, 0);
    assert_refused(&o, INK_E_MODEL, "step of 0");
    BEGIN(0, 1, 2, 1);
    assert_refused(&o, INK_E_MODEL, "axis 2");
    BEGIN(0, 1, INT64_MIN, 1);
    assert_refused(&o, INK_E_MODEL, "axis");
#undef BEGIN
    one_op_init(&o, "", "Slice", 13);
    one_op_f32(&o, up, 3, 4);
    in_list(&o, 0, 0);
    in_list(&o, 1, 1);
    in_list(&o, 1, -1);
    assert_refused(&o, INK_E_MODEL, "twice");
    one_op_init(&o, "", "Slice", 13);
    one_op_f32(&o, up, 3, 4);
    in_list(&o, 0, 0);
    in_list(&o, 1);
    assert_refused(&o, INK_E_MODEL, "equally many");
    one_op_init(&o, "", "Slice", 13);
    one_op_f32(&o, up, 3, 4);
    in_list(&o, 0, 0, 0);
    in_list(&o, 1, 1, 1);
    assert_refused(&o, INK_E_MODEL, "equally many");
}

static void hostile_pads(void **state)
{
    static const struct {
        int64_t pads[2];
        ink_status status;
        const char *word;
    } cases[] = {
        {{-2, -2}, INK_E_MODEL, "impossible"},
        {{INT64_MIN, 0}, INK_E_MODEL, "impossible"},
        {{INT64_MAX, INT64_MAX}, INK_E_MODEL, "imposs"},
        {{(int64_t)1 << 45, (int64_t)1 << 45}, INK_E_OOM, ""},
    };
    struct one_op o;
    for (size_t i = 0; i < 3; i++) {
        one_op_init(&o, "", "Pad", 13);
        one_op_f32(&o, up, 3);
        in_i64s(&o, 2, cases[i].pads);
        assert_refused(&o, cases[i].status, cases[i].word);
    }
    one_op_init(&o, "", "Pad", 13);
    one_op_f32(&o, up, 3);
    in_i64s(&o, 2, cases[3].pads);
    assert_int_equal(one_op_run(&o), cases[3].status); /* a shape that nobody has memory for */
    one_op_free(&o);
    one_op_init(&o, "", "Pad", 13);
    one_op_f32(&o, up, 3, 1);
    in_list(&o, (int64_t)1 << 40, (int64_t)1 << 40, 0, 0);
    assert_refused(&o, INK_E_LIMIT, "output");
    one_op_init(&o, "", "Pad", 18);
    one_op_f32(&o, up, 3);
    in_list(&o, 1, 1, 1, 1);
    one_op_left_out(&o);
    in_list(&o, 0, -1);
    assert_refused(&o, INK_E_MODEL, "twice");
    one_op_init(&o, "", "Pad", 18);
    one_op_f32(&o, up, 3);
    in_list(&o, 1, 1);
    one_op_left_out(&o);
    in_list(&o, 1);
    assert_refused(&o, INK_E_MODEL, "axis 1");
    one_op_init(&o, "", "Pad", 13);
    one_op_f32(&o, up, 3);
    in_list(&o, 1);
    assert_refused(&o, INK_E_MODEL, "1 pads");
    static const char *const modes[] = {"reflect", "edge", "wrap"}; /* far over the edge, all of the input cut off */
    for (int i = 0; i < 3; i++) {
        one_op_init(&o, "", "Pad", 19);
        one_op_f32(&o, up, 3);
        in_list(&o, -5, 9);
        one_op_text(&o, "mode", modes[i]);
        assert_int_equal(one_op_run(&o), INK_OK);
        for (int k = 0; k < 7; k++) assert_in_range((int)((float *)o.out[0].data)[k], 1, 3);
        one_op_free(&o);
    }
}

static void hostile_sizes(void **state)
{
    struct one_op o;
    one_op_init(&o, "", "Expand", 13);
    one_op_f32(&o, up, 1);
    in_list(&o, (int64_t)1 << 30, (int64_t)1 << 30);
    assert_refused(&o, INK_E_LIMIT, "output");
    one_op_init(&o, "", "Expand", 13);
    one_op_f32(&o, up, 3);
    in_list(&o, -1);
    assert_refused(&o, INK_E_MODEL, "expanded");
    one_op_init(&o, "", "Expand", 13);
    one_op_f32(&o, up, 3);
    in_list(&o, 2);
    assert_refused(&o, INK_E_MODEL, "expanded");
    one_op_init(&o, "", "Tile", 13);
    one_op_f32(&o, up, 3, 1);
    in_list(&o, (int64_t)1 << 30, (int64_t)1 << 30);
    assert_refused(&o, INK_E_LIMIT, "output");
    one_op_init(&o, "", "Tile", 13);
    one_op_f32(&o, up, 3);
    in_list(&o, INT64_MAX);
    assert_refused(&o, INK_E_MODEL, "repeated");
    one_op_init(&o, "", "Tile", 13);
    one_op_f32(&o, up, 3);
    in_list(&o, -1);
    assert_refused(&o, INK_E_MODEL, "repeated");
    one_op_init(&o, "", "Tile", 13);
    one_op_f32(&o, up, 3);
    in_list(&o, 1, 1);
    assert_refused(&o, INK_E_MODEL, "2 repeats");
    one_op_init(&o, "", "ConstantOfShape", 9);
    in_list(&o, (int64_t)1 << 60);
    assert_refused(&o, INK_E_MODEL, "impossible");
    one_op_init(&o, "", "ConstantOfShape", 9);
    in_list(&o, 2, -1);
    assert_refused(&o, INK_E_MODEL, "impossible");
    one_op_init(&o, "", "Split", 13);
    o.out_count = 2;
    one_op_f32(&o, up, 3);
    in_list(&o, INT64_MAX, INT64_MAX);
    assert_refused(&o, INK_E_MODEL, "add up");
    one_op_init(&o, "", "Split", 13);
    o.out_count = 2;
    one_op_f32(&o, up, 3);
    in_list(&o, 1, 1, 1);
    assert_refused(&o, INK_E_MODEL, "3 sizes");
}

static void hostile_axes_and_indices(void **state)
{
    static const int64_t outside[] = {2, -3, INT64_MAX, INT64_MIN};
    struct one_op o;
    for (size_t i = 0; i < 4; i++) {
        one_op_init(&o, "", "Gather", 13);
        one_op_f32(&o, up, 2, 2);
        in_i64s(&o, 1, &outside[i]);
        assert_refused(&o, INK_E_MODEL, "index");
        static const char *const names[] = {"Gather", "Concat", "Split"};
        for (int k = 0; k < 3; k++) {
            one_op_init(&o, "", names[k], 11);
            one_op_f32(&o, up, 2, 2);
            if (k == 0) in_list(&o, 0);
            one_op_int(&o, "axis", outside[i]);
            assert_refused(&o, INK_E_MODEL, "axis");
        }
        one_op_init(&o, "", "Squeeze", 13);
        one_op_f32(&o, up, 1, 1);
        in_i64s(&o, 1, &outside[i]);
        assert_refused(&o, INK_E_MODEL, "axis");
    }
    one_op_init(&o, "", "Unsqueeze", 13);
    one_op_f32(&o, up, 2);
    in_list(&o, 0, -3);
    assert_refused(&o, INK_E_MODEL, "twice");
    one_op_init(&o, "", "Transpose", 13);
    one_op_f32(&o, up, 2, 2);
    one_op_ints(&o, "perm", 0, INT64_MIN);
    assert_refused(&o, INK_E_MODEL, "permutation");
    one_op_init(&o, "", "Transpose", 13);
    one_op_f32(&o, up, 2, 2);
    one_op_ints(&o, "perm", 1, 1);
    assert_refused(&o, INK_E_MODEL, "permutation");
    one_op_init(&o, "", "Transpose", 13);
    one_op_f32(&o, up, 2, 2);
    one_op_ints(&o, "perm", 1, 0, 2);
    assert_refused(&o, INK_E_MODEL, "3 entries");
}

static void hostile_reshapes(void **state)
{
    static const struct {
        int64_t shape[2], allowzero;
    } cases[] = {{{-1, -1}, 0}, {{-2, 6}, 0}, {{4, 2}, 0}, {{5, -1}, 0}, {{0, -1}, 1}, {{(int64_t)1 << 62, 4}, 0}};
    struct one_op o;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        one_op_init(&o, "", "Reshape", 14);
        one_op_f32(&o, up, 2, 3);
        in_i64s(&o, 2, cases[i].shape);
        one_op_int(&o, "allowzero", cases[i].allowzero);
        assert_refused(&o, INK_E_MODEL, "reshaped");
    }
    one_op_init(&o, "", "Reshape", 14);
    one_op_f32(&o, up, 2);
    in_list(&o, 2, 0);
    assert_refused(&o, INK_E_MODEL, "not there");
    one_op_init(&o, "", "Reshape", 14);
    one_op_f32(&o, NULL, 2, 0);
    in_list(&o, 0, 7);
    one_op_int(&o, "allowzero", 1);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_dims(&o.out[0], 0, 7);
    one_op_free(&o);
}

static void ranges(void **state)
{
    static const struct {
        float start, limit, delta;
        ink_status status;
        const char *word;
    } cases[] = {
        {0, 1, 0, INK_E_MODEL, "delta is 0"},    {0, 1, NAN, INK_E_LIMIT, "elements"},
        {0, NAN, 1, INK_E_LIMIT, "elements"},    {0, INFINITY, 1, INK_E_LIMIT, "elements"},
        {0, 1, 1e-30f, INK_E_LIMIT, "elements"},
    };
    struct one_op o;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        one_op_init(&o, "", "Range", 11);
        one_op_in(&o, INK_FLOAT, 0, NULL, &cases[i].start);
        one_op_in(&o, INK_FLOAT, 0, NULL, &cases[i].limit);
        one_op_in(&o, INK_FLOAT, 0, NULL, &cases[i].delta);
        assert_refused(&o, cases[i].status, cases[i].word);
    }
    static const int64_t low = INT64_MIN, high = INT64_MAX, back = -3, forth = INT64_MAX, zero = 0;
    one_op_init(&o, "", "Range", 11);
    one_op_in(&o, INK_INT64, 0, NULL, &low);
    one_op_in(&o, INK_INT64, 0, NULL, &high);
    one_op_in(&o, INK_INT64, 0, NULL, one);
    assert_refused(&o, INK_E_LIMIT, "elements");
    one_op_init(&o, "", "Range", 11);
    one_op_in(&o, INK_INT64, 0, NULL, &low);
    one_op_in(&o, INK_INT64, 0, NULL, &high);
    one_op_in(&o, INK_INT64, 0, NULL, &forth);
    assert_int_equal(one_op_run(&o), INK_OK);
    const int64_t want[] = {INT64_MIN, -1, INT64_MAX - 1};
    assert_int_equal(ink_tensor_count(&o.out[0]), 3);
    assert_memory_equal(o.out[0].data, want, sizeof want);
    one_op_free(&o);
    one_op_init(&o, "", "Range", 11);
    one_op_in(&o, INK_INT64, 0, NULL, &zero);
    one_op_in(&o, INK_INT64, 0, NULL, &high);
    one_op_in(&o, INK_INT64, 0, NULL, &back);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_dims(&o.out[0], 0);
    one_op_free(&o);
}

/* Without their values there is no shape; with them there is. */
static void values_that_come_later(void **state)
{
    static const char *const names[] = {"Slice", "Pad", "Expand", "Tile", "Reshape", "ConstantOfShape"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        static int64_t number = 1;
        bool known;
        struct ink_error err = {0};
        struct ink_arena arena;
        static const struct ink_node node;
        const struct ink_op *op = ink_op_find(ink_view_text(""), ink_view_text(names[i]), 13, &known);
        struct ink_tensor x = {.dtype = INK_FLOAT, .shape = {1, {1}}, .data = (void *)(uintptr_t)up}, y = {0};
        struct ink_tensor list = {.dtype = INK_INT64, .shape = {1, {i == 1 ? 2 : 1}}};
        static int64_t pads[2];
        const struct ink_tensor *in[] = {i == 5 ? &list : &x, &list, &list};
        struct ink_tensor *out[] = {&y};
        ink_arena_init(&arena, 1 << 20);
        struct ink_op_ctx ctx = {.op = op, .node = &node, .in = in, .out_count = 1, .out = out, .arena = &arena};
        ctx.err = &err;
        ctx.types[0] = INK_FLOAT;
        ctx.in_count = i == 0 ? 3 : i == 5 ? 1 : 2;
        if (op->load) assert_int_equal(op->load(&ctx), INK_OK);
        assert_int_equal(op->shape(&ctx), INK_E_NEED_DATA);
        list.data = i == 1 ? pads : &number;
        assert_int_equal(op->shape(&ctx), INK_OK);
        ink_arena_cleanup(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_pads),
        cmocka_unit_test(old_tile),
        cmocka_unit_test(old_slice),
        cmocka_unit_test(old_splits),
        cmocka_unit_test(old_shapes),
        cmocka_unit_test(old_concat),
        cmocka_unit_test(dropout_of_each_version),
        cmocka_unit_test(dropout_in_training),
        cmocka_unit_test(dropout_refused),
        cmocka_unit_test(nothing_in_it),
        cmocka_unit_test(scalars),
        cmocka_unit_test(twelve_dimensions),
        cmocka_unit_test(strings),
        cmocka_unit_test(types_come_with_versions),
        cmocka_unit_test(hostile_slices),
        cmocka_unit_test(hostile_pads),
        cmocka_unit_test(hostile_sizes),
        cmocka_unit_test(hostile_axes_and_indices),
        cmocka_unit_test(hostile_reshapes),
        cmocka_unit_test(ranges),
        cmocka_unit_test(values_that_come_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
