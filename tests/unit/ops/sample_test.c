/* SPDX-License-Identifier: MIT */
/* Reading pictures between their pixels and in regions: what the backend tests leave out, places that are no numbers, and
 * what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "one_op.h"

static const float up[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

/* Five places on a line of three pixels: beyond both ends, far beyond, nowhere, and in the middle. */
static void places_outside(void **state)
{
    static const float grid[] = {-2, 2, 1e30f, NAN, 0};
    static const struct {
        const char *mode, *border;
        int64_t align;
        float want[5];
    } cases[] = {
        {"nearest", "zeros", 0, {0, 0, 0, 0, 20}},
        {"nearest", "border", 0, {10, 30, 30, 10, 20}},
        {"linear", "border", 1, {10, 30, 30, 10, 20}},
        {"linear", "reflection", 1, {20, 20, 0, 10, 20}}, /* [2] is anything between 10 and 30 */
        {"cubic", "zeros", 1, {0, 0, 0, 0, 20}},
    };
    static const uint8_t x[] = {10, 20, 30};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct one_op o;
        one_op_init(&o, "", "GridSample", 20);
        one_op_in(&o, INK_UINT8, 3, (int64_t[]){1, 1, 3}, x);
        one_op_f32(&o, grid, 1, 5, 1);
        one_op_text(&o, "mode", cases[i].mode);
        one_op_text(&o, "padding_mode", cases[i].border);
        one_op_int(&o, "align_corners", cases[i].align);
        assert_int_equal(one_op_run(&o), INK_OK);
        const uint8_t *y = o.out[0].data;
        for (size_t k = 0; k < 5; k++) {
            if (!strcmp(cases[i].border, "reflection") && k == 2)
                assert_in_range(y[k], 10, 30);
            else if (y[k] != (uint8_t)cases[i].want[k])
                fail_msg("%s, %s: sample %zu is %d", cases[i].mode, cases[i].border, k, y[k]);
        }
        one_op_free(&o);
    }
}

static void grid_refused(void **state)
{
    struct one_op o;
#define BEGIN(opset)                                                                                                   \
    one_op_init(&o, "", "GridSample", opset);                                                                          \
    one_op_f32(&o, NULL, 1, 1, 3)
    BEGIN(16); /* two dimensions and no other */
    one_op_f32(&o, NULL, 1, 5, 1);
    assert_refused(&o, INK_E_MODEL, "grid");
    BEGIN(20);
    one_op_f32(&o, NULL, 1, 5, 2);
    assert_refused(&o, INK_E_MODEL, "grid");
    BEGIN(20);
    one_op_f32(&o, NULL, 1, 5, 1);
    one_op_text(&o, "mode", "bilinear"); /* its name before opset 20 */
    assert_refused(&o, INK_E_MODEL, "bilinear");
    BEGIN(20);
    one_op_f32(&o, NULL, 1, 5, 1);
    one_op_text(&o, "padding_mode", "wrap");
    assert_refused(&o, INK_E_MODEL, "wrap");
#undef BEGIN
}

static void affine_grid(void **state)
{
    static const float turned[] = {0, -1, 0, 1, 0, 0.5f};
    static const int64_t size[] = {1, 1, 1, 2}, wrong[] = {2, 1, 1, 2}, negative[] = {1, 1, -1, 2};
    static const float want[] = {0, -0.5f, 0, 1.5f}; /* x is -1, 1 and y, one row of pixels, 0 */
    struct one_op o;
    one_op_init(&o, "", "AffineGrid", 20);
    one_op_f32(&o, turned, 1, 2, 3);
    one_op_in(&o, INK_INT64, 1, (int64_t[]){4}, size);
    one_op_int(&o, "align_corners", 1);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], want, 4);
    one_op_free(&o);
    for (int i = 0; i < 2; i++) {
        one_op_init(&o, "", "AffineGrid", 20);
        one_op_f32(&o, turned, 1, 2, 3);
        one_op_in(&o, INK_INT64, 1, (int64_t[]){4}, i ? wrong : negative);
        assert_refused(&o, INK_E_MODEL, "grid");
    }
}

static void roi_begin(struct one_op *o, const float *rois, const int64_t *picture)
{
    one_op_init(o, "", "RoiAlign", 16);
    one_op_f32(o, up, 1, 1, 3, 4);
    one_op_f32(o, rois, 1, 4);
    one_op_in(o, INK_INT64, 1, (int64_t[]){1}, picture);
}

