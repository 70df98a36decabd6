/* SPDX-License-Identifier: MIT */
/* Einsum against its definition, a letter a loop; determinants; and operators that sort, cut or turn tensors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "one_op.h"

static const float up[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24};

/* --- Einsum --- */

static int64_t size_of(char letter)
{
    return 2 + (letter - 'a') % 3; /* a 2, b 3, c 4, d 2, ... */
}

/* The element of a term's tensor for values of all letters. */
static size_t element(const char *term, const int64_t at[26])
{
    size_t i = 0;
    for (; *term && *term != ',' && *term != '-'; term++) i = i * (size_t)size_of(*term) + (size_t)at[*term - 'a'];
    return i;
}

static const char *next_term(const char *term)
{
    term += strcspn(term, ",-");
    return *term == ',' ? term + 1 : NULL;
}

/* Sums over all values of all letters that there are. */
static void expect(const char *equation, double *out)
{
    const char *output = strstr(equation, "->") + 2;
    int64_t at[26] = {0};
    for (;;) {
        double product = 1;
        for (const char *term = equation; term; term = next_term(term)) product *= (double)up[element(term, at)];
        out[element(output, at)] += product;
        int letter = 0;
        while (letter < 26 && (!strchr(equation, 'a' + letter) || ++at[letter] == size_of((char)('a' + letter))))
            at[letter++] = 0;
        if (letter == 26) return;
    }
}

static void einsum_of(const char *equation, enum ink_dtype dtype)
{
    static const double up_f64[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                    13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24};
    static const int8_t up_i8[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                   13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24};
    double want[256] = {0};
    struct one_op o;
    one_op_init(&o, "", "Einsum", 12);
    one_op_text(&o, "equation", equation);
    for (const char *term = equation; term; term = next_term(term)) {
        int64_t dims[8];
        int rank = (int)strcspn(term, ",-");
        for (int d = 0; d < rank; d++) dims[d] = size_of(term[d]);
        one_op_in(&o, dtype, rank, dims,
                  dtype == INK_FLOAT  ? (const void *)up
                  : dtype == INK_INT8 ? (const void *)up_i8
                                      : up_f64);
    }
    expect(equation, want);
    if (one_op_run(&o)) fail_msg("%s: %s", equation, o.err.text);
    for (size_t i = 0; i < ink_tensor_count(&o.out[0]); i++) {
        double got = dtype == INK_FLOAT  ? (double)((const float *)o.out[0].data)[i]
                     : dtype == INK_INT8 ? ((const int8_t *)o.out[0].data)[i]
                                         : ((const double *)o.out[0].data)[i];
        double should = dtype == INK_INT8 ? (int8_t)(uint8_t)(int64_t)want[i] : want[i]; /* integers wrap */
        if (fabs(got - should) > 1e-5 * (1 + fabs(should))) fail_msg("%s: %g, not %g", equation, got, should);
    }
    one_op_free(&o);
}

static void einsum(void **state)
{
    static const char *const equations[] = {"ab->ba",       "ab->",     "aad->d",    "a,b->ab",       "ab,bc->ac",
                                            "bac,bcd->bad", "abc,c->b", "ab,ab->",   "ab,bc,cd->ad",  "ab,cd->dbca",
                                            "a,a,a->a",     "abc->cb",  "ab,cb->ac", "abdg,gdba->ga", "d,abd,b->a"};
    for (size_t i = 0; i < sizeof equations / sizeof *equations; i++) {
        einsum_of(equations[i], INK_FLOAT);
        einsum_of(equations[i], INK_DOUBLE);
        einsum_of(equations[i], INK_INT8);
    }
}

/* "..." stands for dimensions that broadcast; without "->" the output has what occurs once. */
static void einsum_forms(void **state)
{
    static const float ones[] = {1, 1};
    static const struct {
        const char *equation;
        float want[6];
        size_t count;
    } cases[] = {
        {"...ij,...j", {3, 7, 11, 15, 19, 23}, 6},
        {" ...ij , ...j -> j... ", {4, 12, 20, 6, 14, 22}, 6},
    };
    for (size_t i = 0; i < 2; i++) {
        struct one_op o;
        one_op_init(&o, "", "Einsum", 12);
        one_op_f32(&o, up, 3, 2, 2);
        one_op_f32(&o, ones, 1, 2);
        one_op_text(&o, "equation", cases[i].equation);
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_floats(&o.out[0], cases[i].want, cases[i].count);
        one_op_free(&o);
    }
}

