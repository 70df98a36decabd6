/* SPDX-License-Identifier: MIT */
/* table.c - the operators that inkling has: sorted by domain, name and version, so that a look-up is a binary search.
 *
 * A family's functions are declared in its header and live in its file. */
#include "ops/table.h"

#include "ops/arg_reduce.h"
#include "ops/conv.h"
#include "ops/identity.h"
#include "ops/matmul.h"
#include "ops/norm.h"
#include "ops/pool.h"
#include "ops/reduce.h"
#include "ops/softmax.h"

#define BIT INK_DTYPE_BIT

#define FLOATS (INK_TYPES_FLOAT & ~BIT(INK_BFLOAT16))                /* as before bfloat16 was added */
#define WIDE   (INK_TYPES_INDEX | BIT(INK_UINT32) | BIT(INK_UINT64)) /* integers that sums are allowed for */
#define BYTES  (BIT(INK_INT8) | BIT(INK_UINT8))

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
#define MATMUL                                                                                                         \
    .shape = ink_matmul_shape, .prepare = ink_matmul_prepare, .run = ink_matmul_run,                                   \
    .multiply_adds = ink_matmul_multiply_adds
#define GEMM                                                                                                           \
    .load = ink_gemm_load, .shape = ink_gemm_shape, .prepare = ink_gemm_prepare, .run = ink_gemm_run,                  \
    .multiply_adds = ink_gemm_multiply_adds
#define SOFTMAX(kind)                                                                                                  \
    .load = ink_softmax_load, .shape = ink_softmax_shape, .prepare = ink_softmax_prepare, .run = ink_softmax_run,      \
    .param = &ink_##kind
#define REDUCE(what)                                                                                                   \
    .load = ink_reduce_load, .shape = ink_reduce_shape, .prepare = ink_reduce_prepare, .run = ink_reduce_run,          \
    .multiply_adds = ink_reduce_multiply_adds, .param = INK_REDUCTION(what)
#define ARG(which) .load = ink_arg_load, .shape = ink_arg_shape, .run = ink_arg_run, .param = &ink_arg_##which
#define BATCH_NORM                                                                                                     \
    .load = ink_batch_norm_load, .shape = ink_batch_norm_shape, .prepare = ink_batch_norm_prepare,                     \
    .run = ink_batch_norm_run
#define GROUP_NORM(kind)                                                                                               \
    .load = ink_group_norm_load, .shape = ink_group_norm_shape, .prepare = ink_norm_prepare,                           \
    .run = ink_group_norm_run, .param = &ink_norm_##kind
#define LAYER_NORM(kind)                                                                                               \
    .load = ink_layer_norm_load, .shape = ink_layer_norm_shape, .prepare = ink_layer_norm_prepare,                     \
    .run = ink_layer_norm_run, .param = &ink_norm_##kind
#define MEAN_VARIANCE                                                                                                  \
    .load = ink_mean_variance_load, .shape = ink_mean_variance_shape, .prepare = ink_mean_variance_prepare,            \
    .run = ink_mean_variance_run
#define LRN .load = ink_lrn_load, .shape = ink_lrn_shape, .prepare = ink_norm_prepare, .run = ink_lrn_run
#define LP_NORM                                                                                                        \
    .load = ink_lp_norm_load, .shape = ink_lp_norm_shape, .prepare = ink_norm_prepare, .run = ink_lp_norm_run

