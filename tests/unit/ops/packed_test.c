/* SPDX-License-Identifier: MIT */
/* Elements of 2 and 4 bits, an odd number of them: unpacked one by one here, to be held against what operators make. And
 * pictures from bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "one_op.h"

static unsigned element(const struct ink_tensor *t, size_t i)
{
    size_t bits = ink_dtype_bits(t->dtype);
    return ((const uint8_t *)t->data)[i * bits / 8] >> (i * bits % 8) & ((1u << bits) - 1);
}

static void assert_elements(const struct ink_tensor *t, size_t n, const unsigned *want)
{
    assert_int_equal(ink_tensor_count(t), n);
    for (size_t i = 0; i < n; i++)
        if (element(t, i) != want[i]) fail_msg("element %zu is %u, not %u", i, element(t, i), want[i]);
}

static void transposed(void **state)
{
    static const uint8_t nibbles[] = {0x10, 0x32, 0x04}, crumbs[] = {0xE4, 0x00}; /* 0 1 2 3 4, 0 1 2 3 0 */
    static const unsigned want_5x1[] = {0, 1, 2, 3, 0};
    struct one_op o;
    one_op_init(&o, "", "Transpose", 25);
    one_op_in(&o, INK_UINT2, 2, (int64_t[]){5, 1}, crumbs);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_elements(&o.out[0], 5, want_5x1);
    one_op_free(&o);
    static const uint8_t matrix[] = {0x10, 0x32, 0x54};
    static const unsigned turned[] = {0, 3, 1, 4, 2, 5};
    one_op_init(&o, "", "Transpose", 21);
    one_op_in(&o, INK_INT4, 2, (int64_t[]){2, 3}, matrix);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_elements(&o.out[0], 6, turned);
    one_op_free(&o);
    one_op_init(&o, "", "Transpose", 23);
    one_op_in(&o, INK_FLOAT4E2M1, 1, (int64_t[]){5}, nibbles);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_elements(&o.out[0], 5, (const unsigned[]){0, 1, 2, 3, 4});
    one_op_free(&o);
}

static void padded(void **state)
{
    static const uint8_t x[] = {0x21, 0x03}, value[] = {0x0F};
    static const int64_t pads[] = {1, 2};
    static const unsigned want[] = {15, 1, 2, 3, 15, 15};
    struct one_op o;
    one_op_init(&o, "", "Pad", 21);
    one_op_in(&o, INK_UINT4, 1, (int64_t[]){3}, x);
    one_op_in(&o, INK_INT64, 1, (int64_t[]){2}, pads);
    one_op_in(&o, INK_UINT4, 0, NULL, value);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_elements(&o.out[0], 6, want);
    one_op_free(&o);
}

static void scattered(void **state)
{
    static const uint8_t past[] = {0x11, 0x11, 0x11}, update[] = {0x32};
    static const int64_t start[] = {1, 2};
    static const unsigned want[] = {1, 2, 1, 1, 1, 3};
    struct one_op o;
    one_op_init(&o, "", "TensorScatter", 24);
    one_op_in(&o, INK_INT4, 3, (int64_t[]){2, 3, 1}, past);
    one_op_in(&o, INK_INT4, 3, (int64_t[]){2, 1, 1}, update);
    one_op_in(&o, INK_INT64, 1, (int64_t[]){2}, start);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_elements(&o.out[0], 6, want);
    one_op_free(&o);
}

static void filled(void **state)
{
    static const int64_t five = 5;
    static const enum ink_dtype types[] = {INK_INT4, INK_UINT2};
    for (size_t i = 0; i < 2; i++) {
        struct one_op o;
        static const uint8_t two = 2;
        const struct ink_stored_tensor value = {.tensor = {types[i], {1, {1}}, (void *)(uintptr_t)&two}};
        one_op_init(&o, "", "ConstantOfShape", 25);
        one_op_in(&o, INK_INT64, 1, (int64_t[]){1}, &five);
        one_op_attr(&o, "value", INK_ATTRIBUTE_TENSOR, 1)->tensors = &value;
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_elements(&o.out[0], 5, (const unsigned[]){2, 2, 2, 2, 2});
        one_op_free(&o);
    }
}

/* --- ImageDecoder --- */

/* Two pixels side by side, red and blue, in 24 bits. */
static const uint8_t bmp[] = {
    'B', 'M', 62, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0,                                    /* file */
    40,  0,   0,  0, 2, 0, 0, 0, 1, 0, 0,  0, 1, 0, 24, 0, 0, 0, 0,   0,   8, 0, 0, 0, /* picture */
    0,   0,   0,  0, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 255, 255, 0, 0, 0, 0, /* pixels, B G R */
};

static void picture_of(struct one_op *o, const void *bytes, size_t len, const char *format)
{
    one_op_init(o, "", "ImageDecoder", 20);
    one_op_in(o, INK_UINT8, 1, (int64_t[]){(int64_t)len}, bytes);
    one_op_text(o, "pixel_format", format);
}

static void pictures(void **state)
{
    static const uint8_t rgb[] = {255, 0, 0, 0, 0, 255}, bgr[] = {0, 0, 255, 255, 0, 0}, grey[] = {76, 29};
    struct one_op o;
    picture_of(&o, bmp, sizeof bmp, "RGB");
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_int_equal(o.out[0].shape.dims[2], 3);
    assert_memory_equal(o.out[0].data, rgb, sizeof rgb);
    one_op_free(&o);
    picture_of(&o, bmp, sizeof bmp, "BGR");
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_memory_equal(o.out[0].data, bgr, sizeof bgr);
    one_op_free(&o);
    picture_of(&o, bmp, sizeof bmp, "Grayscale");
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_int_equal(o.out[0].shape.dims[2], 1);
    assert_memory_equal(o.out[0].data, grey, sizeof grey);
    one_op_free(&o);
    for (size_t len = 0; len < sizeof bmp - 2; len += 59) { /* nothing, or cut off: no picture */
        picture_of(&o, bmp, len, "RGB");
        assert_int_equal(one_op_run(&o), INK_OK);
        assert_int_equal(ink_tensor_count(&o.out[0]), 0);
        assert_int_equal(o.out[0].shape.rank, 3);
        one_op_free(&o);
    }
    picture_of(&o, "II*\0", 4, "RGB");
    assert_refused(&o, INK_E_UNSUPPORTED, "TIFF");
    picture_of(&o, bmp, sizeof bmp, "YUV");
    assert_refused(&o, INK_E_MODEL, "YUV");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transposed), cmocka_unit_test(padded),   cmocka_unit_test(scattered),
        cmocka_unit_test(filled),     cmocka_unit_test(pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
