/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include <math.h>

#include "kernels/convert.h"

/* Element i as a double; complex types have two a place. */
static double element(const struct ink_tensor *t, size_t i)
{
    uint16_t half;
    switch (t->dtype) {
    case INK_COMPLEX64:
    case INK_FLOAT: return ((const float *)t->data)[i];
    case INK_COMPLEX128:
    case INK_DOUBLE: return ((const double *)t->data)[i];
    case INK_FLOAT16: memcpy(&half, (const uint16_t *)t->data + i, 2); return ink_f16_to_f32(half);
    case INK_BFLOAT16: memcpy(&half, (const uint16_t *)t->data + i, 2); return ink_bf16_to_f32(half);
    default: return (double)ink_tensor_i64(t, i);
    }
}

static bool is_real(enum ink_dtype dtype)
{
    return dtype == INK_FLOAT || dtype == INK_DOUBLE || dtype == INK_FLOAT16 || dtype == INK_BFLOAT16 ||
           dtype == INK_COMPLEX64 || dtype == INK_COMPLEX128;
}

static bool close_enough(double have, double wanted, double rtol, double atol)
{
    if (isnan(wanted)) return isnan(have);
    if (isinf(wanted)) return have == wanted;
    return fabs(have - wanted) <= atol + rtol * fabs(wanted);
}

ink_status ink_compare_kinds(const struct ink_tensor *have, const struct ink_tensor *wanted, struct ink_error *err)
{
    char a[INK_SHAPE_TEXT_MAX], b[INK_SHAPE_TEXT_MAX];
    if (have->dtype == wanted->dtype && ink_shape_equal(&have->shape, &wanted->shape)) return INK_OK;
    return ink_fail(err, INK_E_CHANGED, "is %s %s, should be %s %s", ink_dtype_word(have->dtype),
                    ink_shape_text(&have->shape, a), ink_dtype_word(wanted->dtype), ink_shape_text(&wanted->shape, b));
}

ink_status ink_compare_tensors(const struct ink_tensor *have, const struct ink_tensor *wanted, double rtol, double atol,
                               struct ink_error *err)
{
    ink_status st = ink_compare_kinds(have, wanted, err);
    if (st) return st;
    size_t count = ink_tensor_count(wanted);
    if (ink_dtype_is_container(wanted->dtype)) {
        for (size_t i = 0; i < count; i++) {
            st = ink_compare_tensors((const struct ink_tensor *)have->data + i,
                                     (const struct ink_tensor *)wanted->data + i, rtol, atol, err);
            if (st) return ink_fail_in(err, "element %zu", i);
        }
        return INK_OK;
    }
    if (wanted->dtype == INK_STRING) {
        const struct ink_view *x = have->data, *y = wanted->data;
        for (size_t i = 0; i < count; i++)
            if (!ink_view_equal(x[i], y[i]))
                return ink_fail(err, INK_E_CHANGED, "element %zu is \"%.*s\", should be \"%.*s\"", i,
                                INK_VIEW_ARGS(x[i]), INK_VIEW_ARGS(y[i]));
        return INK_OK;
    }
    if (!is_real(wanted->dtype)) {
        if (count && memcmp(have->data, wanted->data, ink_tensor_bytes(wanted)))
            return ink_fail(err, INK_E_CHANGED, "its %s values are not equal", ink_dtype_word(wanted->dtype));
        return INK_OK;
    }
    if (wanted->dtype == INK_COMPLEX64 || wanted->dtype == INK_COMPLEX128) count *= 2;
    for (size_t i = 0; i < count; i++)
        if (!close_enough(element(have, i), element(wanted, i), rtol, atol))
            return ink_fail(err, INK_E_CHANGED, "element %zu of %zu is %.9g, should be %.9g", i, count,
                            element(have, i), element(wanted, i));
    return INK_OK;
}