static const struct ink_op table[] = {
    /* clang-format off */
    {"", "ArgMax", 1, "T>i", {INK_TYPES_NUMBER & ~BIT(INK_BFLOAT16)}, 0, ARG(max)},
    {"", "ArgMax", 13, "T>i", {INK_TYPES_NUMBER}, 0, ARG(max)},
    {"", "ArgMin", 1, "T>i", {INK_TYPES_NUMBER & ~BIT(INK_BFLOAT16)}, 0, ARG(min)},
    {"", "ArgMin", 13, "T>i", {INK_TYPES_NUMBER}, 0, ARG(min)},
    {"", "AveragePool", 1, "T>T", {FLOATS}, 0, POOL(average)},
    {"", "AveragePool", 22, "T>T", {INK_TYPES_FLOAT}, 0, POOL(average)},
    {"", "BatchNormalization", 1, "TTTTT>TT?T?T?T?", {FLOATS}, 0, BATCH_NORM},
    {"", "BatchNormalization", 6, "TTTTT>TT?T?T?T?", {FLOATS}, 0, BATCH_NORM},
    {"", "BatchNormalization", 7, "TTTTT>TT?T?T?T?", {FLOATS}, 0, BATCH_NORM},
    {"", "BatchNormalization", 9, "TTTTT>TT?T?T?T?", {FLOATS}, 0, BATCH_NORM},
    {"", "BatchNormalization", 14, "TTTUU>TU?U?", {INK_TYPES_FLOAT, INK_TYPES_FLOAT}, 0, BATCH_NORM},
    {"", "BatchNormalization", 15, "TUUVV>TV?V?", {INK_TYPES_FLOAT, INK_TYPES_FLOAT, INK_TYPES_FLOAT}, 0, BATCH_NORM},
    {"", "Conv", 1, "TTT?>T", {FLOATS}, 0, CONV},
    {"", "Conv", 22, "TTT?>T", {INK_TYPES_FLOAT}, 0, CONV},
    {"", "ConvTranspose", 1, "TTT?>T", {FLOATS}, 0, CONV_TRANSPOSE},
    {"", "ConvTranspose", 22, "TTT?>T", {INK_TYPES_FLOAT}, 0, CONV_TRANSPOSE},
    {"", "Gemm", 1, "TTT>T", {FLOATS}, 0, GEMM},
    {"", "Gemm", 9, "TTT>T", {FLOATS | WIDE}, 0, GEMM},
    {"", "Gemm", 11, "TTT?>T", {FLOATS | WIDE}, 0, GEMM},
    {"", "Gemm", 13, "TTT?>T", {INK_TYPES_FLOAT | WIDE}, 0, GEMM},
    {"", "GlobalAveragePool", 1, "T>T", {FLOATS}, 0, GLOBAL_POOL(average)},
    {"", "GlobalAveragePool", 22, "T>T", {INK_TYPES_FLOAT}, 0, GLOBAL_POOL(average)},
    {"", "GlobalLpPool", 1, "T>T", {FLOATS}, 0, GLOBAL_POOL(lp_old)},
    {"", "GlobalLpPool", 2, "T>T", {FLOATS}, 0, GLOBAL_POOL(lp)},
    {"", "GlobalLpPool", 22, "T>T", {INK_TYPES_FLOAT}, 0, GLOBAL_POOL(lp)},
    {"", "GlobalMaxPool", 1, "T>T", {FLOATS}, 0, GLOBAL_POOL(max)},
    {"", "GlobalMaxPool", 22, "T>T", {INK_TYPES_FLOAT}, 0, GLOBAL_POOL(max)},
    {"", "GroupNormalization", 18, "TTT>T", {INK_TYPES_FLOAT}, 0, GROUP_NORM(group_old)},
    {"", "GroupNormalization", 21, "TTT>T", {INK_TYPES_FLOAT}, 0, GROUP_NORM(group)},
    {"", "Identity", 1, "T>T", {INK_TYPES_ALL}, INK_OP_VIEW, .shape = ink_op_shape_same, .run = ink_identity_run},
    {"", "InstanceNormalization", 1, "TTT>T", {FLOATS}, 0, GROUP_NORM(instance)},
    {"", "InstanceNormalization", 22, "TTT>T", {INK_TYPES_FLOAT}, 0, GROUP_NORM(instance)},
    {"", "LRN", 1, "T>T", {FLOATS}, 0, LRN},
    {"", "LRN", 13, "T>T", {INK_TYPES_FLOAT}, 0, LRN},
    {"", "LayerNormalization", 17, "TTT?>TU?U?", {INK_TYPES_FLOAT, BIT(INK_FLOAT) | BIT(INK_BFLOAT16)}, 0, LAYER_NORM(centres)},
    {"", "LogSoftmax", 1, "T>T", {FLOATS}, 0, SOFTMAX(log_softmax_flat)},
    {"", "LogSoftmax", 13, "T>T", {INK_TYPES_FLOAT}, 0, SOFTMAX(log_softmax)},
    {"", "LpNormalization", 1, "T>T", {FLOATS}, 0, LP_NORM},
    {"", "LpNormalization", 22, "T>T", {INK_TYPES_FLOAT}, 0, LP_NORM},
    {"", "LpPool", 1, "T>T", {FLOATS}, 0, POOL(lp_old)},
    {"", "LpPool", 2, "T>T", {FLOATS}, 0, POOL(lp)},
    {"", "LpPool", 22, "T>T", {INK_TYPES_FLOAT}, 0, POOL(lp)},
    {"", "MatMul", 1, "TT>T", {FLOATS}, 0, MATMUL},
    {"", "MatMul", 9, "TT>T", {FLOATS | WIDE}, 0, MATMUL},
    {"", "MatMul", 13, "TT>T", {INK_TYPES_FLOAT | WIDE}, 0, MATMUL},
    {"", "MaxPool", 1, "T>T", {FLOATS}, 0, POOL(max)},
    {"", "MaxPool", 8, "T>Ti?", {FLOATS}, 0, POOL(max)},
    {"", "MaxPool", 12, "T>Ti?", {FLOATS | BYTES}, 0, POOL(max)},
    {"", "MaxPool", 22, "T>Ti?", {INK_TYPES_FLOAT | BYTES}, 0, POOL(max)},
    {"", "MeanVarianceNormalization", 9, "T>T", {FLOATS}, 0, MEAN_VARIANCE},
    {"", "MeanVarianceNormalization", 13, "T>T", {INK_TYPES_FLOAT}, 0, MEAN_VARIANCE},
    {"", "RMSNormalization", 23, "TU>U", {INK_TYPES_FLOAT, INK_TYPES_FLOAT}, 0, LAYER_NORM(does_not_centre)},
    {"", "ReduceL1", 1, "T>T", {FLOATS | WIDE}, 0, REDUCE(L1)},
    {"", "ReduceL1", 13, "T>T", {INK_TYPES_FLOAT | WIDE}, 0, REDUCE(L1)},
    {"", "ReduceL1", 18, "Ti?>T", {INK_TYPES_FLOAT | WIDE}, 0, REDUCE(L1)},
    {"", "ReduceL2", 1, "T>T", {FLOATS | WIDE}, 0, REDUCE(L2)},
    {"", "ReduceL2", 13, "T>T", {INK_TYPES_FLOAT | WIDE}, 0, REDUCE(L2)},
    {"", "ReduceL2", 18, "Ti?>T", {INK_TYPES_FLOAT | WIDE}, 0, REDUCE(L2)},
    {"", "ReduceLogSum", 1, "T>T", {FLOATS | WIDE}, 0, REDUCE(LOG_SUM)},
    {"", "ReduceLogSum", 13, "T>T", {INK_TYPES_FLOAT | WIDE}, 0, REDUCE(LOG_SUM)},
    {"", "ReduceLogSum", 18, "Ti?>T", {INK_TYPES_FLOAT | WIDE}, 0, REDUCE(LOG_SUM)},
    {"", "ReduceLogSumExp", 1, "T>T", {FLOATS | WIDE}, 0, REDUCE(LOG_SUM_EXP)},
    {"", "ReduceLogSumExp", 13, "T>T", {INK_TYPES_FLOAT | WIDE}, 0, REDUCE(LOG_SUM_EXP)},
    {"", "ReduceLogSumExp", 18, "Ti?>T", {INK_TYPES_FLOAT | WIDE}, 0, REDUCE(LOG_SUM_EXP)},
    {"", "ReduceMax", 1, "T>T", {FLOATS | WIDE}, 0, REDUCE(MAX)},
    {"", "ReduceMax", 12, "T>T", {FLOATS | WIDE | BYTES}, 0, REDUCE(MAX)},
    {"", "ReduceMax", 13, "T>T", {INK_TYPES_FLOAT | WIDE | BYTES}, 0, REDUCE(MAX)},
    {"", "ReduceMax", 18, "Ti?>T", {INK_TYPES_FLOAT | WIDE | BYTES}, 0, REDUCE(MAX)},
    {"", "ReduceMax", 20, "Ti?>T", {INK_TYPES_FLOAT | WIDE | BYTES | BIT(INK_BOOL)}, 0, REDUCE(MAX)},
    {"", "ReduceMean", 1, "T>T", {FLOATS | WIDE}, 0, REDUCE(MEAN)},
    {"", "ReduceMean", 13, "T>T", {INK_TYPES_FLOAT | WIDE}, 0, REDUCE(MEAN)},
    {"", "ReduceMean", 18, "Ti?>T", {INK_TYPES_FLOAT | WIDE}, 0, REDUCE(MEAN)},
    {"", "ReduceMin", 1, "T>T", {FLOATS | WIDE}, 0, REDUCE(MIN)},
    {"", "ReduceMin", 12, "T>T", {FLOATS | WIDE | BYTES}, 0, REDUCE(MIN)},
    {"", "ReduceMin", 13, "T>T", {INK_TYPES_FLOAT | WIDE | BYTES}, 0, REDUCE(MIN)},
    {"", "ReduceMin", 18, "Ti?>T", {INK_TYPES_FLOAT | WIDE | BYTES}, 0, REDUCE(MIN)},
    {"", "ReduceMin", 20, "Ti?>T", {INK_TYPES_FLOAT | WIDE | BYTES | BIT(INK_BOOL)}, 0, REDUCE(MIN)},
    {"", "ReduceProd", 1, "T>T", {FLOATS | WIDE}, 0, REDUCE(PROD)},
    {"", "ReduceProd", 13, "T>T", {INK_TYPES_FLOAT | WIDE}, 0, REDUCE(PROD)},
    {"", "ReduceProd", 18, "Ti?>T", {INK_TYPES_FLOAT | WIDE}, 0, REDUCE(PROD)},
    {"", "ReduceSum", 1, "T>T", {FLOATS | WIDE}, 0, REDUCE(SUM)},
    {"", "ReduceSum", 13, "Ti?>T", {INK_TYPES_FLOAT | WIDE}, 0, REDUCE(SUM)},
    {"", "ReduceSumSquare", 1, "T>T", {FLOATS | WIDE}, 0, REDUCE(SUM_SQUARE)},
    {"", "ReduceSumSquare", 13, "T>T", {INK_TYPES_FLOAT | WIDE}, 0, REDUCE(SUM_SQUARE)},
    {"", "ReduceSumSquare", 18, "Ti?>T", {INK_TYPES_FLOAT | WIDE}, 0, REDUCE(SUM_SQUARE)},
    {"", "Softmax", 1, "T>T", {FLOATS}, 0, SOFTMAX(softmax_flat)},
    {"", "Softmax", 13, "T>T", {INK_TYPES_FLOAT}, 0, SOFTMAX(softmax)},
    {"inkling", "Conv", 1, "TTT?T?>T", {BIT(INK_FLOAT)}, 0, CONV},
    {"inkling", "Gemm", 1, "TTT?T?>T", {BIT(INK_FLOAT)}, 0, GEMM},
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
