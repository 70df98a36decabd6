/* SPDX-License-Identifier: MIT */
/* generator.h - random numbers for operators: MT19937 (Matsumoto and Nishimura 1998), which numpy's RandomState is too, so that
 * a seed gives the numbers that ONNX's reference has. Not for secrets. */
#ifndef INK_OPS_GENERATOR_H
#define INK_OPS_GENERATOR_H

#include "ops/op.h"

enum { INK_GENERATOR_WORDS = 624 };

struct ink_generator {
    uint32_t state[INK_GENERATOR_WORDS];
    int used;     /* words of the state that were given */
    double spare; /* normal numbers come in pairs */
    bool has_spare;
};

void ink_generator_init(struct ink_generator *g, uint32_t seed);

/* Uniform in [0, 1), with 53 bits. */
double ink_generator_uniform(struct ink_generator *g);

/* Normal, of mean 0 and deviation 1, by Marsaglia's polar method. */
double ink_generator_normal(struct ink_generator *g);

/* A seed as an attribute has it: a whole number is itself. */
uint32_t ink_generator_seed(double seed);

/* For a node without one: another at each call. */
uint32_t ink_generator_fresh_seed(const struct ink_op_ctx *ctx);

#endif