static void regions(void **state)
{
    static const float whole[] = {0, 0, 4, 3}, backwards[] = {3, 3, 0, 0}, huge[] = {0, 0, 1e9f, 1};
    static const float nowhere[] = {NAN, 0, 1, 1}, long_one[] = {0, 0, 1e6f, 1};
    static const int64_t first = 0, second = 1, before = -1;
    static const float mean = 6.5f, nothing = 0;
    struct one_op o;
    roi_begin(&o, whole, &first);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], &mean, 1);
    one_op_free(&o);
    roi_begin(&o, backwards, &first); /* has no samples */
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], &nothing, 1);
    one_op_free(&o);
    roi_begin(&o, whole, &second);
    assert_refused(&o, INK_E_MODEL, "picture 1 of 1");
    roi_begin(&o, whole, &before);
    assert_refused(&o, INK_E_MODEL, "picture -1");
    roi_begin(&o, huge, &first);
    assert_refused(&o, INK_E_LIMIT, "region");
    roi_begin(&o, nowhere, &first);
    assert_refused(&o, INK_E_LIMIT, "region");
    roi_begin(&o, long_one, &first);
    assert_refused(&o, INK_E_LIMIT, "bin");
    roi_begin(&o, whole, &first);
    one_op_int(&o, "output_height", 0);
    assert_refused(&o, INK_E_MODEL, "output would be 0 x 1");
    roi_begin(&o, whole, &first);
    one_op_text(&o, "mode", "sum");
    assert_refused(&o, INK_E_MODEL, "mode");
}

static void pooled_regions(void **state)
{
    static const float rois[] = {0, 0, 0, 3, 2, 0, 2, 1, 9, 9}, wrong[] = {NAN, 0, 0, 1, 1};
    static const float want[] = {6, 8, 10, 12, 12, 0, 0, 0}; /* the second one is mostly outside of the picture */
    struct one_op o;
    one_op_init(&o, "", "MaxRoiPool", 1);
    one_op_f32(&o, up, 1, 1, 3, 4);
    one_op_f32(&o, rois, 2, 5);
    one_op_ints(&o, "pooled_shape", 2, 2);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], want, 8);
    one_op_free(&o);
    one_op_init(&o, "", "MaxRoiPool", 1);
    one_op_f32(&o, up, 1, 1, 3, 4);
    one_op_f32(&o, wrong, 1, 5);
    one_op_ints(&o, "pooled_shape", 2, 2);
    assert_refused(&o, INK_E_MODEL, "picture -1");
    one_op_init(&o, "", "MaxRoiPool", 1);
    one_op_f32(&o, up, 1, 1, 3, 4);
    one_op_f32(&o, wrong, 1, 5);
    assert_refused(&o, INK_E_MODEL, "pooled_shape");
}

/* Without offsets it is a convolution; a tap that is moved out of the picture, or to nowhere, reads 0. */
static void deform_conv(void **state)
{
    static const float ones[] = {1, 1}, offset[] = {0, 0, 0, -3, 0, NAN}; /* of taps 0 and 1, for each of 3 outputs */
    struct one_op o;
    one_op_init(&o, "", "DeformConv", 19);
    one_op_f32(&o, up, 1, 1, 4);
    one_op_f32(&o, ones, 1, 1, 2);
    one_op_f32(&o, offset, 1, 2, 3);
    assert_int_equal(one_op_run(&o), INK_OK);
    const float *y = o.out[0].data;
    assert_true(y[0] == 1 && y[1] == 2 + 3 && y[2] == 3);
    one_op_free(&o);
    one_op_init(&o, "", "DeformConv", 19);
    one_op_f32(&o, up, 1, 1, 4);
    one_op_f32(&o, ones, 1, 1, 2);
    one_op_f32(&o, offset, 1, 3, 2);
    assert_refused(&o, INK_E_MODEL, "input 2 is [1,3,2]");
    one_op_init(&o, "", "DeformConv", 19);
    one_op_f32(&o, up, 1, 1, 4);
    one_op_f32(&o, ones, 1, 1, 2);
    one_op_f32(&o, offset, 1, 2, 3);
    one_op_int(&o, "offset_group", 2);
    assert_refused(&o, INK_E_MODEL, "weights");
    one_op_init(&o, "", "DeformConv", 19);
    one_op_f32(&o, up, 1, 1, 4);
    one_op_f32(&o, ones, 1, 1, 2);
    one_op_f32(&o, offset, 1, 2, 3);
    one_op_int(&o, "group", INT64_MIN);
    assert_refused(&o, INK_E_MODEL, "group");
}

static void boxes_begin(struct one_op *o, const int64_t *most)
{
    static const float boxes[] = {0, 0, 2, 2, 0, 0, 2, 1.9f, 5, 5, 6, 6, 0, 0, 0, 0};
    static const float scores[] = {0.5f, NAN, 0.25f, 0.25f};
    one_op_init(o, "", "NonMaxSuppression", 11);
    one_op_f32(o, boxes, 1, 4, 4);
    one_op_f32(o, scores, 1, 1, 4);
    one_op_in(o, INK_INT64, 1, (int64_t[]){1}, most);
}

