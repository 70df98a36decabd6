/* SPDX-License-Identifier: MIT */
/* random.h - RandomNormal, RandomUniform (and Like), Bernoulli, Multinomial. With a seed every run gives the same. */
#ifndef INK_OPS_RANDOM_H
#define INK_OPS_RANDOM_H

#include "ops/op.h"

/* A row's param. */
enum ink_distribution { INK_NORMAL, INK_UNIFORM, INK_BERNOULLI, INK_MULTINOMIAL };

ink_status ink_random_load(struct ink_op_ctx *ctx);  /* the type of the output, the row's last, is an attribute */
ink_status ink_random_shape(struct ink_op_ctx *ctx); /* from the attribute shape */
ink_status ink_multinomial_shape(struct ink_op_ctx *ctx);
ink_status ink_random_run(struct ink_op_ctx *ctx);

#endif
