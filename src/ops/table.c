/* SPDX-License-Identifier: MIT */
/* table.c - the operators that inkling has: sorted by domain, name and version, so that a look-up is a binary search.
 *
 * A family's functions are declared in its header and live in its file. */
#include "ops/table.h"

#include "ops/conv.h"
#include "ops/identity.h"
#include "ops/pool.h"

#define BIT INK_DTYPE_BIT

#define FLOATS (INK_TYPES_FLOAT & ~BIT(INK_BFLOAT16)) /* as before bfloat16 was added */

/* Functions of a family. */
#define CONV                                                                                                           \
    .load = ink_conv_load, .shape = ink_conv_shape, .prepare = ink_conv_prepare, .run = ink_conv_run,                  \
    .multiply_adds = ink_conv_multiply_adds
#define CONV_TRANSPOSE                                                                                                 \
    .load = ink_conv_transpose_load, .shape = ink_conv_transpose_shape, .prepare = ink_conv_transpose_prepare,         \
    .run = ink_conv_transpose_run, .multiply_adds = ink_conv_transpose_multiply_adds
#define POOL(kind)                                                                                                     \
    .load = ink_pool_load, .shape = ink_pool_shape, .prepare = ink_pool_prepare, .run = ink_pool_run,                  \
    .multiply_adds = ink_pool_multiply_adds, .param = &ink_pool_##kind
#define GLOBAL_POOL(kind)                                                                                              \
    .load = ink_global_pool_load, .shape = ink_global_pool_shape, .prepare = ink_global_pool_prepare,                  \
    .run = ink_global_pool_run, .param = &ink_pool_##kind

static const struct ink_op table[] = {
    /* clang-format off */
    {"", "AveragePool", 1, "T>T", {FLOATS}, 0, POOL(average)},
    {"", "AveragePool", 22, "T>T", {INK_TYPES_FLOAT}, 0, POOL(average)},
    {"", "Conv", 1, "TTT?>T", {FLOATS}, 0, CONV},
    {"", "Conv", 22, "TTT?>T", {INK_TYPES_FLOAT}, 0, CONV},
    {"", "ConvTranspose", 1, "TTT?>T", {FLOATS}, 0, CONV_TRANSPOSE},
    {"", "ConvTranspose", 22, "TTT?>T", {INK_TYPES_FLOAT}, 0, CONV_TRANSPOSE},
    {"", "GlobalAveragePool", 1, "T>T", {FLOATS}, 0, GLOBAL_POOL(average)},
    {"", "GlobalAveragePool", 22, "T>T", {INK_TYPES_FLOAT}, 0, GLOBAL_POOL(average)},
    {"", "GlobalLpPool", 1, "T>T", {FLOATS}, 0, GLOBAL_POOL(lp_old)},
    {"", "GlobalLpPool", 2, "T>T", {FLOATS}, 0, GLOBAL_POOL(lp)},
    {"", "GlobalLpPool", 22, "T>T", {INK_TYPES_FLOAT}, 0, GLOBAL_POOL(lp)},
    {"", "GlobalMaxPool", 1, "T>T", {FLOATS}, 0, GLOBAL_POOL(max)},
    {"", "GlobalMaxPool", 22, "T>T", {INK_TYPES_FLOAT}, 0, GLOBAL_POOL(max)},
    {"", "Identity", 1, "T>T", {INK_TYPES_ALL}, INK_OP_VIEW, .shape = ink_op_shape_same, .run = ink_identity_run},
    {"", "LpPool", 1, "T>T", {FLOATS}, 0, POOL(lp_old)},
    {"", "LpPool", 2, "T>T", {FLOATS}, 0, POOL(lp)},
    {"", "LpPool", 22, "T>T", {INK_TYPES_FLOAT}, 0, POOL(lp)},
    {"", "MaxPool", 1, "T>T", {FLOATS}, 0, POOL(max)},
    {"", "MaxPool", 8, "T>Ti?", {FLOATS}, 0, POOL(max)},
    {"", "MaxPool", 12, "T>Ti?", {FLOATS | BIT(INK_INT8) | BIT(INK_UINT8)}, 0, POOL(max)},
    {"", "MaxPool", 22, "T>Ti?", {INK_TYPES_FLOAT | BIT(INK_INT8) | BIT(INK_UINT8)}, 0, POOL(max)},
    {"inkling", "Conv", 1, "TTT?T?>T", {BIT(INK_FLOAT)}, 0, CONV},
    /* clang-format on */
};

enum { ROWS = sizeof table / sizeof table[0] };

static int compare_text(struct ink_view a, const char *b)
{
    size_t b_len = strlen(b), least = a.len < b_len ? a.len : b_len;
    int order = least ? memcmp(a.data, b, least) : 0;
    return order ? order : a.len < b_len ? -1 : a.len > b_len;
}

const struct ink_op *ink_op_find(struct ink_view domain, struct ink_view name, int64_t opset, bool *known)
{
    /* the first row of that name, then on to the newest version that is not too new */
    size_t low = 0, high = ROWS;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare_text(domain, table[middle].domain);
        if (!order) order = compare_text(name, table[middle].name);
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    const struct ink_op *found = NULL;
    *known = false;
    for (size_t i = low; i < ROWS && !compare_text(domain, table[i].domain) && !compare_text(name, table[i].name);
         i++) {
        *known = true;
        if (table[i].since <= opset) found = &table[i];
    }
    return found;
}

const struct ink_op *ink_op_row(size_t i)
{
    return i < ROWS ? &table[i] : NULL;
}