static void einsum_refused(void **state)
{
    static const char *const equations[] = {"i",      "ij,k", "ij.->i", "ij..->i", "......->i", "ij->ik", "ij->ii",
                                            "ij->i,", "ij-i", "i1->i",  "ijk->i",  "ij>i",      "ij->i;"};
    for (size_t i = 0; i < sizeof equations / sizeof *equations; i++) {
        struct one_op o;
        one_op_init(&o, "", "Einsum", 12);
        one_op_f32(&o, up, 2, 3);
        one_op_text(&o, "equation", equations[i]);
        assert_refused(&o, INK_E_MODEL, "");
    }
    struct one_op o;
    one_op_init(&o, "", "Einsum", 12);
    one_op_f32(&o, up, 2, 3);
    one_op_f32(&o, up, 2, 3);
    one_op_text(&o, "equation", "ij,jk");
    assert_refused(&o, INK_E_MODEL, "operand 1 has 2 where another has 3");
    one_op_init(&o, "", "Einsum", 12);
    one_op_f32(&o, up, 2, 3);
    assert_refused(&o, INK_E_MODEL, "equation is missing");
    one_op_init(&o, "", "Einsum", 12);
    one_op_f32(&o, up, 1);
    one_op_text(&o, "equation", ",,,,,,,,,,,,,,,,,,");
    assert_refused(&o, INK_E_UNSUPPORTED, "operands");
}

/* --- the rest --- */

static void determinants(void **state)
{
    static const float x[] = {0, 1, 1, 0, 2, 0, 0, 3, 1, 2, 2, 4}, want[] = {-1, 6, 0};
    static const float nothing = 1;
    struct one_op o;
    one_op_init(&o, "", "Det", 11);
    one_op_f32(&o, x, 3, 2, 2);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], want, 3);
    one_op_free(&o);
    one_op_init(&o, "", "Det", 11);
    one_op_f32(&o, NULL, 0, 0);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], &nothing, 1);
    one_op_free(&o);
    one_op_init(&o, "", "Det", 11);
    one_op_f32(&o, NULL, 2, 3);
    assert_refused(&o, INK_E_MODEL, "square");
}

static void diagonals(void **state)
{
    static const struct {
        int64_t k;
        uint8_t want[6];
    } cases[] = {{0, {1, 0, 0, 0, 1, 0}}, {2, {0, 0, 1, 0, 0, 0}}, {-1, {0, 0, 0, 1, 0, 0}}, {3, {0}},
                 {INT64_MIN, {0}},        {INT64_MAX, {0}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct one_op o;
        one_op_init(&o, "", "EyeLike", 9);
        one_op_f32(&o, NULL, 2, 3);
        one_op_int(&o, "k", cases[i].k);
        one_op_int(&o, "dtype", INK_BOOL);
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_memory_equal(o.out[0].data, cases[i].want, 6);
        one_op_free(&o);
    }
    struct one_op o;
    one_op_init(&o, "", "EyeLike", 9);
    one_op_f32(&o, NULL, 2, 3);
    one_op_int(&o, "dtype", INK_STRING);
    assert_refused(&o, INK_E_UNSUPPORTED, "string");
}

static void hardmax_of_equals_and_nan(void **state)
{
    static const float x[] = {1, 3, 3, 2, NAN, 5}, last[] = {0, 1, 0, 0, 1, 0}, all[] = {0, 0, 0, 0, 1, 0};
    struct one_op o;
    one_op_init(&o, "", "Hardmax", 13);
    one_op_f32(&o, x, 2, 3);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], last, 6);
    one_op_free(&o);
    one_op_init(&o, "", "Hardmax", 1);
    one_op_f32(&o, x, 2, 3);
    one_op_int(&o, "axis", 0);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], all, 6);
    one_op_free(&o);
}

