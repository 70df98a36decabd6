/* SPDX-License-Identifier: MIT */
/* table.c - the operators that inkling has: sorted by domain, name and version, so that a look-up is a binary search.
 *
 * A family's functions are declared in its header and live in its file. */
#include "ops/table.h"

#include "ops/arg_reduce.h"
#include "ops/attention.h"
#include "ops/binary.h"
#include "ops/combine.h"
#include "ops/constant.h"
#include "ops/container.h"
#include "ops/contrib.h"
#include "ops/control.h"
#include "ops/conv.h"
#include "ops/cumulative.h"
#include "ops/depth_space.h"
#include "ops/einsum.h"
#include "ops/identity.h"
#include "ops/image_decoder.h"
#include "ops/indexed.h"
#include "ops/is_special.h"
#include "ops/loss.h"
#include "ops/matmul.h"
#include "ops/matrix.h"
#include "ops/ml.h"
#include "ops/movement.h"
#include "ops/nhwc.h"
#include "ops/norm.h"
#include "ops/optimizer.h"
#include "ops/packed.h"
#include "ops/pool.h"
#include "ops/qconv.h"
#include "ops/qmatmul.h"
#include "ops/quant.h"
#include "ops/random.h"
#include "ops/recurrent.h"
#include "ops/reduce.h"
#include "ops/reshape.h"
#include "ops/resize.h"
#include "ops/sample.h"
#include "ops/softmax.h"
#include "ops/spectrum.h"
#include "ops/string_ops.h"
#include "ops/topk.h"
#include "ops/trilu.h"
#include "ops/unary.h"

#define BIT INK_DTYPE_BIT

#define FLOATS (INK_TYPES_FLOAT & ~BIT(INK_BFLOAT16))                /* as before bfloat16 was added */
#define WIDE   (INK_TYPES_INDEX | BIT(INK_UINT32) | BIT(INK_UINT64)) /* integers that sums are allowed for */
#define BYTES  (BIT(INK_INT8) | BIT(INK_UINT8))

#define PLAIN (INK_TYPES_NUMBER & ~BIT(INK_BFLOAT16)) /* numbers, as before bfloat16 was added */
#define FLOAT8                                                                                                         \
    (BIT(INK_FLOAT8E4M3FN) | BIT(INK_FLOAT8E4M3FNUZ) | BIT(INK_FLOAT8E5M2) | BIT(INK_FLOAT8E5M2FNUZ)) /* of opset 19 */

/* All types, as they came: with bfloat16 in 13, FLOAT8 in 19, int4 in 21, float4e2m1 in 23, float8e8m0 in 24, int2 in 25. */
#define ELEMENT                                                                                                        \
    (INK_TYPES_NUMBER | BIT(INK_BOOL) | BIT(INK_STRING) | BIT(INK_COMPLEX64) | BIT(INK_COMPLEX128)) /* no small ones */
#define ELEMENT_OLD (ELEMENT & ~BIT(INK_BFLOAT16))
#define ELEMENT_F8  (ELEMENT | FLOAT8)
#define ELEMENT_I4  (ELEMENT_F8 | BIT(INK_UINT4) | BIT(INK_INT4))
#define ELEMENT_F4  (ELEMENT_I4 | BIT(INK_FLOAT4E2M1))
#define ELEMENT_E8  (ELEMENT_F4 | BIT(INK_FLOAT8E8M0))
#define FILLS       (INK_TYPES_NUMBER | BIT(INK_BOOL) | FLOAT8) /* what ConstantOfShape has */
#define SEQUENCE    INK_TYPES_SEQUENCE
#define OPTIONAL    INK_TYPES_OPTIONAL
#define REAL(types) ((types) & ~(BIT(INK_COMPLEX64) | BIT(INK_COMPLEX128)))

/* Functions of a family. */
#define UNARY(function, ...)                                                                                           \
    .load = ink_unary_load, .shape = ink_op_shape_same, .run = ink_unary_run, .param = &(const struct ink_unary_param) \
    {                                                                                                                  \
        INK_UNARY_##function, __VA_ARGS__                                                                              \
    }
#define BINARY(function)                                                                                               \
    .load = ink_binary_load, .shape = ink_op_shape_broadcast, .run = ink_binary_run,                                   \
    .param = &(const struct ink_binary_param)                                                                          \
    {                                                                                                                  \
        INK_BINARY_##function                                                                                          \
    }
#define OLD_BINARY(function)                                                                                           \
    .load = ink_binary_old_load, .shape = ink_binary_old_shape, .run = ink_binary_run,                                 \
    .param = &(const struct ink_binary_param)                                                                          \
    {                                                                                                                  \
        INK_BINARY_##function                                                                                          \
    }
#define PRELU(old)                                                                                                     \
    .load = old, .shape = ink_prelu_shape, .run = ink_binary_run, .param = &(const struct ink_binary_param)            \
    {                                                                                                                  \
        INK_BINARY_PRELU                                                                                               \
    }
#define VARIADIC(function, checked)                                                                                    \
    .shape = checked, .run = ink_variadic_run, .param = &(const struct ink_binary_param)                               \
    {                                                                                                                  \
        INK_BINARY_##function                                                                                          \
    }
#define MEAN(checked)                                                                                                  \
    .shape = checked, .run = ink_mean_run, .param = &(const struct ink_binary_param)                                   \
    {                                                                                                                  \
        INK_BINARY_ADD                                                                                                 \
    }
#define CAST(loaded) .load = loaded, .shape = ink_op_shape_same, .run = ink_cast_run
#define CONTROL(what)                                                                                                  \
    .load = ink_##what##_load, .shape = ink_##what##_shape, .run = ink_##what##_run,                                   \
    .multiply_adds = ink_##what##_multiply_adds
#define CONTAINER(loaded, what)  .load = loaded, .run = ink_##what##_run
#define RESHAPED(loaded, shaped) .load = loaded, .shape = shaped, .run = ink_identity_run
#define MOVED(loaded, what)      .load = loaded, .shape = ink_##what##_shape, .run = ink_##what##_run
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
#define NHWC_CONV                                                                                                      \
    .load = ink_conv_load, .shape = ink_nhwc_conv_shape, .prepare = ink_nhwc_conv_prepare, .run = ink_nhwc_conv_run,   \
    .multiply_adds = ink_conv_multiply_adds
#define NHWC_POOL(kind)                                                                                                \
    .load = ink_pool_load, .shape = ink_nhwc_pool_shape, .prepare = ink_nhwc_pool_prepare, .run = ink_nhwc_pool_run,   \
    .multiply_adds = ink_pool_multiply_adds, .param = &ink_pool_##kind
#define NHWC_GLOBAL_POOL .shape = ink_nhwc_global_pool_shape, .run = ink_nhwc_global_pool_run
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
#define CUMULATIVE(how)                                                                                                \
    .load = ink_cumulative_load, .shape = ink_op_shape_same, .run = ink_cumulative_run,                                \
    .param = &(const enum ink_combination)                                                                             \
    {                                                                                                                  \
        INK_COMBINE_##how                                                                                              \
    }
#define RESIZE(loaded)                                                                                                 \
    .load = ink_##loaded##_load, .shape = ink_resize_shape, .prepare = ink_resize_prepare, .run = ink_resize_run
#define TOPK .load = ink_topk_load, .shape = ink_topk_shape, .prepare = ink_topk_prepare, .run = ink_topk_run

/* What the versions of QuantizeLinear know. */
#define FLOAT8S   (BIT(INK_FLOAT8E4M3FN) | BIT(INK_FLOAT8E4M3FNUZ) | BIT(INK_FLOAT8E5M2) | BIT(INK_FLOAT8E5M2FNUZ))
#define QUANTS_19 (BYTES | FLOAT8S)
#define QUANTS_21 (QUANTS_19 | BIT(INK_INT16) | BIT(INK_UINT16) | BIT(INK_INT4) | BIT(INK_UINT4))
#define QUANTS_23 (QUANTS_21 | BIT(INK_FLOAT4E2M1))
#define QUANTS_25 (QUANTS_23 | BIT(INK_INT2) | BIT(INK_UINT2))
#define REALS     (INK_TYPES_FLOAT & ~BIT(INK_DOUBLE))
#define SCALES_24 (REALS | BIT(INK_FLOAT8E8M0))
#define QUANTIZE                                                                                                       \
    .load = ink_quantize_load, .shape = ink_quantize_shape, .prepare = ink_quantize_prepare, .run = ink_quantize_run
#define DEQUANTIZE                                                                                                     \
    .load = ink_dequantize_load, .shape = ink_quantize_shape, .prepare = ink_quantize_prepare, .run = ink_dequantize_run

#define QCONV(args_)                                                                                                   \
    .load = ink_qconv_load, .shape = ink_qconv_shape, .prepare = ink_qconv_prepare, .run = ink_qconv_run,              \
    .multiply_adds = ink_qconv_multiply_adds, .param = &args_

#define QMATMUL(args_)                                                                                                 \
    .load = ink_qmatmul_load, .shape = ink_qmatmul_shape, .prepare = ink_qmatmul_prepare, .run = ink_qmatmul_run,      \
    .multiply_adds = ink_qmatmul_multiply_adds, .param = &args_

#define RECURRENT(kind)                                                                                                \
    .load = ink_recurrent_load, .shape = ink_recurrent_shape, .prepare = ink_recurrent_prepare,                        \
    .run = ink_recurrent_run, .multiply_adds = ink_recurrent_multiply_adds, .param = &ink_##kind

#define LOSS(of)                                                                                                       \
    .load = ink_loss_load, .shape = ink_loss_shape, .prepare = ink_loss_prepare, .run = ink_loss_run,                  \
    .param = &ink_loss_of_##of

#define MASKS (INK_TYPES_NUMBER | BIT(INK_BOOL))
#define ATTENTION                                                                                                      \
    .load = ink_attention_load, .shape = ink_attention_shape, .prepare = ink_attention_prepare,                        \
    .run = ink_attention_run, .multiply_adds = ink_attention_multiply_adds

#define FLOATING(what)                                                                                                 \
    .load = ink_##what##_load, .shape = ink_##what##_shape, .prepare = ink_##what##_prepare, .run = ink_##what##_run

#define COSINE_WINDOW(...)                                                                                             \
    .load = ink_cosine_window_load, .shape = ink_cosine_window_shape, .run = ink_cosine_window_run,                    \
    .param = &(const struct ink_cosine_window)                                                                         \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }

#define RANDOM(shaped, distribution)                                                                                   \
    .load = ink_random_load, .shape = shaped, .run = ink_random_run, .param = &(const enum ink_distribution)           \
    {                                                                                                                  \
        INK_##distribution                                                                                             \
    }

#define PACKED(loaded, what)                                                                                           \
    .load = loaded, .shape = ink_##what##_shape, .prepare = ink_packed_prepare, .run = ink_##what##_run

#define OPTIMIZER(kind)                                                                                                \
    .load = ink_optimizer_load, .shape = ink_optimizer_shape, .run = ink_optimizer_run,                                \
    .param = &(const enum ink_optimizer)                                                                               \
    {                                                                                                                  \
        INK_##kind                                                                                                     \
    }

/* ai.onnx.ml */
#define ML_NUMBERS (BIT(INK_FLOAT) | BIT(INK_DOUBLE) | INK_TYPES_INDEX)
#define ML_LABELS  (BIT(INK_STRING) | BIT(INK_INT64))
#define ML_CODES   (ML_LABELS | BIT(INK_FLOAT))
#define ML_CODES_4 (ML_CODES | BIT(INK_INT32) | BIT(INK_INT16) | BIT(INK_DOUBLE)) /* double: exporters do */
#define ML_MODEL(loaded, family)                                                                                       \
    .load = loaded, .shape = ink_##family##_shape, .prepare = ink_##family##_prepare, .run = ink_##family##_run,       \
    .multiply_adds = ink_##family##_multiply_adds