static void boxes(void **state)
{
    static const int64_t all = INT64_MAX, none = INT64_MIN, want[] = {0, 0, 1, 0, 0, 2, 0, 0, 3};
    struct one_op o;
    boxes_begin(&o, &all); /* a NaN counts as the best; an empty box overlaps nothing */
    one_op_f32(&o, &(const float[]){0.5f}[0], 1);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_int_equal(ink_tensor_count(&o.out[0]), 9);
    assert_memory_equal(o.out[0].data, want, sizeof want);
    one_op_free(&o);
    boxes_begin(&o, &none);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_int_equal(ink_tensor_count(&o.out[0]), 0);
    one_op_free(&o);
    boxes_begin(&o, &all);
    one_op_f32(&o, NULL, 2);
    assert_refused(&o, INK_E_MODEL, "iou_threshold");
    one_op_init(&o, "", "NonMaxSuppression", 10);
    one_op_f32(&o, NULL, 1, 4, 4);
    one_op_f32(&o, NULL, 1, 1, 3);
    assert_refused(&o, INK_E_MODEL, "scores [1,1,3]");
    boxes_begin(&o, &all);
    one_op_int(&o, "center_point_box", 2);
    assert_refused(&o, INK_E_MODEL, "center_point_box");
}

static void unpool_begin(struct one_op *o, const int64_t *places)
{
    one_op_init(o, "", "MaxUnpool", 11);
    one_op_f32(o, up, 1, 1, 2);
    one_op_in(o, INK_INT64, 3, (int64_t[]){1, 1, 2}, places);
    one_op_ints(o, "kernel_shape", 2);
    one_op_ints(o, "strides", 2);
}

static void unpool(void **state)
{
    static const int64_t places[] = {3, 0}, outside[] = {0, 4}, negative[] = {-1, 0}, small[] = {1, 1, 3};
    static const float want[] = {2, 0, 0, 1};
    struct one_op o;
    unpool_begin(&o, places);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_floats(&o.out[0], want, 4);
    one_op_free(&o);
    unpool_begin(&o, outside);
    assert_refused(&o, INK_E_MODEL, "place 4 of 4");
    unpool_begin(&o, negative);
    assert_refused(&o, INK_E_MODEL, "place -1");
    unpool_begin(&o, places);
    one_op_in(&o, INK_INT64, 1, (int64_t[]){3}, small);
    assert_refused(&o, INK_E_MODEL, "output_shape");
    unpool_begin(&o, places);
    one_op_ints(&o, "pads", 2, 2);
    assert_refused(&o, INK_E_MODEL, "nothing can have been pooled");
}

static void columns_begin(struct one_op *o, const int64_t *image, const int64_t *block)
{
    static const int32_t x[] = {1, 2, 3, 4};
    one_op_init(o, "", "Col2Im", 18);
    one_op_in(o, INK_INT32, 3, (int64_t[]){1, 2, 2}, x);
    one_op_in(o, INK_INT64, 1, (int64_t[]){1}, image);
    one_op_in(o, INK_INT64, 1, (int64_t[]){1}, block);
}

/* Blocks [1, 3] at 0 and [2, 4] at 1 overlap in the middle. */
static void columns(void **state)
{
    static const int64_t three = 3, two = 2, huge = INT64_MAX, zero = 0;
    static const int32_t want[] = {1, 5, 4};
    struct one_op o;
    columns_begin(&o, &three, &two);
    assert_int_equal(one_op_run(&o), INK_OK);
    assert_memory_equal(o.out[0].data, want, sizeof want);
    one_op_free(&o);
    columns_begin(&o, &huge, &two);
    assert_refused(&o, INK_E_MODEL, "image_shape");
    columns_begin(&o, &three, &zero);
    assert_refused(&o, INK_E_MODEL, "block_shape");
    columns_begin(&o, &two, &two);
    assert_refused(&o, INK_E_MODEL, "columns [1,2,2]");
    columns_begin(&o, &three, &two);
    one_op_ints(&o, "strides", 1, 1);
    assert_refused(&o, INK_E_MODEL, "lists");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_outside), cmocka_unit_test(grid_refused),   cmocka_unit_test(affine_grid),
        cmocka_unit_test(regions),        cmocka_unit_test(pooled_regions), cmocka_unit_test(deform_conv),
        cmocka_unit_test(boxes),          cmocka_unit_test(unpool),         cmocka_unit_test(columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