static void unique_slices(void **state)
{
    static const float x[] = {2, 1, NAN, -0.0f, 0, NAN, 2}, values[] = {2, 1, NAN, 0};
    static const int64_t indices[] = {0, 1, 2, 3}, inverse[] = {0, 1, 2, 3, 3, 2, 0}, counts[] = {2, 1, 2, 2};
    struct one_op o;
    one_op_init(&o, "", "Unique", 11);
    one_op_f32(&o, x, 7);
    one_op_int(&o, "sorted", 0);
    o.out_count = 4;
    assert_int_equal(one_op_run(&o), INK_OK);
    for (size_t i = 0; i < 4; i++) {
        float got = ((const float *)o.out[0].data)[i];
        assert_true(got == values[i] || (isnan(got) && isnan(values[i])));
    }
    assert_memory_equal(o.out[1].data, indices, sizeof indices);
    assert_memory_equal(o.out[2].data, inverse, sizeof inverse);
    assert_memory_equal(o.out[3].data, counts, sizeof counts);
    one_op_free(&o);

    static const struct ink_view words[] = {
        {(const uint8_t *)"b", 1}, {(const uint8_t *)"", 0}, {(const uint8_t *)"b", 1}};
    one_op_init(&o, "", "Unique", 11);
    one_op_in(&o, INK_STRING, 2, (int64_t[]){1, 3}, words);
    one_op_int(&o, "axis", -1);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_int_equal(o.out[0].shape.dims[1], 2);
    assert_int_equal(((const struct ink_view *)o.out[0].data)[0].len, 0);
    one_op_free(&o);
    one_op_init(&o, "", "Unique", 11);
    one_op_f32(&o, NULL, 0);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_int_equal(ink_tensor_count(&o.out[0]), 0);
    one_op_free(&o);
    one_op_init(&o, "", "Unique", 11);
    one_op_f32(&o, x, 7);
    one_op_int(&o, "axis", 1);
    assert_refused(&o, INK_E_MODEL, "axis 1");
}

static void bits_stay(void **state)
{
    static const float x[] = {1, -2};
    static const uint32_t want[] = {0x3F800000, 0xC0000000};
    struct one_op o;
    one_op_init(&o, "", "BitCast", 26);
    one_op_f32(&o, x, 2);
    one_op_int(&o, "to", INK_UINT32);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_memory_equal(o.out[0].data, want, sizeof want);
    one_op_free(&o);
    static const int64_t wrong[] = {INK_INT64, INK_STRING, 0, 99};
    for (size_t i = 0; i < 4; i++) {
        one_op_init(&o, "", "BitCast", 26);
        one_op_f32(&o, x, 2);
        one_op_int(&o, "to", wrong[i]);
        assert_refused(&o, INK_E_MODEL, i ? "to type" : "as many bits");
    }
}

static void reversed(void **state)
{
    static const int64_t lengths[] = {0, 2}, long_one[] = {0, 4}, negative[] = {-1, 0};
    static const float want[] = {1, 2, 3, 5, 4, 6};
    struct one_op o;
#define BEGIN(values)                                                                                                  \
    one_op_init(&o, "", "ReverseSequence", 10);                                                                        \
    one_op_f32(&o, up, 2, 3);                                                                                          \
    one_op_in(&o, INK_INT64, 1, (int64_t[]){2}, values);                                                               \
    one_op_int(&o, "batch_axis", 0)
    BEGIN(lengths);
    one_op_int(&o, "time_axis", 1);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], want, 6);
    one_op_free(&o);
    BEGIN(long_one);
    one_op_int(&o, "time_axis", 1);
    assert_refused(&o, INK_E_MODEL, "4 steps");
    BEGIN(negative);
    one_op_int(&o, "time_axis", 1);
    assert_refused(&o, INK_E_MODEL, "-1 steps");
    BEGIN(lengths); /* time_axis is 0 as well */
    assert_refused(&o, INK_E_MODEL, "batch_axis");
#undef BEGIN
}

static void crop_and_pad(void **state)
{
    static const int32_t sizes[] = {1, 5}, negative[] = {-1, 3};
    static const float want[] = {0, 1, 2, 3, 0};
    struct one_op o;
#define BEGIN(values)                                                                                                  \
    one_op_init(&o, "", "CenterCropPad", 18);                                                                          \
    one_op_f32(&o, up, 2, 3);                                                                                          \
    one_op_in(&o, INK_INT32, 1, (int64_t[]){2}, values)
    BEGIN(sizes);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], want, 5);
    one_op_free(&o);
    BEGIN(negative);
    assert_refused(&o, INK_E_MODEL, "value -1");
    BEGIN(sizes);
    one_op_ints(&o, "axes", 1);
    assert_refused(&o, INK_E_MODEL, "shape has 2");
    BEGIN(sizes);
    one_op_ints(&o, "axes", 1, -1);
    assert_refused(&o, INK_E_MODEL, "twice");
    BEGIN(sizes);
    one_op_ints(&o, "axes", 0, 2);
    assert_refused(&o, INK_E_MODEL, "axis 2");
#undef BEGIN
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(einsum),        cmocka_unit_test(einsum_forms), cmocka_unit_test(einsum_refused),
        cmocka_unit_test(determinants),  cmocka_unit_test(diagonals),    cmocka_unit_test(hardmax_of_equals_and_nan),
        cmocka_unit_test(unique_slices), cmocka_unit_test(bits_stay),    cmocka_unit_test(reversed),
        cmocka_unit_test(crop_and_pad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