#define ML_ENCODER(loaded) .load = loaded, .shape = ink_op_shape_same, .run = ink_label_encoder_run

/* com.microsoft */
#define BIAS_GELU(function)                                                                                            \
    .shape = ink_bias_gelu_shape, .run = ink_bias_gelu_run, .param = &(const enum ink_unary)                           \
    {                                                                                                                  \
        INK_UNARY_##function                                                                                           \
    }
#define QLINEAR_UNARY(function)                                                                                        \
    .load = ink_qlinear_unary_load, .shape = ink_qlinear_unary_shape, .run = ink_qlinear_unary_run,                    \
    .param = &(const enum ink_unary)                                                                                   \
    {                                                                                                                  \
        INK_UNARY_##function                                                                                           \
    }
#define QLINEAR_BINARY(function)                                                                                       \
    .shape = ink_qlinear_binary_shape, .run = ink_qlinear_binary_run, .param = &(const enum ink_binary)                \
    {                                                                                                                  \
        INK_BINARY_##function                                                                                          \
    }

static const struct ink_op table[] = {
    /* clang-format off */
    {"", "Abs", 1, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(ABS, NULL)},
    {"", "Abs", 6, "T>T", {PLAIN}, INK_OP_INPLACE, UNARY(ABS, NULL)},
    {"", "Abs", 13, "T>T", {INK_TYPES_NUMBER}, INK_OP_INPLACE, UNARY(ABS, NULL)},
    {"", "Acos", 7, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(ACOS, NULL)},
    {"", "Acos", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(ACOS, NULL)},
    {"", "Acosh", 9, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(ACOSH, NULL)},
    {"", "Acosh", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(ACOSH, NULL)},
    {"", "Add", 1, "TT>T", {FLOATS}, INK_OP_INPLACE, OLD_BINARY(ADD)},
    {"", "Add", 6, "TT>T", {FLOATS | WIDE}, INK_OP_INPLACE, OLD_BINARY(ADD)},
    {"", "Add", 7, "TT>T", {FLOATS | WIDE}, INK_OP_INPLACE, BINARY(ADD)},
    {"", "Add", 13, "TT>T", {INK_TYPES_FLOAT | WIDE}, INK_OP_INPLACE, BINARY(ADD)},
    {"", "Add", 14, "TT>T", {INK_TYPES_NUMBER}, INK_OP_INPLACE, BINARY(ADD)},
    {"", "AffineGrid", 20, "Ti>T", {INK_TYPES_FLOAT}, 0, MOVED(ink_affine_grid_load, affine_grid)},
    {"", "And", 1, "bb>b", {0}, INK_OP_INPLACE, OLD_BINARY(AND)},
    {"", "And", 7, "bb>b", {0}, INK_OP_INPLACE, BINARY(AND)},
    {"", "ArgMax", 1, "T>i", {INK_TYPES_NUMBER & ~BIT(INK_BFLOAT16)}, 0, ARG(max)},
    {"", "ArgMax", 13, "T>i", {INK_TYPES_NUMBER}, 0, ARG(max)},
    {"", "ArgMin", 1, "T>i", {INK_TYPES_NUMBER & ~BIT(INK_BFLOAT16)}, 0, ARG(min)},
    {"", "ArgMin", 13, "T>i", {INK_TYPES_NUMBER}, 0, ARG(min)},
    {"", "Asin", 7, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(ASIN, NULL)},
    {"", "Asin", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(ASIN, NULL)},
    {"", "Asinh", 9, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(ASINH, NULL)},
    {"", "Asinh", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(ASINH, NULL)},
    {"", "Atan", 7, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(ATAN, NULL)},
    {"", "Atan", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(ATAN, NULL)},
    {"", "Atanh", 9, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(ATANH, NULL)},
    {"", "Atanh", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(ATANH, NULL)},
    {"", "Attention", 23, "TTUV?T?U?>TT?U?T?", {INK_TYPES_FLOAT, INK_TYPES_FLOAT, MASKS}, 0, ATTENTION},
    {"", "Attention", 24, "TTUV?T?U?i?>TT?U?T?", {INK_TYPES_FLOAT, INK_TYPES_FLOAT, MASKS}, 0, ATTENTION},
    {"", "Attention", 25, "TTUV?T?U?i?>TT?U?T?", {INK_TYPES_FLOAT, INK_TYPES_FLOAT, MASKS}, 0, ATTENTION},
    {"", "AveragePool", 1, "T>T", {FLOATS}, 0, POOL(average)},
    {"", "AveragePool", 22, "T>T", {INK_TYPES_FLOAT}, 0, POOL(average)},
    {"", "BatchNormalization", 1, "TTTTT>TT?T?T?T?", {FLOATS}, 0, BATCH_NORM},
    {"", "BatchNormalization", 6, "TTTTT>TT?T?T?T?", {FLOATS}, 0, BATCH_NORM},
    {"", "BatchNormalization", 7, "TTTTT>TT?T?T?T?", {FLOATS}, 0, BATCH_NORM},
    {"", "BatchNormalization", 9, "TTTTT>TT?T?T?T?", {FLOATS}, 0, BATCH_NORM},
    {"", "BatchNormalization", 14, "TTTUU>TU?U?", {INK_TYPES_FLOAT, INK_TYPES_FLOAT}, 0, BATCH_NORM},
    {"", "BatchNormalization", 15, "TUUVV>TV?V?", {INK_TYPES_FLOAT, INK_TYPES_FLOAT, INK_TYPES_FLOAT}, 0, BATCH_NORM},
    {"", "Bernoulli", 15, "T>U", {FLOATS, INK_TYPES_NUMBER | BIT(INK_BOOL)}, INK_OP_RANDOM, RANDOM(ink_op_shape_same, BERNOULLI)},
    {"", "Bernoulli", 22, "T>U", {INK_TYPES_FLOAT, INK_TYPES_NUMBER | BIT(INK_BOOL)}, INK_OP_RANDOM, RANDOM(ink_op_shape_same, BERNOULLI)},
    {"", "BitCast", 26, "T>U", {INK_TYPES_ALL & ~BIT(INK_STRING), INK_TYPES_ALL & ~BIT(INK_STRING)}, INK_OP_VIEW, .load = ink_bit_cast_load, .shape = ink_op_shape_same, .run = ink_identity_run},
    {"", "BitShift", 11, "TT>T", {INK_TYPES_UNSIGNED}, INK_OP_INPLACE, .load = ink_bit_shift_load, .shape = ink_op_shape_broadcast, .run = ink_binary_run,
     .param = &(const struct ink_binary_param){INK_BINARY_SHIFT_LEFT}},
    {"", "BitwiseAnd", 18, "TT>T", {INK_TYPES_INTEGER}, INK_OP_INPLACE, BINARY(BIT_AND)},
    {"", "BitwiseNot", 18, "T>T", {INK_TYPES_INTEGER}, INK_OP_INPLACE, UNARY(BIT_NOT, NULL)},
    {"", "BitwiseOr", 18, "TT>T", {INK_TYPES_INTEGER}, INK_OP_INPLACE, BINARY(BIT_OR)},
    {"", "BitwiseXor", 18, "TT>T", {INK_TYPES_INTEGER}, INK_OP_INPLACE, BINARY(BIT_XOR)},
    {"", "BlackmanWindow", 17, "T>U", {INK_TYPES_INDEX, INK_TYPES_NUMBER}, 0, COSINE_WINDOW(0.42, -0.5, 0.08)},
    {"", "Cast", 1, "T>U", {PLAIN | BIT(INK_BOOL), PLAIN | BIT(INK_BOOL)}, 0, CAST(ink_cast_load)},
    {"", "Cast", 6, "T>U", {PLAIN | BIT(INK_BOOL), PLAIN | BIT(INK_BOOL)}, 0, CAST(ink_cast_load)},
    {"", "Cast", 9, "T>U", {PLAIN | BIT(INK_BOOL) | BIT(INK_STRING), PLAIN | BIT(INK_BOOL) | BIT(INK_STRING)}, 0, CAST(ink_cast_load)},
    {"", "Cast", 13, "T>U", {INK_TYPES_NUMBER | BIT(INK_BOOL) | BIT(INK_STRING), INK_TYPES_NUMBER | BIT(INK_BOOL) | BIT(INK_STRING)}, 0, CAST(ink_cast_load)},
    {"", "Cast", 19, "T>U", {REAL(ELEMENT_F8), REAL(ELEMENT_F8)}, 0, CAST(ink_cast_load)},
    {"", "Cast", 21, "T>U", {REAL(ELEMENT_I4), REAL(ELEMENT_I4)}, 0, CAST(ink_cast_load)},
    {"", "Cast", 23, "T>U", {REAL(ELEMENT_F4), REAL(ELEMENT_F4)}, 0, CAST(ink_cast_load)},
    {"", "Cast", 24, "T>U", {REAL(ELEMENT_E8), REAL(ELEMENT_E8)}, 0, CAST(ink_cast_load)},
    {"", "Cast", 25, "T>U", {REAL(INK_TYPES_ALL), REAL(INK_TYPES_ALL)}, 0, CAST(ink_cast_load)},
    {"", "CastLike", 15, "TU>U", {INK_TYPES_NUMBER | BIT(INK_BOOL) | BIT(INK_STRING), INK_TYPES_NUMBER | BIT(INK_BOOL) | BIT(INK_STRING)}, 0, CAST(ink_cast_like_load)},
    {"", "CastLike", 19, "TU>U", {REAL(ELEMENT_F8), REAL(ELEMENT_F8)}, 0, CAST(ink_cast_like_load)},
    {"", "CastLike", 21, "TU>U", {REAL(ELEMENT_I4), REAL(ELEMENT_I4)}, 0, CAST(ink_cast_like_load)},
    {"", "CastLike", 23, "TU>U", {REAL(ELEMENT_F4), REAL(ELEMENT_F4)}, 0, CAST(ink_cast_like_load)},
    {"", "CastLike", 24, "TU>U", {REAL(ELEMENT_E8), REAL(ELEMENT_E8)}, 0, CAST(ink_cast_like_load)},
    {"", "CastLike", 25, "TU>U", {REAL(INK_TYPES_ALL), REAL(INK_TYPES_ALL)}, 0, CAST(ink_cast_like_load)},
    {"", "CausalConvWithState", 27, "TTT?T?>TT", {REALS}, 0, FLOATING(causal_conv)},
    {"", "Ceil", 1, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(CEIL, NULL)},
    {"", "Ceil", 13, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(CEIL, NULL)},
    {"", "Celu", 12, "T>T", {BIT(INK_FLOAT)}, INK_OP_INPLACE, UNARY(CELU, "alpha", NULL, 1)},
    {"", "Celu", 28, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(CELU, "alpha", NULL, 1)},
    {"", "CenterCropPad", 18, "TU>T", {ELEMENT, INK_TYPES_INDEX}, 0, MOVED(ink_center_crop_pad_load, center_crop_pad)},
    {"", "Clip", 1, "T>T", {FLOATS}, INK_OP_INPLACE, MOVED(ink_clip_old_load, clip)},
    {"", "Clip", 11, "TT?T?>T", {FLOATS}, INK_OP_INPLACE, MOVED(NULL, clip)},
    {"", "Clip", 12, "TT?T?>T", {PLAIN}, INK_OP_INPLACE, MOVED(NULL, clip)},
    {"", "Clip", 13, "TT?T?>T", {INK_TYPES_NUMBER}, INK_OP_INPLACE, MOVED(NULL, clip)},
    {"", "Col2Im", 18, "Tii>T", {INK_TYPES_NUMBER}, 0, FLOATING(col2im)},
    {"", "Compress", 9, "Tb>T", {ELEMENT_OLD}, INK_OP_SIZES, .load = ink_compress_load, .run = ink_compress_run},
    {"", "Compress", 11, "Tb>T", {ELEMENT_OLD}, INK_OP_SIZES, .load = ink_compress_load, .run = ink_compress_run},
    {"", "Concat", 1, "T*>T", {FLOATS}, 0, MOVED(ink_concat_load, concat)},
    {"", "Concat", 4, "T*>T", {ELEMENT_OLD}, 0, MOVED(ink_concat_load, concat)},
    {"", "Concat", 13, "T*>T", {ELEMENT}, 0, MOVED(ink_concat_load, concat)},
    {"", "ConcatFromSequence", 11, "T>U", {SEQUENCE, ELEMENT_OLD}, INK_OP_SIZES, CONTAINER(ink_concat_from_sequence_load, concat_from_sequence)},
    /* floats only before opset 9, says the standard; but exporters wrote shapes for Reshape-5 so */
    {"", "Constant", 1, ">T", {ELEMENT_OLD}, 0, MOVED(ink_constant_load, constant)},
    {"", "Constant", 13, ">T", {ELEMENT}, 0, MOVED(ink_constant_load, constant)},
    {"", "Constant", 19, ">T", {ELEMENT_F8}, 0, MOVED(ink_constant_load, constant)},
    {"", "Constant", 21, ">T", {ELEMENT_I4}, 0, MOVED(ink_constant_load, constant)},
    {"", "Constant", 23, ">T", {ELEMENT_F4}, 0, MOVED(ink_constant_load, constant)},
    {"", "Constant", 24, ">T", {ELEMENT_E8}, 0, MOVED(ink_constant_load, constant)},
    {"", "Constant", 25, ">T", {INK_TYPES_ALL}, 0, MOVED(ink_constant_load, constant)},
    {"", "ConstantOfShape", 9, "i>T", {PLAIN | BIT(INK_BOOL)}, 0, MOVED(ink_constant_of_shape_load, constant_of_shape)},
    {"", "ConstantOfShape", 20, "i>T", {FILLS}, 0, MOVED(ink_constant_of_shape_load, constant_of_shape)},
    {"", "ConstantOfShape", 21, "i>T", {FILLS | BIT(INK_UINT4) | BIT(INK_INT4)}, 0, MOVED(ink_constant_of_shape_load, constant_of_shape)},
    {"", "ConstantOfShape", 23, "i>T", {FILLS | BIT(INK_UINT4) | BIT(INK_INT4) | BIT(INK_FLOAT4E2M1)}, 0, MOVED(ink_constant_of_shape_load, constant_of_shape)},
    {"", "ConstantOfShape", 24, "i>T", {FILLS | BIT(INK_UINT4) | BIT(INK_INT4) | BIT(INK_FLOAT4E2M1) | BIT(INK_FLOAT8E8M0)}, 0, MOVED(ink_constant_of_shape_load, constant_of_shape)},
    {"", "ConstantOfShape", 25, "i>T", {FILLS | BIT(INK_UINT4) | BIT(INK_INT4) | BIT(INK_FLOAT4E2M1) | BIT(INK_FLOAT8E8M0) | BIT(INK_UINT2) | BIT(INK_INT2)}, 0, MOVED(ink_constant_of_shape_load, constant_of_shape)},
    {"", "Conv", 1, "TTT?>T", {FLOATS}, 0, CONV},
    {"", "Conv", 22, "TTT?>T", {INK_TYPES_FLOAT}, 0, CONV},
    {"", "ConvInteger", 10, "TUT?U?>V", {BYTES, BYTES, BIT(INK_INT32)}, 0, QCONV(ink_conv_integer)},
    {"", "ConvTranspose", 1, "TTT?>T", {FLOATS}, 0, CONV_TRANSPOSE},
    {"", "ConvTranspose", 22, "TTT?>T", {INK_TYPES_FLOAT}, 0, CONV_TRANSPOSE},
    {"", "Cos", 7, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(COS, NULL)},
    {"", "Cos", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(COS, NULL)},
    {"", "Cosh", 9, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(COSH, NULL)},
    {"", "Cosh", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(COSH, NULL)},
    {"", "CumProd", 26, "TU>T", {INK_TYPES_FLOAT | WIDE, INK_TYPES_INDEX}, 0, CUMULATIVE(MUL)},
    {"", "CumSum", 11, "TU>T", {BIT(INK_FLOAT) | BIT(INK_DOUBLE) | WIDE, INK_TYPES_INDEX}, 0, CUMULATIVE(ADD)},
    {"", "CumSum", 14, "TU>T", {INK_TYPES_FLOAT | WIDE, INK_TYPES_INDEX}, 0, CUMULATIVE(ADD)},
    {"", "DFT", 17, "TU?>T", {INK_TYPES_FLOAT, INK_TYPES_INDEX}, 0, FLOATING(dft)},
    {"", "DFT", 20, "TU?i?>T", {INK_TYPES_FLOAT, INK_TYPES_INDEX}, 0, FLOATING(dft)},
    {"", "DeformConv", 19, "TTTT?T?>T", {FLOATS}, 0, FLOATING(deform_conv), .multiply_adds = ink_deform_conv_multiply_adds},
    {"", "DeformConv", 22, "TTTT?T?>T", {INK_TYPES_FLOAT}, 0, FLOATING(deform_conv), .multiply_adds = ink_deform_conv_multiply_adds},
    {"", "DepthToSpace", 1, "T>T", {ELEMENT_OLD}, 0, MOVED(ink_depth_to_space_load, depth_to_space)},
    {"", "DepthToSpace", 11, "T>T", {ELEMENT_OLD}, 0, MOVED(ink_depth_to_space_load, depth_to_space)},
    {"", "DepthToSpace", 13, "T>T", {ELEMENT}, 0, MOVED(ink_depth_to_space_load, depth_to_space)},
    {"", "DequantizeLinear", 10, "TUT?>V", {BYTES | BIT(INK_INT32), BIT(INK_FLOAT), BIT(INK_FLOAT)}, 0, DEQUANTIZE},
    {"", "DequantizeLinear", 13, "TUT?>V", {BYTES | BIT(INK_INT32), BIT(INK_FLOAT), BIT(INK_FLOAT)}, 0, DEQUANTIZE},
    {"", "DequantizeLinear", 19, "TUT?>V", {QUANTS_19 | BIT(INK_INT32), REALS, REALS}, 0, DEQUANTIZE},
    {"", "DequantizeLinear", 21, "TUT?>V", {QUANTS_21 | BIT(INK_INT32), REALS, REALS}, 0, DEQUANTIZE},
    {"", "DequantizeLinear", 23, "TUT?>V", {QUANTS_23 | BIT(INK_INT32), REALS, REALS}, 0, DEQUANTIZE},
    {"", "DequantizeLinear", 24, "TUT?>V", {QUANTS_23 | BIT(INK_INT32), SCALES_24, REALS}, 0, DEQUANTIZE},
    {"", "DequantizeLinear", 25, "TUT?>V", {QUANTS_25 | BIT(INK_INT32), SCALES_24, REALS}, 0, DEQUANTIZE},
    {"", "Det", 11, "T>T", {FLOATS}, 0, .shape = ink_det_shape, .prepare = ink_det_prepare, .run = ink_det_run},
    {"", "Det", 22, "T>T", {INK_TYPES_FLOAT}, 0, .shape = ink_det_shape, .prepare = ink_det_prepare, .run = ink_det_run},
    {"", "Div", 1, "TT>T", {FLOATS}, INK_OP_INPLACE, OLD_BINARY(DIV)},
    {"", "Div", 6, "TT>T", {FLOATS | WIDE}, INK_OP_INPLACE, OLD_BINARY(DIV)},
    {"", "Div", 7, "TT>T", {FLOATS | WIDE}, INK_OP_INPLACE, BINARY(DIV)},
    {"", "Div", 13, "TT>T", {INK_TYPES_FLOAT | WIDE}, INK_OP_INPLACE, BINARY(DIV)},
    {"", "Div", 14, "TT>T", {INK_TYPES_NUMBER}, INK_OP_INPLACE, BINARY(DIV)},
    {"", "Dropout", 1, "T>TT?", {FLOATS}, INK_OP_VIEW, MOVED(ink_dropout_old_load, dropout)},
    {"", "Dropout", 7, "T>TT?", {FLOATS}, INK_OP_VIEW, MOVED(NULL, dropout)},
    {"", "Dropout", 10, "T>Tb?", {FLOATS}, INK_OP_VIEW, MOVED(NULL, dropout)},
    {"", "Dropout", 12, "TU?b?>Tb?", {FLOATS, FLOATS}, INK_OP_INPLACE | INK_OP_RANDOM, MOVED(ink_dropout_load, dropout)},
    {"", "Dropout", 13, "TU?b?>Tb?", {INK_TYPES_FLOAT, FLOATS}, INK_OP_INPLACE | INK_OP_RANDOM, MOVED(ink_dropout_load, dropout)},
    {"", "Dropout", 22, "TU?b?>Tb?", {INK_TYPES_FLOAT | FLOAT8, INK_TYPES_FLOAT | FLOAT8}, INK_OP_INPLACE | INK_OP_RANDOM, MOVED(ink_dropout_load, dropout)},
    {"", "DynamicQuantizeLinear", 11, "T>UfU", {BIT(INK_FLOAT), BIT(INK_UINT8)}, 0, .load = ink_dynamic_quantize_load, .shape = ink_dynamic_quantize_shape, .run = ink_dynamic_quantize_run},
    {"", "Einsum", 12, "T*>T", {PLAIN}, 0, FLOATING(einsum), .multiply_adds = ink_einsum_multiply_adds},
    {"", "Elu", 1, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(ELU, "alpha", NULL, 1)},
    {"", "Elu", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(ELU, "alpha", NULL, 1)},
    {"", "Equal", 1, "TT>b", {BIT(INK_BOOL) | INK_TYPES_INDEX}, 0, OLD_BINARY(EQUAL)},
    {"", "Equal", 7, "TT>b", {BIT(INK_BOOL) | INK_TYPES_INDEX}, 0, BINARY(EQUAL)},
    {"", "Equal", 11, "TT>b", {BIT(INK_BOOL) | PLAIN}, 0, BINARY(EQUAL)},
    {"", "Equal", 13, "TT>b", {BIT(INK_BOOL) | INK_TYPES_NUMBER}, 0, BINARY(EQUAL)},
    {"", "Equal", 19, "TT>b", {BIT(INK_BOOL) | BIT(INK_STRING) | INK_TYPES_NUMBER}, 0, .load = ink_binary_load, .shape = ink_op_shape_broadcast, .run = ink_equal_run,
     .param = &(const struct ink_binary_param){INK_BINARY_EQUAL}},
    {"", "Erf", 9, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(ERF, NULL)},
    {"", "Erf", 13, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(ERF, NULL)},
    {"", "Exp", 1, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(EXP, NULL)},
    {"", "Exp", 13, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(EXP, NULL)},
    {"", "Expand", 8, "Ti>T", {ELEMENT_OLD}, 0, MOVED(NULL, expand)},
    {"", "Expand", 13, "Ti>T", {ELEMENT}, 0, MOVED(NULL, expand)},
    {"", "EyeLike", 9, "T>U", {PLAIN | BIT(INK_BOOL), PLAIN | BIT(INK_BOOL)}, INK_OP_SHAPES, MOVED(ink_eye_like_load, eye_like)},
    {"", "EyeLike", 22, "T>U", {INK_TYPES_NUMBER | BIT(INK_BOOL), INK_TYPES_NUMBER | BIT(INK_BOOL)}, INK_OP_SHAPES, MOVED(ink_eye_like_load, eye_like)},
    {"", "Flatten", 1, "T>T", {FLOATS}, INK_OP_VIEW, RESHAPED(ink_flatten_load, ink_flatten_shape)},
    {"", "Flatten", 9, "T>T", {ELEMENT_OLD}, INK_OP_VIEW, RESHAPED(ink_flatten_load, ink_flatten_shape)},
    {"", "Flatten", 11, "T>T", {ELEMENT_OLD}, INK_OP_VIEW, RESHAPED(ink_flatten_load, ink_flatten_shape)},
    {"", "Flatten", 13, "T>T", {ELEMENT}, INK_OP_VIEW, RESHAPED(ink_flatten_load, ink_flatten_shape)},
    {"", "Flatten", 21, "T>T", {ELEMENT_I4}, INK_OP_VIEW, RESHAPED(ink_flatten_load, ink_flatten_shape)},
    {"", "Flatten", 23, "T>T", {ELEMENT_F4}, INK_OP_VIEW, RESHAPED(ink_flatten_load, ink_flatten_shape)},
    {"", "Flatten", 24, "T>T", {ELEMENT_E8}, INK_OP_VIEW, RESHAPED(ink_flatten_load, ink_flatten_shape)},
    {"", "Flatten", 25, "T>T", {INK_TYPES_ALL}, INK_OP_VIEW, RESHAPED(ink_flatten_load, ink_flatten_shape)},
    {"", "Floor", 1, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(FLOOR, NULL)},
    {"", "Floor", 13, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(FLOOR, NULL)},
    {"", "GRU", 1, "TTTT?n?T?>T?T?", {FLOATS}, 0, RECURRENT(gru)},
    {"", "GRU", 3, "TTTT?n?T?>T?T?", {FLOATS}, 0, RECURRENT(gru)},
    {"", "GRU", 7, "TTTT?n?T?>T?T?", {FLOATS}, 0, RECURRENT(gru)},
    {"", "GRU", 14, "TTTT?n?T?>T?T?", {FLOATS}, 0, RECURRENT(gru)},
    {"", "GRU", 22, "TTTT?n?T?>T?T?", {INK_TYPES_FLOAT}, 0, RECURRENT(gru)},
    {"", "Gather", 1, "TU>T", {ELEMENT_OLD, INK_TYPES_INDEX}, 0, MOVED(ink_gather_load, gather)},
    {"", "Gather", 11, "TU>T", {ELEMENT_OLD, INK_TYPES_INDEX}, 0, MOVED(ink_gather_load, gather)},
    {"", "Gather", 13, "TU>T", {ELEMENT, INK_TYPES_INDEX}, 0, MOVED(ink_gather_load, gather)},
    {"", "GatherElements", 11, "TU>T", {ELEMENT_OLD, INK_TYPES_INDEX}, 0, MOVED(ink_gather_elements_load, gather_elements)},
    {"", "GatherElements", 13, "TU>T", {ELEMENT, INK_TYPES_INDEX}, 0, MOVED(ink_gather_elements_load, gather_elements)},
    {"", "GatherND", 11, "Ti>T", {ELEMENT_OLD}, 0, MOVED(ink_gather_nd_load, gather_nd)},
    {"", "GatherND", 12, "Ti>T", {ELEMENT_OLD}, 0, MOVED(ink_gather_nd_load, gather_nd)},
    {"", "GatherND", 13, "Ti>T", {ELEMENT}, 0, MOVED(ink_gather_nd_load, gather_nd)},
    {"", "Gelu", 20, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, .load = ink_gelu_load, .shape = ink_op_shape_same, .run = ink_unary_run,
     .param = &(const struct ink_unary_param){INK_UNARY_GELU, NULL}},
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
    {"", "Greater", 1, "TT>b", {FLOATS}, 0, OLD_BINARY(GREATER)},
    {"", "Greater", 7, "TT>b", {FLOATS}, 0, BINARY(GREATER)},
    {"", "Greater", 9, "TT>b", {PLAIN}, 0, BINARY(GREATER)},
    {"", "Greater", 13, "TT>b", {INK_TYPES_NUMBER}, 0, BINARY(GREATER)},
    {"", "GreaterOrEqual", 12, "TT>b", {PLAIN}, 0, BINARY(GREATER_OR_EQUAL)},
    {"", "GreaterOrEqual", 16, "TT>b", {INK_TYPES_NUMBER}, 0, BINARY(GREATER_OR_EQUAL)},
    {"", "GridSample", 16, "TU>T", {PLAIN | BIT(INK_BOOL), FLOATS}, 0, MOVED(ink_grid_sample_load, grid_sample)},
    {"", "GridSample", 20, "TU>T", {PLAIN | BIT(INK_BOOL), FLOATS}, 0, MOVED(ink_grid_sample_load, grid_sample)},
    {"", "GridSample", 22, "TU>T", {INK_TYPES_NUMBER | BIT(INK_BOOL), INK_TYPES_FLOAT}, 0, MOVED(ink_grid_sample_load, grid_sample)},
    {"", "GroupNormalization", 18, "TTT>T", {INK_TYPES_FLOAT}, 0, GROUP_NORM(group_old)},
    {"", "GroupNormalization", 21, "TTT>T", {INK_TYPES_FLOAT}, 0, GROUP_NORM(group)},
    {"", "HammingWindow", 17, "T>U", {INK_TYPES_INDEX, INK_TYPES_NUMBER}, 0, COSINE_WINDOW(25.0 / 46, -21.0 / 46, 0)},
    {"", "HannWindow", 17, "T>U", {INK_TYPES_INDEX, INK_TYPES_NUMBER}, 0, COSINE_WINDOW(0.5, -0.5, 0)},
    {"", "HardSigmoid", 1, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(HARD_SIGMOID, "alpha", "beta", 0.2f, 0.5f)},
    {"", "HardSigmoid", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(HARD_SIGMOID, "alpha", "beta", 0.2f, 0.5f)},
    {"", "HardSwish", 14, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(HARD_SWISH, NULL)},
    {"", "HardSwish", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(HARD_SWISH, NULL)},
    {"", "Hardmax", 1, "T>T", {FLOATS}, 0, SOFTMAX(hardmax_flat)},
    {"", "Hardmax", 11, "T>T", {FLOATS}, 0, SOFTMAX(hardmax_flat)},
    {"", "Hardmax", 13, "T>T", {INK_TYPES_FLOAT}, 0, SOFTMAX(hardmax)},
    {"", "Identity", 1, "T>T", {ELEMENT_OLD}, INK_OP_VIEW, .shape = ink_op_shape_same, .run = ink_identity_run},
    {"", "Identity", 13, "T>T", {ELEMENT}, INK_OP_VIEW, .shape = ink_op_shape_same, .run = ink_identity_run},
    {"", "Identity", 14, "T>T", {ELEMENT | SEQUENCE}, INK_OP_VIEW, .shape = ink_op_shape_same, .run = ink_identity_run},
    {"", "Identity", 16, "T>T", {ELEMENT | SEQUENCE | OPTIONAL}, INK_OP_VIEW, .shape = ink_op_shape_same, .run = ink_identity_run},
    {"", "Identity", 19, "T>T", {ELEMENT_F8 | SEQUENCE | OPTIONAL}, INK_OP_VIEW, .shape = ink_op_shape_same, .run = ink_identity_run},
    {"", "Identity", 21, "T>T", {ELEMENT_I4 | SEQUENCE | OPTIONAL}, INK_OP_VIEW, .shape = ink_op_shape_same, .run = ink_identity_run},
    {"", "Identity", 23, "T>T", {ELEMENT_F4 | SEQUENCE | OPTIONAL}, INK_OP_VIEW, .shape = ink_op_shape_same, .run = ink_identity_run},
    {"", "Identity", 24, "T>T", {ELEMENT_E8 | SEQUENCE | OPTIONAL}, INK_OP_VIEW, .shape = ink_op_shape_same, .run = ink_identity_run},
    {"", "Identity", 25, "T>T", {INK_TYPES_ALL | SEQUENCE | OPTIONAL}, INK_OP_VIEW, .shape = ink_op_shape_same, .run = ink_identity_run},
    {"", "If", 1, "b>a*", {0}, INK_OP_SIZES, CONTROL(if)},
    {"", "ImageDecoder", 20, "T>T", {BIT(INK_UINT8)}, INK_OP_SIZES, .load = ink_image_decoder_load, .run = ink_image_decoder_run},
    {"", "InstanceNormalization", 1, "TTT>T", {FLOATS}, 0, GROUP_NORM(instance)},
    {"", "InstanceNormalization", 22, "TTT>T", {INK_TYPES_FLOAT}, 0, GROUP_NORM(instance)},
    {"", "IsInf", 10, "T>b", {BIT(INK_FLOAT) | BIT(INK_DOUBLE)}, 0, .load = ink_is_inf_load, .shape = ink_op_shape_same, .run = ink_is_inf_run},
    {"", "IsInf", 20, "T>b", {INK_TYPES_FLOAT | FLOAT8}, 0, .load = ink_is_inf_load, .shape = ink_op_shape_same, .run = ink_is_inf_run},
    {"", "IsNaN", 9, "T>b", {FLOATS}, 0, .shape = ink_op_shape_same, .run = ink_is_nan_run},
    {"", "IsNaN", 13, "T>b", {INK_TYPES_FLOAT}, 0, .shape = ink_op_shape_same, .run = ink_is_nan_run},
    {"", "IsNaN", 20, "T>b", {INK_TYPES_FLOAT | FLOAT8}, 0, .shape = ink_op_shape_same, .run = ink_is_nan_run},
    {"", "LRN", 1, "T>T", {FLOATS}, 0, LRN},
    {"", "LRN", 13, "T>T", {INK_TYPES_FLOAT}, 0, LRN},
    {"", "LSTM", 1, "TTTT?n?T?T?T?>T?T?T?", {FLOATS}, 0, RECURRENT(lstm)},
    {"", "LSTM", 7, "TTTT?n?T?T?T?>T?T?T?", {FLOATS}, 0, RECURRENT(lstm)},
    {"", "LSTM", 14, "TTTT?n?T?T?T?>T?T?T?", {FLOATS}, 0, RECURRENT(lstm)},
    {"", "LSTM", 22, "TTTT?n?T?T?T?>T?T?T?", {INK_TYPES_FLOAT}, 0, RECURRENT(lstm)},
    /* since 17, says the standard; but ONNX Runtime's optimizer writes it into older models */
    {"", "LayerNormalization", 1, "TTT?>TU?U?", {FLOATS, BIT(INK_FLOAT) | BIT(INK_BFLOAT16)}, 0, LAYER_NORM(centres)},
    {"", "LayerNormalization", 17, "TTT?>TU?U?", {INK_TYPES_FLOAT, BIT(INK_FLOAT) | BIT(INK_BFLOAT16)}, 0, LAYER_NORM(centres)},
    {"", "LeakyRelu", 1, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(LEAKY_RELU, "alpha", NULL, 0.01f)},
    {"", "LeakyRelu", 16, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(LEAKY_RELU, "alpha", NULL, 0.01f)},
    {"", "Less", 1, "TT>b", {FLOATS}, 0, OLD_BINARY(LESS)},
    {"", "Less", 7, "TT>b", {FLOATS}, 0, BINARY(LESS)},
    {"", "Less", 9, "TT>b", {PLAIN}, 0, BINARY(LESS)},
    {"", "Less", 13, "TT>b", {INK_TYPES_NUMBER}, 0, BINARY(LESS)},
    {"", "LessOrEqual", 12, "TT>b", {PLAIN}, 0, BINARY(LESS_OR_EQUAL)},
    {"", "LessOrEqual", 16, "TT>b", {INK_TYPES_NUMBER}, 0, BINARY(LESS_OR_EQUAL)},
    {"", "LinearAttention", 27, "TTTU?T?T?>TU", {REALS, REALS}, 0, FLOATING(linear_attention), .multiply_adds = ink_linear_attention_multiply_adds},
    {"", "Log", 1, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(LOG, NULL)},
    {"", "Log", 13, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(LOG, NULL)},
    {"", "LogSoftmax", 1, "T>T", {FLOATS}, 0, SOFTMAX(log_softmax_flat)},
    {"", "LogSoftmax", 13, "T>T", {INK_TYPES_FLOAT}, 0, SOFTMAX(log_softmax)},
    {"", "Loop", 1, "i?b?a*>a*", {0}, INK_OP_SIZES, CONTROL(loop)},
    {"", "LpNormalization", 1, "T>T", {FLOATS}, 0, LP_NORM},
    {"", "LpNormalization", 22, "T>T", {INK_TYPES_FLOAT}, 0, LP_NORM},
    {"", "LpPool", 1, "T>T", {FLOATS}, 0, POOL(lp_old)},
    {"", "LpPool", 2, "T>T", {FLOATS}, 0, POOL(lp)},
    {"", "LpPool", 22, "T>T", {INK_TYPES_FLOAT}, 0, POOL(lp)},
    {"", "MatMul", 1, "TT>T", {FLOATS}, 0, MATMUL},
    {"", "MatMul", 9, "TT>T", {FLOATS | WIDE}, 0, MATMUL},
    {"", "MatMul", 13, "TT>T", {INK_TYPES_FLOAT | WIDE}, 0, MATMUL},
    {"", "MatMulInteger", 10, "TUT?U?>V", {BYTES, BYTES, BIT(INK_INT32)}, 0, QMATMUL(ink_matmul_integer)},
    {"", "Max", 1, "T*>T", {FLOATS}, 0, VARIADIC(MAX, ink_variadic_old_shape)},
    {"", "Max", 8, "T*>T", {FLOATS}, 0, VARIADIC(MAX, ink_variadic_shape)},
    {"", "Max", 12, "T*>T", {PLAIN}, 0, VARIADIC(MAX, ink_variadic_shape)},
    {"", "Max", 13, "T*>T", {INK_TYPES_NUMBER}, 0, VARIADIC(MAX, ink_variadic_shape)},
    {"", "MaxPool", 1, "T>T", {FLOATS}, 0, POOL(max)},
    {"", "MaxPool", 8, "T>Ti?", {FLOATS}, 0, POOL(max)},
    {"", "MaxPool", 12, "T>Ti?", {FLOATS | BYTES}, 0, POOL(max)},
    {"", "MaxPool", 22, "T>Ti?", {INK_TYPES_FLOAT | BYTES}, 0, POOL(max)},
    {"", "MaxRoiPool", 1, "TT>T", {FLOATS}, 0, MOVED(ink_max_roi_pool_load, max_roi_pool)},
    {"", "MaxRoiPool", 22, "TT>T", {INK_TYPES_FLOAT}, 0, MOVED(ink_max_roi_pool_load, max_roi_pool)},
    {"", "MaxUnpool", 9, "Tii?>T", {FLOATS}, 0, MOVED(ink_max_unpool_load, max_unpool)},
    {"", "MaxUnpool", 11, "Tii?>T", {FLOATS}, 0, MOVED(ink_max_unpool_load, max_unpool)},
    {"", "MaxUnpool", 22, "Tii?>T", {INK_TYPES_FLOAT}, 0, MOVED(ink_max_unpool_load, max_unpool)},
    {"", "Mean", 1, "T*>T", {FLOATS}, 0, MEAN(ink_variadic_old_shape)},
    {"", "Mean", 8, "T*>T", {FLOATS}, 0, MEAN(ink_variadic_shape)},
    {"", "Mean", 13, "T*>T", {INK_TYPES_FLOAT}, 0, MEAN(ink_variadic_shape)},
    {"", "MeanVarianceNormalization", 9, "T>T", {FLOATS}, 0, MEAN_VARIANCE},
    {"", "MeanVarianceNormalization", 13, "T>T", {INK_TYPES_FLOAT}, 0, MEAN_VARIANCE},
    {"", "MelWeightMatrix", 17, "TTTUU>V", {INK_TYPES_INDEX, INK_TYPES_FLOAT, INK_TYPES_NUMBER}, 0, MOVED(ink_mel_load, mel)},
    {"", "Min", 1, "T*>T", {FLOATS}, 0, VARIADIC(MIN, ink_variadic_old_shape)},
    {"", "Min", 8, "T*>T", {FLOATS}, 0, VARIADIC(MIN, ink_variadic_shape)},
    {"", "Min", 12, "T*>T", {PLAIN}, 0, VARIADIC(MIN, ink_variadic_shape)},
    {"", "Min", 13, "T*>T", {INK_TYPES_NUMBER}, 0, VARIADIC(MIN, ink_variadic_shape)},
    {"", "Mish", 18, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(MISH, NULL)},
    {"", "Mish", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(MISH, NULL)},
    {"", "Mod", 10, "TT>T", {PLAIN}, INK_OP_INPLACE, .load = ink_mod_load, .shape = ink_op_shape_broadcast, .run = ink_binary_run,
     .param = &(const struct ink_binary_param){INK_BINARY_MOD}},
    {"", "Mod", 13, "TT>T", {INK_TYPES_NUMBER}, INK_OP_INPLACE, .load = ink_mod_load, .shape = ink_op_shape_broadcast, .run = ink_binary_run,
     .param = &(const struct ink_binary_param){INK_BINARY_MOD}},
    {"", "Mul", 1, "TT>T", {FLOATS}, INK_OP_INPLACE, OLD_BINARY(MUL)},
    {"", "Mul", 6, "TT>T", {FLOATS | WIDE}, INK_OP_INPLACE, OLD_BINARY(MUL)},
    {"", "Mul", 7, "TT>T", {FLOATS | WIDE}, INK_OP_INPLACE, BINARY(MUL)},
    {"", "Mul", 13, "TT>T", {INK_TYPES_FLOAT | WIDE}, INK_OP_INPLACE, BINARY(MUL)},
    {"", "Mul", 14, "TT>T", {INK_TYPES_NUMBER}, INK_OP_INPLACE, BINARY(MUL)},
    {"", "Multinomial", 7, "T>U", {FLOATS, INK_TYPES_INDEX}, INK_OP_RANDOM, RANDOM(ink_multinomial_shape, MULTINOMIAL)},
    {"", "Multinomial", 22, "T>U", {INK_TYPES_FLOAT, INK_TYPES_INDEX}, INK_OP_RANDOM, RANDOM(ink_multinomial_shape, MULTINOMIAL)},
    {"", "Neg", 1, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(NEG, NULL)},
    {"", "Neg", 6, "T>T", {FLOATS | INK_TYPES_SIGNED}, INK_OP_INPLACE, UNARY(NEG, NULL)},
    {"", "Neg", 13, "T>T", {INK_TYPES_FLOAT | INK_TYPES_SIGNED}, INK_OP_INPLACE, UNARY(NEG, NULL)},
    {"", "NegativeLogLikelihoodLoss", 12, "TUT?>T", {FLOATS, INK_TYPES_INDEX}, 0, LOSS(logarithms)},
    {"", "NegativeLogLikelihoodLoss", 13, "TUT?>T", {FLOATS, INK_TYPES_INDEX}, 0, LOSS(logarithms)},
    {"", "NegativeLogLikelihoodLoss", 22, "TUT?>T", {INK_TYPES_FLOAT, INK_TYPES_INDEX}, 0, LOSS(logarithms)},
    {"", "NonMaxSuppression", 10, "ffi?f?f?>i", {0}, INK_OP_SIZES, .load = ink_nms_load, .prepare = ink_nms_prepare, .run = ink_nms_run},
    {"", "NonMaxSuppression", 11, "ffi?f?f?>i", {0}, INK_OP_SIZES, .load = ink_nms_load, .prepare = ink_nms_prepare, .run = ink_nms_run},
    {"", "NonZero", 9, "T>i", {PLAIN | BIT(INK_BOOL)}, INK_OP_SIZES, .run = ink_non_zero_run},
    {"", "NonZero", 13, "T>i", {INK_TYPES_NUMBER | BIT(INK_BOOL)}, INK_OP_SIZES, .run = ink_non_zero_run},
    {"", "Not", 1, "T>T", {BIT(INK_BOOL)}, INK_OP_INPLACE, UNARY(NOT, NULL)},
    {"", "OneHot", 9, "TUV>V", {PLAIN, PLAIN, ELEMENT_OLD}, 0, MOVED(ink_one_hot_load, one_hot)},
    {"", "OneHot", 11, "TUV>V", {PLAIN, PLAIN, ELEMENT_OLD}, 0, MOVED(ink_one_hot_load, one_hot)},
    {"", "Optional", 15, "T?>U", {ELEMENT_OLD | SEQUENCE, OPTIONAL}, INK_OP_SIZES, CONTAINER(ink_optional_load, optional)},
    {"", "OptionalGetElement", 15, "T>U", {OPTIONAL, ELEMENT_OLD | SEQUENCE}, INK_OP_SIZES, CONTAINER(ink_optional_get_element_load, optional_get_element)},
    {"", "OptionalGetElement", 18, "T>U", {ELEMENT_OLD | SEQUENCE | OPTIONAL, ELEMENT_OLD | SEQUENCE}, INK_OP_SIZES, CONTAINER(ink_optional_get_element_load, optional_get_element)},
    {"", "OptionalHasElement", 15, "T>b", {OPTIONAL}, INK_OP_SIZES, CONTAINER(NULL, optional_has_element)},
    {"", "OptionalHasElement", 18, "T?>b", {ELEMENT_OLD | SEQUENCE | OPTIONAL}, INK_OP_SIZES, CONTAINER(NULL, optional_has_element)},
    {"", "Or", 1, "bb>b", {0}, INK_OP_INPLACE, OLD_BINARY(OR)},
    {"", "Or", 7, "bb>b", {0}, INK_OP_INPLACE, BINARY(OR)},
    {"", "PRelu", 1, "TT>T", {FLOATS}, 0, PRELU(ink_prelu_old_load)},
    {"", "PRelu", 7, "TT>T", {FLOATS}, 0, PRELU(ink_binary_load)},
    {"", "PRelu", 9, "TT>T", {FLOATS | WIDE}, 0, PRELU(ink_binary_load)},
    {"", "PRelu", 16, "TT>T", {INK_TYPES_FLOAT | WIDE}, 0, PRELU(ink_binary_load)},
    {"", "Pad", 1, "T>T", {FLOATS}, 0, MOVED(ink_pad_load, pad)},
    {"", "Pad", 2, "T>T", {FLOATS}, 0, MOVED(ink_pad_load, pad)},
    {"", "Pad", 11, "TiT?>T", {PLAIN}, 0, MOVED(ink_pad_load, pad)},
    {"", "Pad", 13, "TiT?>T", {ELEMENT}, 0, MOVED(ink_pad_load, pad)},
    {"", "Pad", 18, "TiT?U?>T", {ELEMENT, INK_TYPES_INDEX}, 0, MOVED(ink_pad_load, pad)},
    {"", "Pad", 19, "TiT?U?>T", {ELEMENT, INK_TYPES_INDEX}, 0, MOVED(ink_pad_load, pad)},
    {"", "Pad", 21, "TiT?U?>T", {ELEMENT_I4, INK_TYPES_INDEX}, 0, PACKED(ink_pad_load, pad)},
    {"", "Pad", 23, "TiT?U?>T", {ELEMENT_F4, INK_TYPES_INDEX}, 0, PACKED(ink_pad_load, pad)},
    {"", "Pad", 24, "TiT?U?>T", {ELEMENT_E8, INK_TYPES_INDEX}, 0, PACKED(ink_pad_load, pad)},
    {"", "Pad", 25, "TiT?U?>T", {INK_TYPES_ALL, INK_TYPES_INDEX}, 0, PACKED(ink_pad_load, pad)},
    {"", "Pow", 1, "TT>T", {FLOATS}, INK_OP_INPLACE, OLD_BINARY(POW)},
    {"", "Pow", 7, "TT>T", {FLOATS}, INK_OP_INPLACE, BINARY(POW)},
    {"", "Pow", 12, "TU>T", {FLOATS | INK_TYPES_INDEX, PLAIN}, INK_OP_INPLACE, BINARY(POW)},
    {"", "Pow", 13, "TU>T", {INK_TYPES_FLOAT | INK_TYPES_INDEX, PLAIN}, INK_OP_INPLACE, BINARY(POW)},
    {"", "Pow", 15, "TU>T", {INK_TYPES_FLOAT | INK_TYPES_INDEX, INK_TYPES_NUMBER}, INK_OP_INPLACE, BINARY(POW)},
    {"", "QLinearConv", 10, "TfTUfUfVn?>V", {BYTES, BYTES, BYTES}, 0, QCONV(ink_qlinear_conv)},
    {"", "QLinearMatMul", 10, "TfTUfUfV>V", {BYTES, BYTES, BYTES}, 0, QMATMUL(ink_qlinear_matmul)},
    {"", "QLinearMatMul", 21, "TWTUWUWV>V", {BYTES, BYTES, BYTES, REALS}, 0, QMATMUL(ink_qlinear_matmul)},
    {"", "QuantizeLinear", 10, "TUV?>V", {BIT(INK_FLOAT) | BIT(INK_INT32), BIT(INK_FLOAT), BYTES}, 0, QUANTIZE},
    {"", "QuantizeLinear", 13, "TUV?>V", {BIT(INK_FLOAT) | BIT(INK_INT32), BIT(INK_FLOAT), BYTES}, 0, QUANTIZE},
    {"", "QuantizeLinear", 19, "TTV?>V", {REALS | BIT(INK_INT32), 0, QUANTS_19}, 0, QUANTIZE},
    {"", "QuantizeLinear", 21, "TTV?>V", {REALS | BIT(INK_INT32), 0, QUANTS_21}, 0, QUANTIZE},
    {"", "QuantizeLinear", 23, "TUV?>V", {REALS | BIT(INK_INT32), REALS | BIT(INK_INT32), QUANTS_23}, 0, QUANTIZE},
    {"", "QuantizeLinear", 24, "TUV?>V", {REALS | BIT(INK_INT32), SCALES_24 | BIT(INK_INT32), QUANTS_23}, 0, QUANTIZE},
    {"", "QuantizeLinear", 25, "TUV?>V", {REALS | BIT(INK_INT32), SCALES_24 | BIT(INK_INT32), QUANTS_25}, 0, QUANTIZE},
    {"", "RMSNormalization", 23, "TU>U", {INK_TYPES_FLOAT, INK_TYPES_FLOAT}, 0, LAYER_NORM(does_not_centre)},
    {"", "RNN", 1, "TTTT?n?T?>T?T?", {FLOATS}, 0, RECURRENT(rnn)},
    {"", "RNN", 7, "TTTT?n?T?>T?T?", {FLOATS}, 0, RECURRENT(rnn)},
    {"", "RNN", 14, "TTTT?n?T?>T?T?", {FLOATS}, 0, RECURRENT(rnn)},
    {"", "RNN", 22, "TTTT?n?T?>T?T?", {INK_TYPES_FLOAT}, 0, RECURRENT(rnn)},
    {"", "RandomNormal", 1, ">T", {FLOATS}, INK_OP_RANDOM, RANDOM(ink_random_shape, NORMAL)},
    {"", "RandomNormal", 22, ">T", {INK_TYPES_FLOAT}, INK_OP_RANDOM, RANDOM(ink_random_shape, NORMAL)},
    {"", "RandomNormalLike", 1, "T>U", {ELEMENT_OLD, FLOATS}, INK_OP_RANDOM, RANDOM(ink_op_shape_same, NORMAL)},
    {"", "RandomNormalLike", 22, "T>U", {ELEMENT, INK_TYPES_FLOAT}, INK_OP_RANDOM, RANDOM(ink_op_shape_same, NORMAL)},
    {"", "RandomUniform", 1, ">T", {FLOATS}, INK_OP_RANDOM, RANDOM(ink_random_shape, UNIFORM)},
    {"", "RandomUniform", 22, ">T", {INK_TYPES_FLOAT}, INK_OP_RANDOM, RANDOM(ink_random_shape, UNIFORM)},
    {"", "RandomUniformLike", 1, "T>U", {ELEMENT_OLD, FLOATS}, INK_OP_RANDOM, RANDOM(ink_op_shape_same, UNIFORM)},
    {"", "RandomUniformLike", 22, "T>U", {ELEMENT, INK_TYPES_FLOAT}, INK_OP_RANDOM, RANDOM(ink_op_shape_same, UNIFORM)},
    {"", "Range", 11, "TTT>T", {BIT(INK_FLOAT) | BIT(INK_DOUBLE) | BIT(INK_INT16) | INK_TYPES_INDEX}, 0, MOVED(NULL, range)},
    {"", "Range", 27, "TTT>T", {INK_TYPES_FLOAT | BIT(INK_INT16) | INK_TYPES_INDEX}, 0, MOVED(NULL, range)},
    {"", "Reciprocal", 1, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(RECIPROCAL, NULL)},
    {"", "Reciprocal", 13, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(RECIPROCAL, NULL)},
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
    {"", "RegexFullMatch", 20, "s>b", {0}, 0, .load = ink_regex_full_match_load, .shape = ink_op_shape_same, .prepare = ink_regex_full_match_prepare, .run = ink_regex_full_match_run, .multiply_adds = ink_regex_full_match_multiply_adds},
    {"", "Relu", 1, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(RELU, NULL)},
    {"", "Relu", 13, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(RELU, NULL)},
    {"", "Relu", 14, "T>T", {INK_TYPES_FLOAT | INK_TYPES_SIGNED}, INK_OP_INPLACE, UNARY(RELU, NULL)},
    {"", "Reshape", 1, "T>T", {FLOATS}, INK_OP_VIEW, RESHAPED(ink_reshape_old_load, ink_reshape_shape)},
    {"", "Reshape", 5, "Ti>T", {ELEMENT_OLD}, INK_OP_VIEW, RESHAPED(ink_reshape_load, ink_reshape_shape)},
    {"", "Reshape", 13, "Ti>T", {ELEMENT}, INK_OP_VIEW, RESHAPED(ink_reshape_load, ink_reshape_shape)},
    {"", "Reshape", 14, "Ti>T", {ELEMENT}, INK_OP_VIEW, RESHAPED(ink_reshape_load, ink_reshape_shape)},
    {"", "Reshape", 19, "Ti>T", {ELEMENT_F8}, INK_OP_VIEW, RESHAPED(ink_reshape_load, ink_reshape_shape)},
    {"", "Reshape", 21, "Ti>T", {ELEMENT_I4}, INK_OP_VIEW, RESHAPED(ink_reshape_load, ink_reshape_shape)},
    {"", "Reshape", 23, "Ti>T", {ELEMENT_F4}, INK_OP_VIEW, RESHAPED(ink_reshape_load, ink_reshape_shape)},
    {"", "Reshape", 24, "Ti>T", {ELEMENT_E8}, INK_OP_VIEW, RESHAPED(ink_reshape_load, ink_reshape_shape)},
    {"", "Reshape", 25, "Ti>T", {INK_TYPES_ALL}, INK_OP_VIEW, RESHAPED(ink_reshape_load, ink_reshape_shape)},
    {"", "Resize", 10, "Tf>T", {FLOATS | BYTES}, 0, RESIZE(upsample)},
    {"", "Resize", 11, "TU?f?i?>T", {FLOATS | BYTES, FLOATS}, 0, RESIZE(resize)},
    {"", "Resize", 13, "TU?f?i?>T", {INK_TYPES_FLOAT | BYTES, FLOATS}, 0, RESIZE(resize)},
    {"", "Resize", 18, "TU?f?i?>T", {INK_TYPES_FLOAT | BYTES, FLOATS}, 0, RESIZE(resize)},
    {"", "Resize", 19, "TU?f?i?>T", {INK_TYPES_FLOAT | BYTES, FLOATS}, 0, RESIZE(resize)},
    {"", "ReverseSequence", 10, "Ti>T", {ELEMENT_OLD}, 0, MOVED(ink_reverse_sequence_load, reverse_sequence)},
    {"", "RoiAlign", 10, "TTi>T", {FLOATS}, 0, MOVED(ink_roi_align_load, roi_align)},
    {"", "RoiAlign", 16, "TTi>T", {FLOATS}, 0, MOVED(ink_roi_align_load, roi_align)},
    {"", "RoiAlign", 22, "TTi>T", {INK_TYPES_FLOAT}, 0, MOVED(ink_roi_align_load, roi_align)},
    {"", "RotaryEmbedding", 23, "TTTi?>T", {REALS}, 0, FLOATING(rotary)},
    {"", "Round", 11, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(ROUND, NULL)},
    {"", "Round", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(ROUND, NULL)},
    {"", "STFT", 17, "TUT?U?>T", {INK_TYPES_FLOAT, INK_TYPES_INDEX}, 0, FLOATING(stft)},
    {"", "Scan", 8, "i?a*>a*", {0}, INK_OP_SIZES, .load = ink_scan_old_load, .run = ink_scan_old_run},
    {"", "Scan", 9, "a*>a*", {0}, INK_OP_SIZES, CONTROL(scan)},
    {"", "Scatter", 9, "TUT>T", {ELEMENT_OLD, INK_TYPES_INDEX}, 0, MOVED(ink_scatter_elements_load, scatter_elements)},
    {"", "ScatterElements", 11, "TUT>T", {ELEMENT_OLD, INK_TYPES_INDEX}, 0, MOVED(ink_scatter_elements_load, scatter_elements)},
    {"", "ScatterElements", 13, "TUT>T", {ELEMENT, INK_TYPES_INDEX}, 0, MOVED(ink_scatter_elements_load, scatter_elements)},
    {"", "ScatterElements", 16, "TUT>T", {ELEMENT, INK_TYPES_INDEX}, 0, MOVED(ink_scatter_elements_load, scatter_elements)},
    {"", "ScatterElements", 18, "TUT>T", {ELEMENT, INK_TYPES_INDEX}, 0, MOVED(ink_scatter_elements_load, scatter_elements)},
    {"", "ScatterND", 11, "TiT>T", {ELEMENT_OLD}, 0, MOVED(ink_scatter_nd_load, scatter_nd)},
    {"", "ScatterND", 13, "TiT>T", {ELEMENT}, 0, MOVED(ink_scatter_nd_load, scatter_nd)},
    {"", "ScatterND", 16, "TiT>T", {ELEMENT}, 0, MOVED(ink_scatter_nd_load, scatter_nd)},
    {"", "ScatterND", 18, "TiT>T", {ELEMENT}, 0, MOVED(ink_scatter_nd_load, scatter_nd)},
    {"", "Selu", 1, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(SELU, "alpha", "gamma", 1.6732f, 1.0507f)},
    {"", "Selu", 6, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(SELU, "alpha", "gamma", 1.67326319217681884765625f, 1.05070102214813232421875f)},
    {"", "Selu", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(SELU, "alpha", "gamma", 1.67326319217681884765625f, 1.05070102214813232421875f)},
    {"", "SequenceAt", 11, "TU>V", {SEQUENCE, INK_TYPES_INDEX, ELEMENT_OLD}, INK_OP_SIZES, CONTAINER(ink_sequence_at_load, sequence_at)},
    {"", "SequenceConstruct", 11, "T*>U", {ELEMENT_OLD, SEQUENCE}, INK_OP_SIZES, CONTAINER(ink_sequence_construct_load, sequence_construct)},
    {"", "SequenceEmpty", 11, ">T", {SEQUENCE}, INK_OP_SIZES, CONTAINER(ink_sequence_empty_load, sequence_empty)},
    {"", "SequenceErase", 11, "TU?>T", {SEQUENCE, INK_TYPES_INDEX}, INK_OP_SIZES, CONTAINER(NULL, sequence_erase)},
    {"", "SequenceInsert", 11, "TUV?>T", {SEQUENCE, ELEMENT_OLD, INK_TYPES_INDEX}, INK_OP_SIZES, CONTAINER(ink_sequence_insert_load, sequence_insert)},
    {"", "SequenceLength", 11, "T>i", {SEQUENCE}, INK_OP_SIZES, CONTAINER(NULL, sequence_length)},
    {"", "SequenceMap", 17, "Ta*>a*", {SEQUENCE}, INK_OP_SIZES, .load = ink_sequence_map_load, .run = ink_sequence_map_run},
    {"", "Shape", 1, "T>i", {ELEMENT_OLD}, INK_OP_SHAPES, MOVED(ink_shape_load, shape)},
    {"", "Shape", 13, "T>i", {ELEMENT}, INK_OP_SHAPES, MOVED(ink_shape_load, shape)},
    {"", "Shape", 15, "T>i", {ELEMENT}, INK_OP_SHAPES, MOVED(ink_shape_load, shape)},
    {"", "Shape", 19, "T>i", {ELEMENT_F8}, INK_OP_SHAPES, MOVED(ink_shape_load, shape)},
    {"", "Shape", 21, "T>i", {ELEMENT_I4}, INK_OP_SHAPES, MOVED(ink_shape_load, shape)},
    {"", "Shape", 23, "T>i", {ELEMENT_F4}, INK_OP_SHAPES, MOVED(ink_shape_load, shape)},
    {"", "Shape", 24, "T>i", {ELEMENT_E8}, INK_OP_SHAPES, MOVED(ink_shape_load, shape)},
    {"", "Shape", 25, "T>i", {INK_TYPES_ALL}, INK_OP_SHAPES, MOVED(ink_shape_load, shape)},
    {"", "Shrink", 9, "T>T", {PLAIN}, INK_OP_INPLACE, .load = ink_shrink_load, .shape = ink_op_shape_same, .run = ink_shrink_run},
    {"", "Sigmoid", 1, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(SIGMOID, NULL)},
    {"", "Sigmoid", 13, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(SIGMOID, NULL)},
    {"", "Sign", 9, "T>T", {PLAIN}, INK_OP_INPLACE, UNARY(SIGN, NULL)},
    {"", "Sign", 13, "T>T", {INK_TYPES_NUMBER}, INK_OP_INPLACE, UNARY(SIGN, NULL)},
    {"", "Sin", 7, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(SIN, NULL)},
    {"", "Sin", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(SIN, NULL)},
    {"", "Sinh", 9, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(SINH, NULL)},
    {"", "Sinh", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(SINH, NULL)},
    {"", "Size", 1, "T>i", {ELEMENT_OLD}, INK_OP_SHAPES, MOVED(NULL, size)},
    {"", "Size", 13, "T>i", {ELEMENT}, INK_OP_SHAPES, MOVED(NULL, size)},
    {"", "Size", 19, "T>i", {ELEMENT_F8}, INK_OP_SHAPES, MOVED(NULL, size)},
    {"", "Size", 21, "T>i", {ELEMENT_I4}, INK_OP_SHAPES, MOVED(NULL, size)},
    {"", "Size", 23, "T>i", {ELEMENT_F4}, INK_OP_SHAPES, MOVED(NULL, size)},
    {"", "Size", 24, "T>i", {ELEMENT_E8}, INK_OP_SHAPES, MOVED(NULL, size)},
    {"", "Size", 25, "T>i", {INK_TYPES_ALL}, INK_OP_SHAPES, MOVED(NULL, size)},
    {"", "Slice", 1, "T>T", {ELEMENT_OLD}, 0, MOVED(ink_slice_old_load, slice)},
    {"", "Slice", 10, "TUUU?U?>T", {ELEMENT_OLD, INK_TYPES_INDEX}, 0, MOVED(NULL, slice)},
    {"", "Slice", 13, "TUUU?U?>T", {ELEMENT, INK_TYPES_INDEX}, 0, MOVED(NULL, slice)},
    {"", "Softmax", 1, "T>T", {FLOATS}, 0, SOFTMAX(softmax_flat)},
    {"", "Softmax", 13, "T>T", {INK_TYPES_FLOAT}, 0, SOFTMAX(softmax)},
    {"", "SoftmaxCrossEntropyLoss", 12, "TUT?>TT?", {FLOATS, INK_TYPES_INDEX}, 0, LOSS(scores)},
    {"", "SoftmaxCrossEntropyLoss", 13, "TUT?>TT?", {INK_TYPES_FLOAT, INK_TYPES_INDEX}, 0, LOSS(scores)},
    {"", "Softplus", 1, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(SOFTPLUS, NULL)},
    {"", "Softplus", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(SOFTPLUS, NULL)},
    {"", "Softsign", 1, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(SOFTSIGN, NULL)},
    {"", "Softsign", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(SOFTSIGN, NULL)},
    {"", "SpaceToDepth", 1, "T>T", {ELEMENT_OLD}, 0, MOVED(ink_space_to_depth_load, space_to_depth)},
    {"", "SpaceToDepth", 13, "T>T", {ELEMENT}, 0, MOVED(ink_space_to_depth_load, space_to_depth)},
    {"", "Split", 1, "TT?>T*", {FLOATS}, 0, MOVED(ink_split_load, split)},
    {"", "Split", 2, "T>T*", {ELEMENT_OLD}, 0, MOVED(ink_split_load, split)},
    {"", "Split", 11, "T>T*", {ELEMENT_OLD}, 0, MOVED(ink_split_load, split)},
    {"", "Split", 13, "Ti?>T*", {ELEMENT}, 0, MOVED(ink_split_load, split)},
    {"", "Split", 18, "Ti?>T*", {ELEMENT}, 0, MOVED(ink_split_load, split)},
    {"", "SplitToSequence", 11, "TU?>V", {ELEMENT_OLD, INK_TYPES_INDEX, SEQUENCE}, INK_OP_SIZES, CONTAINER(ink_split_to_sequence_load, split_to_sequence)},
    {"", "SplitToSequence", 24, "TU?>V", {ELEMENT, INK_TYPES_INDEX, SEQUENCE}, INK_OP_SIZES, CONTAINER(ink_split_to_sequence_load, split_to_sequence)},
    {"", "Sqrt", 1, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(SQRT, NULL)},
    {"", "Sqrt", 13, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(SQRT, NULL)},
    {"", "Squeeze", 1, "T>T", {ELEMENT_OLD}, INK_OP_VIEW, RESHAPED(ink_squeeze_old_load, ink_squeeze_shape)},
    {"", "Squeeze", 11, "T>T", {ELEMENT_OLD}, INK_OP_VIEW, RESHAPED(ink_squeeze_old_load, ink_squeeze_shape)},
    {"", "Squeeze", 13, "Ti?>T", {ELEMENT}, INK_OP_VIEW, RESHAPED(NULL, ink_squeeze_shape)},
    {"", "Squeeze", 21, "Ti?>T", {ELEMENT_I4}, INK_OP_VIEW, RESHAPED(NULL, ink_squeeze_shape)},
    {"", "Squeeze", 23, "Ti?>T", {ELEMENT_F4}, INK_OP_VIEW, RESHAPED(NULL, ink_squeeze_shape)},
    {"", "Squeeze", 24, "Ti?>T", {ELEMENT_E8}, INK_OP_VIEW, RESHAPED(NULL, ink_squeeze_shape)},
    {"", "Squeeze", 25, "Ti?>T", {INK_TYPES_ALL}, INK_OP_VIEW, RESHAPED(NULL, ink_squeeze_shape)},
    {"", "StringConcat", 20, "ss>s", {0}, INK_OP_SIZES, .run = ink_string_concat_run},
    {"", "StringNormalizer", 10, "s>s", {0}, INK_OP_SIZES, .load = ink_string_normalizer_load, .run = ink_string_normalizer_run},
    {"", "StringSplit", 20, "s>si?", {0}, INK_OP_SIZES, .load = ink_string_split_load, .run = ink_string_split_run},
    {"", "Sub", 1, "TT>T", {FLOATS}, INK_OP_INPLACE, OLD_BINARY(SUB)},
    {"", "Sub", 6, "TT>T", {FLOATS | WIDE}, INK_OP_INPLACE, OLD_BINARY(SUB)},
    {"", "Sub", 7, "TT>T", {FLOATS | WIDE}, INK_OP_INPLACE, BINARY(SUB)},
    {"", "Sub", 13, "TT>T", {INK_TYPES_FLOAT | WIDE}, INK_OP_INPLACE, BINARY(SUB)},
    {"", "Sub", 14, "TT>T", {INK_TYPES_NUMBER}, INK_OP_INPLACE, BINARY(SUB)},
    {"", "Sum", 1, "T*>T", {FLOATS}, 0, VARIADIC(ADD, ink_variadic_old_shape)},
    {"", "Sum", 8, "T*>T", {FLOATS}, 0, VARIADIC(ADD, ink_variadic_shape)},
    {"", "Sum", 13, "T*>T", {INK_TYPES_FLOAT}, 0, VARIADIC(ADD, ink_variadic_shape)},
    {"", "SwiGLU", 28, "TT>T", {INK_TYPES_FLOAT}, 0, MOVED(ink_swiglu_load, swiglu)},
    {"", "Swish", 24, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(SWISH, "alpha", NULL, 1)},
    {"", "Tan", 7, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(TAN, NULL)},
    {"", "Tan", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(TAN, NULL)},
    {"", "Tanh", 1, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(TANH, NULL)},
    {"", "Tanh", 13, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(TANH, NULL)},
    {"", "TensorScatter", 24, "TTi?>T", {ELEMENT_E8}, 0, PACKED(ink_tensor_scatter_load, tensor_scatter)},
    {"", "TfIdfVectorizer", 9, "T>f", {BIT(INK_STRING) | INK_TYPES_INDEX}, 0, MOVED(ink_tf_idf_load, tf_idf), .multiply_adds = ink_tf_idf_multiply_adds},
    {"", "ThresholdedRelu", 10, "T>T", {FLOATS}, INK_OP_INPLACE, UNARY(THRESHOLDED_RELU, "alpha", NULL, 1)},
    {"", "ThresholdedRelu", 22, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(THRESHOLDED_RELU, "alpha", NULL, 1)},
    {"", "Tile", 1, "TTT>T", {FLOATS}, 0, .shape = ink_tile_old_shape, .run = ink_tile_run},
    {"", "Tile", 6, "Ti>T", {ELEMENT_OLD}, 0, MOVED(NULL, tile)},
    {"", "Tile", 13, "Ti>T", {ELEMENT}, 0, MOVED(NULL, tile)},
    {"", "TopK", 1, "T>Ti", {FLOATS}, 0, TOPK},
    {"", "TopK", 10, "Ti>Ti", {FLOATS}, 0, TOPK},
    {"", "TopK", 11, "Ti>Ti", {INK_TYPES_NUMBER & ~BIT(INK_BFLOAT16)}, 0, TOPK},
    {"", "TopK", 24, "Ti>Ti", {INK_TYPES_NUMBER}, 0, TOPK},
    {"", "Transpose", 1, "T>T", {ELEMENT_OLD}, 0, MOVED(ink_transpose_load, transpose)},
    {"", "Transpose", 13, "T>T", {ELEMENT}, 0, MOVED(ink_transpose_load, transpose)},
    {"", "Transpose", 21, "T>T", {ELEMENT_I4}, 0, PACKED(ink_transpose_load, transpose)},
    {"", "Transpose", 23, "T>T", {ELEMENT_F4}, 0, PACKED(ink_transpose_load, transpose)},
    {"", "Transpose", 24, "T>T", {ELEMENT_E8}, 0, PACKED(ink_transpose_load, transpose)},
    {"", "Transpose", 25, "T>T", {INK_TYPES_ALL}, 0, PACKED(ink_transpose_load, transpose)},
    {"", "Trilu", 14, "Ti?>T", {ELEMENT}, 0, MOVED(ink_trilu_load, trilu)},
    {"", "Unique", 11, "T>Ti?i?i?", {ELEMENT_OLD}, INK_OP_SIZES, .load = ink_unique_load, .prepare = ink_unique_prepare, .run = ink_unique_run},
    {"", "Unsqueeze", 1, "T>T", {ELEMENT_OLD}, INK_OP_VIEW, RESHAPED(ink_squeeze_old_load, ink_unsqueeze_shape)},
    {"", "Unsqueeze", 11, "T>T", {ELEMENT_OLD}, INK_OP_VIEW, RESHAPED(ink_squeeze_old_load, ink_unsqueeze_shape)},
    {"", "Unsqueeze", 13, "Ti>T", {ELEMENT}, INK_OP_VIEW, RESHAPED(NULL, ink_unsqueeze_shape)},
    {"", "Unsqueeze", 21, "Ti>T", {ELEMENT_I4}, INK_OP_VIEW, RESHAPED(NULL, ink_unsqueeze_shape)},
    {"", "Unsqueeze", 23, "Ti>T", {ELEMENT_F4}, INK_OP_VIEW, RESHAPED(NULL, ink_unsqueeze_shape)},
    {"", "Unsqueeze", 24, "Ti>T", {ELEMENT_E8}, INK_OP_VIEW, RESHAPED(NULL, ink_unsqueeze_shape)},
    {"", "Unsqueeze", 25, "Ti>T", {INK_TYPES_ALL}, INK_OP_VIEW, RESHAPED(NULL, ink_unsqueeze_shape)},
    {"", "Upsample", 7, "T>T", {FLOATS | BYTES}, 0, RESIZE(upsample)},
    {"", "Upsample", 9, "Tf>T", {FLOATS | BYTES}, 0, RESIZE(upsample)},
    {"", "Where", 9, "bTT>T", {ELEMENT_OLD}, 0, .shape = ink_op_shape_broadcast, .run = ink_where_run},
    {"", "Where", 16, "bTT>T", {ELEMENT}, 0, .shape = ink_op_shape_broadcast, .run = ink_where_run},
    {"", "Xor", 1, "bb>b", {0}, INK_OP_INPLACE, OLD_BINARY(XOR)},
    {"", "Xor", 7, "bb>b", {0}, INK_OP_INPLACE, BINARY(XOR)},
    {"ai.onnx.ml", "ArrayFeatureExtractor", 1, "Ti>T", {ML_NUMBERS | BIT(INK_STRING)}, 0, MOVED(NULL, array_feature_extractor)},
    {"ai.onnx.ml", "Binarizer", 1, "T>T", {ML_NUMBERS}, INK_OP_INPLACE, .load = ink_binarizer_load, .shape = ink_op_shape_same, .run = ink_binarizer_run},
    {"ai.onnx.ml", "CastMap", 1, "T>U", {INK_TYPES_MAP, ML_CODES}, INK_OP_SIZES, CONTAINER(ink_cast_map_load, cast_map)},
    {"ai.onnx.ml", "CategoryMapper", 1, "T>U", {ML_LABELS, ML_LABELS}, 0, ML_ENCODER(ink_category_mapper_load)},
    {"ai.onnx.ml", "DictVectorizer", 1, "T>U", {INK_TYPES_MAP, ML_CODES | BIT(INK_DOUBLE)}, INK_OP_SIZES, CONTAINER(ink_dict_vectorizer_load, dict_vectorizer)},
    {"ai.onnx.ml", "FeatureVectorizer", 1, "T*>f", {ML_NUMBERS}, 0, MOVED(ink_feature_vectorizer_load, feature_vectorizer)},
    {"ai.onnx.ml", "Imputer", 1, "T>T", {ML_NUMBERS}, INK_OP_INPLACE, MOVED(ink_imputer_load, imputer)},
    {"ai.onnx.ml", "LabelEncoder", 1, "T>U", {ML_LABELS, ML_LABELS}, 0, ML_ENCODER(ink_label_encoder_old_load)},
    {"ai.onnx.ml", "LabelEncoder", 2, "T>U", {ML_CODES, ML_CODES}, 0, ML_ENCODER(ink_label_encoder_load)},
    {"ai.onnx.ml", "LabelEncoder", 4, "T>U", {ML_CODES_4, ML_CODES_4}, 0, ML_ENCODER(ink_label_encoder_load)},
    {"ai.onnx.ml", "LinearClassifier", 1, "T>Uf", {ML_NUMBERS, ML_LABELS}, 0, ML_MODEL(ink_linear_classifier_load, linear)},
    {"ai.onnx.ml", "LinearRegressor", 1, "T>f", {ML_NUMBERS}, 0, ML_MODEL(ink_linear_regressor_load, linear)},
    {"ai.onnx.ml", "Normalizer", 1, "T>f", {ML_NUMBERS}, 0, .load = ink_normalizer_load, .shape = ink_op_shape_same, .run = ink_normalizer_run},
    {"ai.onnx.ml", "OneHotEncoder", 1, "T>f", {ML_NUMBERS | BIT(INK_STRING)}, 0, MOVED(ink_one_hot_encoder_load, one_hot_encoder)},
    {"ai.onnx.ml", "SVMClassifier", 1, "T>Uf", {ML_NUMBERS, ML_LABELS}, 0, ML_MODEL(ink_svm_classifier_load, svm)},
    {"ai.onnx.ml", "SVMRegressor", 1, "T>f", {ML_NUMBERS}, 0, ML_MODEL(ink_svm_regressor_load, svm)},
    {"ai.onnx.ml", "Scaler", 1, "T>f", {ML_NUMBERS}, 0, MOVED(ink_scaler_load, scaler)},
    {"ai.onnx.ml", "TreeEnsemble", 5, "T>T", {BIT(INK_FLOAT) | BIT(INK_DOUBLE) | BIT(INK_FLOAT16)}, 0, ML_MODEL(ink_tree_ensemble_load, tree)},
    {"ai.onnx.ml", "TreeEnsembleClassifier", 1, "T>Uf", {ML_NUMBERS, ML_LABELS}, 0, ML_MODEL(ink_tree_classifier_load, tree)},
    {"ai.onnx.ml", "TreeEnsembleClassifier", 3, "T>Uf", {ML_NUMBERS, ML_LABELS}, 0, ML_MODEL(ink_tree_classifier_load, tree)},
    {"ai.onnx.ml", "TreeEnsembleRegressor", 1, "T>f", {ML_NUMBERS}, 0, ML_MODEL(ink_tree_regressor_load, tree)},
    {"ai.onnx.ml", "TreeEnsembleRegressor", 3, "T>f", {ML_NUMBERS}, 0, ML_MODEL(ink_tree_regressor_load, tree)},
    {"ai.onnx.ml", "ZipMap", 1, "T>U", {BIT(INK_FLOAT), INK_TYPES_MAP}, INK_OP_SIZES, CONTAINER(ink_zip_map_load, zip_map)},
    {"ai.onnx.preview", "FlexAttention", 1, "TTT>T", {INK_TYPES_FLOAT}, 0, .load = ink_flex_attention_load, .shape = ink_attention_shape, .prepare = ink_attention_prepare, .run = ink_attention_run, .multiply_adds = ink_attention_multiply_adds},
    {"ai.onnx.preview.training", "Adagrad", 1, "TiU*>U*", {BIT(INK_FLOAT) | BIT(INK_DOUBLE), BIT(INK_FLOAT) | BIT(INK_DOUBLE)}, 0, OPTIMIZER(ADAGRAD)},
    {"ai.onnx.preview.training", "Adam", 1, "TiU*>U*", {BIT(INK_FLOAT) | BIT(INK_DOUBLE), BIT(INK_FLOAT) | BIT(INK_DOUBLE)}, 0, OPTIMIZER(ADAM)},
    {"ai.onnx.preview.training", "Momentum", 1, "TiU*>U*", {BIT(INK_FLOAT) | BIT(INK_DOUBLE), BIT(INK_FLOAT) | BIT(INK_DOUBLE)}, 0, OPTIMIZER(MOMENTUM)},
    {"com.microsoft", "BiasGelu", 1, "TT>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, BIAS_GELU(GELU)},
    {"com.microsoft", "DynamicQuantizeMatMul", 1, "fUfU?f?>V", {0, BYTES, BIT(INK_FLOAT)}, 0, QMATMUL(ink_dynamic_quantize_matmul)},
    {"com.microsoft", "FastGelu", 1, "TT?>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, BIAS_GELU(GELU_TANH)},
    {"com.microsoft", "FusedConv", 1, "TTT?T?>T", {BIT(INK_FLOAT)}, 0, CONV},
    {"com.microsoft", "FusedMatMul", 1, "TT>T", {REALS}, 0, .load = ink_fused_matmul_load, MATMUL},
    {"com.microsoft", "Gelu", 1, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(GELU, NULL)},
    {"com.microsoft", "MatMulIntegerToFloat", 1, "TUffT?U?f?>V", {BYTES, BYTES, BIT(INK_FLOAT)}, 0, QMATMUL(ink_matmul_integer_to_float)},
    {"com.microsoft", "QGemm", 1, "TfTUfUn?f?V?>V", {BYTES, BYTES, BYTES | BIT(INK_FLOAT)}, 0, QMATMUL(ink_qgemm)},
    {"com.microsoft", "QLinearAdd", 1, "TfT?TfT?fT?>T", {BYTES}, 0, QLINEAR_BINARY(ADD)},
    {"com.microsoft", "QLinearGlobalAveragePool", 1, "TfTfT>T", {BYTES}, 0, MOVED(ink_qlinear_pool_load, qlinear_pool)},
    {"com.microsoft", "QLinearLeakyRelu", 1, "TfT?fT?>T", {BYTES}, 0, QLINEAR_UNARY(LEAKY_RELU)},
    {"com.microsoft", "QLinearMul", 1, "TfT?TfT?fT?>T", {BYTES}, 0, QLINEAR_BINARY(MUL)},
    {"com.microsoft", "QLinearSigmoid", 1, "TfT?fT?>T", {BYTES}, 0, QLINEAR_UNARY(SIGMOID)},
    {"com.microsoft", "QuickGelu", 1, "T>T", {INK_TYPES_FLOAT}, INK_OP_INPLACE, UNARY(SWISH, "alpha", NULL, 1.702f)},
    {"com.microsoft", "SkipLayerNormalization", 1, "TTTT?T?>Tf?f?T?", {REALS}, 0, FLOATING(skip_layer_norm)},
    {"inkling", "Conv", 1, "TTT?T?>T", {BIT(INK_FLOAT)}, 0, CONV},
    {"inkling", "Gemm", 1, "TTT?T?>T", {BIT(INK_FLOAT)}, 0, GEMM},
    {"inkling", "NhwcAveragePool", 1, "T>T", {BIT(INK_FLOAT)}, 0, NHWC_POOL(average)},
    {"inkling", "NhwcConv", 1, "TTT?T?>T", {BIT(INK_FLOAT)}, 0, NHWC_CONV},
    {"inkling", "NhwcGlobalAveragePool", 1, "T>T", {BIT(INK_FLOAT)}, 0, NHWC_GLOBAL_POOL},
    {"inkling", "NhwcMaxPool", 1, "T>T", {BIT(INK_FLOAT)}, 0, NHWC_POOL(max)},
    {"inkling", "NhwcShuffle", 1, "T>T", {BIT(INK_FLOAT)}, 0, .load = ink_nhwc_shuffle_load, .shape = ink_nhwc_shuffle_shape, .run = ink_nhwc_shuffle_run},
    {"inkling", "SumTo", 1, "TT>T", {BIT(INK_FLOAT) | BIT(INK_DOUBLE)}, 0, .shape = ink_sum_to_shape, .run = ink_sum_to_run},
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
