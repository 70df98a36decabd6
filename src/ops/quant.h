/* SPDX-License-Identifier: MIT */
/* quant.h - QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear, and what quantized operators share. */
#ifndef INK_OPS_QUANT_H
#define INK_OPS_QUANT_H

#include "kernels/quant.h"
#include "ops/op.h"

ink_status ink_quantize_load(struct ink_op_ctx *ctx);
ink_status ink_quantize_shape(struct ink_op_ctx *ctx);
ink_status ink_quantize_prepare(struct ink_op_ctx *ctx);
ink_status ink_quantize_run(struct ink_op_ctx *ctx);

ink_status ink_dequantize_load(struct ink_op_ctx *ctx);
ink_status ink_dequantize_run(struct ink_op_ctx *ctx);

ink_status ink_dynamic_quantize_load(struct ink_op_ctx *ctx);
ink_status ink_dynamic_quantize_shape(struct ink_op_ctx *ctx);
ink_status ink_dynamic_quantize_run(struct ink_op_ctx *ctx);

/* Which scale belongs to which element. */
struct ink_quant_layout {
    bool one;          /* one for all */
    size_t axis, tail; /* elements along the axis; elements behind it in the shape */
    size_t block;      /* along the axis that share one; 0: one for each index of the axis, whatever the rest */
    size_t blocks;     /* along the axis */
};

size_t ink_quant_scale_of(const struct ink_quant_layout *layout, size_t element);

/* What every x with this scale at input `scale` and zero point (where it is given) at `scale + 1` must have. */
ink_status ink_quant_layout(const struct ink_op_ctx *ctx, const struct ink_shape *x, int scale, int64_t axis,
                            int64_t block, struct ink_quant_layout *out);

/* The bounds of an integer type, 0 and 0 for others. */
void ink_quant_bounds(enum ink_dtype dtype, float *low, float *high);

/* What DynamicQuantizeLinear finds for x[0..n): uint8. */
struct ink_q8 ink_quant_dynamic(size_t n, const float *x);

/* Scalar inputs of quantized operators: the value of input i (its first, where it has several) as float; `otherwise`
 * where it is left out. */
float ink_quant_scalar(const struct ink_op_ctx *ctx, int i, float otherwise);

/* Scratch of which `shared` bytes are for all threads and `each` for each of them; INK_E_LIMIT when it overflows. In run,
 * the shared part is at ctx->scratch and the others behind it, from ink_quant_each on, `each` bytes apart. */
INK_NODISCARD ink_status ink_quant_scratch(struct ink_op_ctx *ctx, size_t shared, size_t each);
void *ink_quant_each(const struct ink_op_ctx *ctx, size_t each);

/* Refuses input i (where it is given) unless it has one value, or `count` of them. */
INK_NODISCARD ink_status ink_quant_count(const struct ink_op_ctx *ctx, int i, size_t count, const char *what);

/* Value `at` of input i, or its only one; 0 where it is left out. For integers of 8 bits. */
int ink_quant_zero(const struct ink_op_ctx *ctx, int i, size_t at);

#endif
